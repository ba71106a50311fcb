"""
`report.html`: the page that people read, drawn from candidate, verdict and decisions, and what a verification adds.

Two front pages, for who releases and for who audits, and below them all rows that their numbers lead to. It is one file
that makes no request. Its one style and one script are allowed by their digests, everything else by nothing; every
foreign text is escaped, and shown with its invisible characters spelled out. The manifest holds the page's digest and
`VERSION`, so that `verify` can draw it again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, TemplateNotFound
from markupsafe import Markup

from sdlc.drawing.canvas import STYLE
from sdlc.formats.html_page import content_security_policy, source, templates
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest, sha256
from sdlc.model.result import Grade
from sdlc.model.verdict import State, Verdict
from sdlc.policy.remedy import waive
from sdlc.release import pictures
from sdlc.release.blockers import blockers_of
from sdlc.release.candidate import Candidate
from sdlc.release.changes import changes
from sdlc.release.claims import producers_of
from sdlc.release.decisions import SignedDecision
from sdlc.release.inventory import Holdings, with_closed, with_signers
from sdlc.release.languages import ENGLISH, PLAIN, Catalog, Translated, load_catalog
from sdlc.release.page_facts import (
    GAPS,
    Beyond,
    answers_of,
    contents_of,
    gate_rows,
    vulnerabilities_of,
)
from sdlc.standards.coverage import cover
from sdlc.standards.shipped import our_categories, our_standards, standards_digest
from sdlc.standards.weaknesses import categories_of

ROOM = "release"
SOURCES = (
    *("page.html.j2", "page_macros.html.j2", "page_manager.html.j2", "page_auditor.html.j2", "page_rows.html.j2"),
    *("page.css", "page.js", "page_ja.toml"),
)
CODE = {
    ROOM: (
        "blockers",
        "changes",
        "claims",
        "inventory",
        "languages",
        "model_tables",
        "page_facts",
        "pictures",
        "viewer",
    ),
    "drawing": ("canvas", "graph", "layers", "placing", "series"),
    "standards": ("catalog", "coverage", "shipped", "weaknesses"),
    "formats": ("html_page", "terminal", "timestamp"),
}
"""Our modules, by room, that fill the page with what candidate, verdict and decisions say."""
LANGUAGES = (ENGLISH, "ja")


def _version() -> str:
    """What is drawn follows from these files, this code and our standards: whoever changes one has another viewer.

    An installation without the text of its code has one of its own, too: it cannot say that it draws the same.
    """
    texts = [*(str(source(ROOM, name)) for name in SOURCES), STYLE]
    texts += [_text(room, f"{name}.py") for room, names in CODE.items() for name in names]
    return f"viewer/4+{sha256(''.join([standards_digest(), *map(repr, texts)]).encode())[:12]}"


def _text(room: str, name: str) -> str:
    try:
        return str(source(room, name))
    except TemplateNotFound:
        return "not here"


VERSION = _version()

NOT_SHOWN = tuple(sentence for sentence, _ in GAPS)

GRADE_MEANINGS = {
    Grade.REPLAYED: "recomputed from the stored bytes",
    Grade.SLICE: "recomputed from the part of the data that concerns this product",
    Grade.ATTESTED: "the runner says that the tool printed these bytes",
}


_PARTS = {"approval": "trail", "signing": "check", "provenance": "contents"}
"""Where the rows of what is no gate are."""


def draw(
    candidate: Candidate,
    digest: Digest,
    verdict: Verdict,
    decisions: Sequence[SignedDecision],
    holdings: Holdings,
    beyond: Beyond | None = None,
    language: str | Catalog = "",
) -> bytes:
    """The page as UTF-8 HTML; equal input gives equal bytes. `digest` is that of the candidate's payload,
    `holdings` are what the release and the one before are made of. The language is that of the policy unless another
    one of `LANGUAGES`, or a catalogue of messages, is asked for."""
    beyond = beyond or Beyond()
    catalog = language if isinstance(language, Catalog) else catalog_of(language or stated_language(holdings))
    results = beyond.results or candidate.results
    standards = beyond.standards or our_standards()
    shown = producers_of(results, verdict, decisions, withheld=beyond.withheld, break_glass=candidate.break_glass)
    coverages = [cover(standard, shown) for standard in standards]
    rows = gate_rows(candidate, results, verdict)
    categories = categories_of(standards, our_categories().parents)
    now = with_closed(with_signers(holdings.now, decisions) if decisions else holdings.now, verdict.closed)
    style, script = source(ROOM, "page.css") + Markup(STYLE), source(ROOM, "page.js")  # noqa: S704 - our own
    known = vulnerabilities_of(results)
    against = blockers_of(verdict, candidate, holdings.now)
    page = (
        (_environment(catalog.language) if catalog is catalog_of(catalog.language) else _environment_of(catalog))
        .get_template("page.html.j2")
        .render(
            viewer=VERSION,
            csp=content_security_policy(style, script),
            style=style,
            script=script,
            candidate=candidate,
            digest=digest,
            verdict=verdict,
            decisions=decisions,
            beyond=beyond,
            catalog=catalog,
            blockers=against,
            counts={
                "holds": len(verdict.having(State.HOLDS)),
                "tolerated": len(verdict.having(State.TOLERATED)),
                "against": len(against),
                "suppressed": sum(1 for result in results for one in result.reading.findings if one.suppressed),
            },
            gates=rows,
            anchors=_PARTS | {row.name: row.anchor for row in rows},
            anchors_findings={row.name: row.findings_anchor for row in rows},
            before=holdings.before,
            changes=changes(holdings.before.inventory, now) if holdings.before else (),
            tables=now.tables,
            raw_of={result.gate: result.raw for result in results},
            compared={"this release": candidate.inventory}
            | ({"the release before": candidate.before} if candidate.before else {}),
            decided_by={"policy.toml": candidate.policy}
            | ({"waivers.toml": candidate.waivers} if candidate.waivers else {}),
            vulnerabilities=known,
            pictures={
                "flows": pictures.data_flow(now.tables),
                "dependencies": pictures.dependencies(now.tables, known),
                "releases": pictures.over_releases(holdings, candidate.version),
                "coverage": pictures.coverage_map(coverages),
            },
            waivers={(one.gate, one.finding.fingerprint): one for one in verdict.waived},
            coverages=coverages,
            answers=answers_of(coverages),
            categories=lambda finding: categories.words(finding.cwe),
            contents=contents_of(candidate, results, decisions, beyond.withheld),
            grade_meanings=GRADE_MEANINGS,
            gaps=GAPS,
            waive=waive,
        )
    )
    return page.encode("utf-8")


def stated_language(holdings: Holdings) -> str:
    """The language that the policy of the release gives its page: part of what is signed, so that all draw the same."""
    stated = holdings.now.tables.get("policy", {}).get("page.language", {}).get("value", ENGLISH)
    return stated if stated in LANGUAGES else ENGLISH


@cache
def catalog_of(language: str) -> Catalog:
    """The messages of one of `LANGUAGES`."""
    if language == ENGLISH:
        return PLAIN
    name = f"page_{language}.toml"
    return load_catalog(str(source(ROOM, name)).encode(), name)


@cache
def _environment(language: str) -> Environment:
    return _environment_of(catalog_of(language))


def _environment_of(catalog: Catalog) -> Environment:
    environment = templates(Translated(catalog))
    environment.filters["t"] = catalog.say
    environment.globals["many"] = catalog.many
    environment.filters["time"] = time_to_text
    environment.filters["utc"] = _utc
    environment.filters["plain"] = lambda value: json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return environment


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
