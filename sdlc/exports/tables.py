"""
The release as tables: control → what answers it → outcome → evidence → findings, and the rows behind each.

`trace` is the matrix: one row for each control and each gate, part of the release or activity that could answer it.
The other tables hold what it points to, so that no number stands without its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdlc.formats.terminal import printable
from sdlc.formats.timestamp import time_to_text
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult
from sdlc.model.verdict import Waived
from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage
from sdlc.standards.shipped import our_categories

Cell = str | int
MAX_NAMED = 100
"""So many findings are named in one cell of the matrix; all of them are in the table `findings`."""


@dataclass(frozen=True)
class Table:
    """One table; every row has as many cells as `columns`, and every text is on one line and visible."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables_of(release: Verified, coverages: Sequence[Coverage]) -> tuple[Table, ...]:
    """All tables, the matrix first."""
    return (
        _table(
            "trace",
            "standard version review control text document coverage producer asked shown why outcome grade evidence "
            "findings finding_ids people",
            _trace(release, coverages),
        ),
        _table("release", "what value", _release(release)),
        _table("gates", "gate outcome grade reader seconds looked_at findings counters details tools", _gates(release)),
        _table("evidence", "gate name sha256", _evidence(release)),
        _table(
            "findings",
            "gate rule severity confidence place message cwe owasp categories fix fingerprint suppressed waiver "
            "waiver_owner waiver_until decided",
            _findings(release),
        ),
        _table("rules", "rule gate state why", _rules(release)),
        _table("decisions", "number kind person name meaning time reason key sha256 previous", _decisions(release)),
    )


def finding_id(finding: Finding) -> str:
    """How a finding is named in a matrix: what it says, and its fingerprint."""
    return f"{finding.rule} {finding.place or finding.subject} {finding.fingerprint}".replace("  ", " ")


def findings_for(result: GateResult, cwe: Sequence[int]) -> tuple[Finding, ...]:
    """The findings of a gate that concern a control: those of exactly its weaknesses, all where it names none."""
    found = result.reading.findings
    return tuple(one for one in found if set(one.cwe) & set(cwe)) if cwe else found


def evidence_of(release: Verified) -> dict[str, dict[str, str]]:
    """What each producer's record is, name → SHA-256; empty where its evidence is withheld."""
    made = {r.gate: {} if r.gate in release.withheld else dict(sorted(r.raw.items())) for r in release.results}
    made["provenance"] = made.get("build", {})
    made["approval"] = {f"decision {n}": one.digest for n, one in enumerate(release.decisions, start=1)}
    made["signing"] = {"candidate": release.manifest.candidate, "manifest": release.manifest_digest}
    return {name: {key: str(value) for key, value in record.items()} for name, record in made.items()}


def waivers_of(release: Verified) -> dict[tuple[str, str], Waived]:
    """The waiver of each waived finding, by gate and fingerprint."""
    return {(one.gate, one.finding.fingerprint): one for one in release.verdict.waived}


def _named(release: Verified, gate: str, finding: Finding) -> str:
    """The finding, and who lets it stand."""
    decided = release.verdict.decided(gate, finding)
    return f"{finding_id(finding)} ({decided})" if decided else finding_id(finding)


def _table(name: str, columns: str, rows: Iterator[tuple[Cell, ...]]) -> Table:
    clean = (tuple(printable(cell) if isinstance(cell, str) else cell for cell in row) for row in rows)
    return Table(name, tuple(column.replace("_", " ") for column in columns.split()), tuple(clean))


def _trace(release: Verified, coverages: Sequence[Coverage]) -> Iterator[tuple[Cell, ...]]:
    results = {result.gate: result for result in release.results}
    evidence = evidence_of(release)
    for coverage in coverages:
        standard = coverage.standard
        head = (standard.id, standard.version, standard.review)
        for one in coverage.controls:
            control = one.control
            left = (*head, control.id, control.text, control.document, one.word.value)
            for producer in one.producers:
                name = producer.name
                asked = "full" if name in control.full else "partial"
                result = results.get(name)
                found = findings_for(result, control.cwe) if result else ()
                named = [_named(release, name, finding) for finding in found[:MAX_NAMED]]
                more = [f"and {len(found) - MAX_NAMED} more"] if len(found) > MAX_NAMED else []
                yield (
                    *left,
                    name,
                    asked,
                    producer.shown.value,
                    producer.sentence,
                    result.reading.outcome.value if result else "",
                    result.grade.value if result else "",
                    " ".join(evidence.get(name, {}).values()),
                    len(found) if result else "",
                    "; ".join([*named, *more]),
                    control.people,
                )
            if not one.producers:
                yield (*left, "people", "", "", control.people, "", "", "", "", "", control.people)


def _release(release: Verified) -> Iterator[tuple[Cell, ...]]:
    manifest, candidate = release.manifest, release.candidate
    yield ("product", manifest.product)
    yield ("version", manifest.version)
    yield ("channel", manifest.channel)
    yield ("sequence", manifest.sequence)
    yield ("verdict", release.verdict.answer.value)
    yield ("signed", time_to_text(manifest.created))
    yield ("valid until", time_to_text(manifest.expires))
    yield ("manifest sha256", release.manifest_digest)
    yield ("candidate sha256", manifest.candidate)
    yield ("previous manifest sha256", candidate.previous or "none: the first release")
    yield ("policy sha256", candidate.policy)
    yield ("repository", candidate.repository)
    yield ("commit", candidate.commit)
    yield ("tree", candidate.tree)
    yield ("gates ran", time_to_text(candidate.checked))
    yield ("break-glass", candidate.break_glass or "no")
    for artifact in candidate.artifacts:
        yield (f"artifact {artifact.name}", f"sha256 {artifact.digest}, {artifact.size} bytes")
    for note in release.notes:
        yield ("note", note)


def _gates(release: Verified) -> Iterator[tuple[Cell, ...]]:
    for result in release.results:
        reading = result.reading
        yield (
            result.gate,
            reading.outcome.value,
            result.grade.value,
            result.reader,
            f"{result.seconds:.1f}",
            reading.sentence,
            len(reading.findings),
            _words(reading.counters),
            _words(reading.details),
            ", ".join(f"{tool.name} {tool.version}" for tool in result.tools),
        )


def _evidence(release: Verified) -> Iterator[tuple[Cell, ...]]:
    for name, record in evidence_of(release).items():
        if name == "provenance":
            continue
        for key, digest in record.items():
            yield (name, key, digest)


def _findings(release: Verified) -> Iterator[tuple[Cell, ...]]:
    waivers, categories = waivers_of(release), our_categories()
    for result in release.results:
        for one in result.reading.findings:
            waived = waivers.get((result.gate, one.fingerprint))
            yield (
                result.gate,
                one.rule,
                one.severity.value,
                one.confidence.value,
                str(one.place or one.subject),
                one.message,
                " ".join(f"CWE-{number}" for number in one.cwe),
                " ".join(one.owasp),
                "; ".join(categories.words(one.cwe)),
                one.fix,
                one.fingerprint,
                one.suppressed,
                waived.waiver if waived else "",
                waived.owner if waived else "",
                waived.expires.isoformat() if waived else "",
                release.verdict.decided(result.gate, one),
            )


def _rules(release: Verified) -> Iterator[tuple[Cell, ...]]:
    for rule in release.verdict.rules:
        yield (rule.rule, rule.gate, rule.state.value, rule.sentence)


def _decisions(release: Verified) -> Iterator[tuple[Cell, ...]]:
    for number, signed in enumerate(release.decisions, start=1):
        one = signed.decision
        time, previous = time_to_text(one.created), one.previous or ""
        yield (
            *(number, one.kind, one.person, one.name, one.meaning, time, one.reason, one.key),
            *(signed.digest, previous),
        )


def _words(values: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(values.items()))
