"""
Reads the SBOM, what its components declare, the texts that they bring, and what the product's lists say of each.

========================  =======================================================================
LICENSE-DENIED            the license is on the deny list, and no alternative of it is allowed
LICENSE-REVIEW            the license is on the review list or on none: a person decides
LICENSE-UNKNOWN           something is said, but nobody can tell which license is meant
LICENSE-MISSING           nothing is said at all
LICENSE-TEXT-DIFFERS      a text in the distribution is of a license that it does not declare
LICENSE-NO-TEXT           no license text comes along, so there is none to pass on
LICENSE-INSIDE            nothing tells the license of what a distribution carries inside
LICENSE-UNUSED            a decision in `concluded` is about nothing that is shipped
========================  =======================================================================
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.components.agreement import is_python, on_target
from sdlc.components.declared import CLASSIFIERS, Key, key_of
from sdlc.components.nested_components import nested
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.bom_properties import DECLARED
from sdlc.licenses.expression import Lists, Stand, judge, licenses_in, lists_of, spdx
from sdlc.licenses.known import Known, Way, known
from sdlc.licenses.notices import Entry, notices
from sdlc.licenses.rules import Rules, family, load_rules
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "licenses/1"
GRADE = Grade.REPLAYED
NEEDS = ("build", "sbom")
TEXTS = "texts/"
MARKER = "secure-sdlc:marker"
UNBUILT_PYTHON = "3.11"
DENIED = ("strong-copyleft", "network-copyleft", "restricted")
"""What is denied without lists of one's own, and then until a list of the product names it."""
_CONCLUDED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+) is (.+)")


@dataclass(frozen=True)
class Settings:
    """What the product's owner says of licenses: SPDX ids (also ``ID WITH EXCEPTION``) and categories.

    A list that is set takes the place of the one without; what is denied without stays so until a list names it.
    `concluded` are decisions of a person, ``NAME==VERSION is EXPRESSION`` each.
    """

    allow: tuple[str, ...] = field(default=("permissive", "public-domain"), metadata={"change": "may-only-strengthen"})
    review: tuple[str, ...] = field(default=("weak-copyleft",), metadata={"change": "may-only-strengthen"})
    deny: tuple[str, ...] = field(default=DENIED, metadata={"change": "may-only-strengthen"})
    concluded: tuple[str, ...] = field(default=(), metadata={"change": "may-only-strengthen"})


@dataclass(frozen=True)
class _Row:
    """One component that is shipped: what is known of its license, its texts as (path, digest), and its insides."""

    name: str
    version: str
    purl: str
    known: Known
    files: tuple[tuple[str, str], ...]
    inside: tuple[tuple[str, str], ...]
    place: Place | None

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True)
class Survey:
    """What is shipped with the product: `rows`, the names of what another target installs, unused conclusions."""

    product: str
    license: str
    rows: tuple[_Row, ...]
    elsewhere: tuple[str, ...]
    unused: tuple[str, ...]


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when every component's license is known and allowed."""
    if "sbom/bom.cdx.json" not in raw:
        hint = "let the sbom gate answer: sdlc check --gate sbom -v"
        return Reading(Outcome.ERROR, sentence="there is no SBOM that says what is shipped", hint=hint)
    try:
        rules = load_rules(raw["licenses.toml"])
        lists = lists_of(settings.allow, settings.review, settings.deny, rules, DENIED)
        survey = survey_of(raw, settings, rules)
        findings = tuple(finding for row in survey.rows for finding in _findings(row, survey, lists, rules))
        findings += tuple(_unused(survey))
        differs = notices_of(survey, raw) != raw["NOTICES.txt"]
        skipped = sum(len(row["skipped"]) for row in _texts(raw))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UnreadableError(f"the evidence of licenses is malformed: {type(error).__name__}: {error}") from None
    if differs:
        raise UnreadableError("NOTICES.txt is not made of the texts beside it", hint="run the gate again")
    ways = [row.known.way for row in survey.rows]
    counters = {
        "components": len(survey.rows),
        **{way.value: ways.count(way) for way in Way},
        "texts": sum(len(row.files) for row in survey.rows),
        "without-text": sum(not row.files for row in survey.rows),
        "skipped-texts": skipped,
        "other-targets": len(survey.elsewhere),
    }
    details = {key: ", ".join(said)[:2000] for key, said in _said(survey) if said}
    details["product-license"] = survey.license or "not declared"
    if not survey.rows:
        sentence, hint = "the SBOM lists no component of this target", "lock the dependencies of what is shipped"
        return Reading(Outcome.ERROR, counters=counters, details=details, sentence=sentence, hint=hint)
    said = f"{len(survey.rows)} components, {counters['declared']} declared, {counters['concluded']} concluded"
    said += f", {counters['texts']} texts in NOTICES.txt"
    return Reading(Outcome.of(findings, work=len(survey.rows)), findings, counters, details, said)


def survey_of(raw: RawArtifacts, settings: Settings, rules: Rules) -> Survey:
    """What is shipped and what is known of it; `raw` as `read` gets it. Raises KeyError, TypeError or ValueError."""
    bom = strict_json.loads_object(raw["sbom/bom.cdx.json"], what="bom.cdx.json")
    product = str(bom["metadata"]["component"]["name"])
    observed = strict_json.loads_object(raw["sbom/embedded.json"], what="embedded.json")["distributions"]
    metadata = {key_of(str(row["name"]), str(row["version"])): dict(row["metadata"]) for row in observed}
    files: dict[Key, list[tuple[str, str]]] = {}
    for row in _texts(raw):
        found = files.setdefault(key_of(str(row["name"]), str(row["version"])), [])
        found += [(str(path), str(digest)) for path, digest in row["files"]]
    concluded, python, places = _concluded(settings), _python(raw), _places(raw)
    insides: dict[str, list[tuple[str, str]]] = {}
    for carrier, part in nested(bom):
        said = "".join(str(row["value"]) for row in part.get("properties", ()) if row["name"] == DECLARED)
        name = f"{part['name']} {part.get('version', '')}".strip()
        insides.setdefault(str(carrier["bom-ref"]), []).append((name, spdx(said)))
    rows, elsewhere, used = [], [], set()
    for component in bom.get("components", ()):
        name, version = canonicalize_name(str(component["name"])), str(component.get("version", ""))
        key = key_of(name, version)
        markers = [str(row["value"]) for row in component.get("properties", ()) if row["name"] == MARKER]
        if key not in metadata and markers and not any(on_target(marker, python) for marker in markers):
            elsewhere.append(f"{name} {version}")
            used.add(key)
            continue
        own = tuple(dict.fromkeys(files.get(key, ())))
        texts = [raw[f"{TEXTS}{digest}"].decode("utf-8", "replace") for _, digest in own]
        used.add(key)
        what = known(metadata.get(key), texts, concluded.get(key, ""), CLASSIFIERS, rules)
        inside = tuple(sorted(insides.get(str(component["bom-ref"]), ())))
        place = places.get((str(component["name"]), version))
        rows.append(_Row(name, version, str(component["purl"]), what, own, inside, place))
    unused = tuple(f"{name}=={version}" for name, version in concluded if (name, version) not in used)
    declared = [str(row["expression"]) for row in bom["metadata"]["component"].get("licenses", ())]
    return Survey(product, "".join(declared), tuple(rows), tuple(elsewhere), unused)


def notices_of(survey: Survey, raw: RawArtifacts) -> bytes:
    """NOTICES.txt of what is shipped."""
    entries = [
        Entry(
            row.name,
            row.version,
            f"{row.known.expression} ({row.known.way}: {row.known.how})" if row.known.expression else row.known.way,
            row.files,
            tuple((name, license or "unknown") for name, license in row.inside),
        )
        for row in survey.rows
    ]
    content = {name.removeprefix(TEXTS): data for name, data in raw.items() if name.startswith(TEXTS)}
    return notices(survey.product, entries, content)


def _texts(raw: RawArtifacts) -> list[Mapping[str, Any]]:
    return list(strict_json.loads_object(raw["texts.json"], what="texts.json")["distributions"])


def _python(raw: RawArtifacts) -> str:
    if "build/build.json" not in raw:
        return UNBUILT_PYTHON
    said = str(strict_json.loads_object(raw["build/build.json"], what="build.json").get("python", ""))
    return said if is_python(said) else UNBUILT_PYTHON


def _concluded(settings: Settings) -> dict[Key, str]:
    found: dict[Key, str] = {}
    for entry in settings.concluded:
        matched = _CONCLUDED.fullmatch(entry)
        expression = spdx(matched[3]) if matched else ""
        if matched is None or not expression:
            raise UnreadableError(
                f"sdlc.toml: gates.licenses.concluded: {entry!r:.80} is no decision about a license",
                hint='write "NAME==VERSION is EXPRESSION", such as "h11==0.16.0 is MIT"',
            )
        found[key_of(matched[1], matched[2])] = expression
    return found


def _places(raw: RawArtifacts) -> dict[tuple[str, str], Place]:
    lock = strict_json.loads_object(raw["sbom/lock.json"], what="lock.json")
    return {
        (str(pin["name"]), str(pin["version"])): Place(str(row["path"]), int(pin["line"]))
        for row in lock["files"]
        for pin in row["pins"]
    }


def _said(survey: Survey) -> tuple[tuple[str, list[str]], ...]:
    lacking = [row.title for row in survey.rows if not row.files]
    return (
        ("without-text", lacking),
        ("other-targets", list(survey.elsewhere)),
        ("unused-conclusions", list(survey.unused)),
    )


def _findings(row: _Row, survey: Survey, lists: Lists, rules: Rules) -> Iterator[Finding]:
    if row.known.expression:
        yield from _judged(
            row, row.title, row.known.expression, f"{row.known.way}: {row.known.how}", survey, lists, rules
        )
        yield from _of_texts(row)
    else:
        rule = "LICENSE-UNKNOWN" if row.known.way is Way.UNKNOWN else "LICENSE-MISSING"
        text = f"nobody knows under which license {row.title} is: {row.known.how}"
        near = difflib.get_close_matches(row.known.how, row.known.texts, n=1) or list(row.known.texts[:1])
        fix = f'Read its texts, then write concluded = ["{row.name}=={row.version} is {near[0] if near else "ID"}"].'
        yield _finding(rule, text, fix, row, Severity.HIGH)
    if not row.files and row.known.how != "it is not in the build's environment, so nobody could look":
        text = f"{row.title} brings no license text, so NOTICES.txt has none to pass on"
        yield _finding(
            "LICENSE-NO-TEXT", text, "Take the text from its source, and ship it yourself.", row, Severity.LOW
        )
    silent = [name for name, license in row.inside if not license]
    if silent:
        more = f" and {len(silent) - 3} more" if len(silent) > 3 else ""
        text = f"nothing tells the license of {', '.join(silent[:3])}{more} inside {row.title}"
        fix = f"Look into the texts that {row.name} ships: they have to name what is inside."
        yield _finding("LICENSE-INSIDE", text, fix, row, Severity.MEDIUM, Confidence.MEDIUM)
    for name, license in row.inside:
        if license:
            what = f"{name} inside {row.title}"
            yield from _judged(row, what, license, f"declared by the SBOM of {row.name}", survey, lists, rules)


def _unused(survey: Survey) -> Iterator[Finding]:
    """A decision that outlived its component, or that names a version which is not the one that is shipped."""
    for name, _, version in (one.partition("==") for one in survey.unused):
        shipped = [row.version for row in survey.rows if row.name == name]
        what = f"{name} {', '.join(shipped)} is" if shipped else f"no {name} is"
        text = f"gates.licenses.concluded says of what license {name} {version} is, but {what} shipped"
        fix = f"Look at {name} {shipped[0]}, and decide anew; or remove the entry." if shipped else "Remove the entry."
        yield Finding(
            rule="LICENSE-UNUSED",
            message=text,
            severity=Severity.LOW,
            confidence=Confidence.HIGH,
            fingerprint="f1:" + sha256(f"LICENSE-UNUSED {name} {version}".encode())[:32],
            place=None,
            subject=f"sdlc.toml: gates.licenses.concluded: {name}",
            fix=fix,
            reproduce="sdlc check --gate licenses -v",
            properties={"component": name},
        )


def _judged(
    row: _Row, what: str, expression: str, how: str, survey: Survey, lists: Lists, rules: Rules
) -> Iterator[Finding]:
    judged = judge(expression, lists, rules)
    if judged.stand is Stand.ALLOW:
        return
    own = survey.license or "no license that it declares"
    text = f"{what} is under {expression} ({how}): {'; '.join(judged.why)}. {survey.product} is under {own}"
    if judged.stand is Stand.DENY:
        fix = f"Replace {row.name}, buy another license of it, or let the owner of the product allow it by name."
        yield _finding("LICENSE-DENIED", text, fix, row, Severity.HIGH, subject=what)
    else:
        fix = f'Let the owner of the product decide: allow = [..., "{judged.taken}"], or deny it.'
        yield _finding("LICENSE-REVIEW", text, fix, row, Severity.MEDIUM, subject=what)


def _of_texts(row: _Row) -> Iterator[Finding]:
    said = {family(license) for license in licenses_in(row.known.expression)}
    other = [license for license in row.known.texts if family(license) not in said]
    if other and row.known.way is not Way.CONCLUDED:
        text = f"{row.title} declares {row.known.expression}, and brings a text of {', '.join(other)}"
        fix = "Read the text: it may be of a part inside, or the declaration is wrong."
        yield _finding("LICENSE-TEXT-DIFFERS", text, fix, row, Severity.MEDIUM, Confidence.MEDIUM)


def _finding(
    rule: str,
    message: str,
    fix: str,
    row: _Row,
    severity: Severity,
    confidence: Confidence = Confidence.HIGH,
    subject: str = "",
) -> Finding:
    """A finding keeps its name when the component moves to another version; what is inside has one of its own."""
    key = row.name if subject in ("", row.title) else f"{row.name}/{subject.partition(' ')[0]}"
    return Finding(
        rule=rule,
        message=message,
        severity=severity,
        confidence=confidence,
        fingerprint="f1:" + sha256(f"{rule} {key}".encode())[:32],
        place=row.place,
        subject=row.purl,
        fix=fix,
        reproduce="sdlc check --gate licenses -v",
        cwe=(1357,),
        owasp=("A03:2025",),
        properties={"component": row.name, "license": row.known.expression or row.known.way.value},
    )
