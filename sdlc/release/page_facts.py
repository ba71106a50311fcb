"""What the page shows, put into rows: from candidate, verdict, decisions, and what a verification knows beyond them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sdlc.model.digest import Digest
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import State, Verdict
from sdlc.release import bundle
from sdlc.release.attestations import SUMMARY, names_of
from sdlc.release.candidate import Candidate
from sdlc.release.decisions import SignedDecision
from sdlc.release.manifest import Manifest
from sdlc.release.verification import Step
from sdlc.standards.catalog import Standard
from sdlc.standards.coverage import Coverage

GAPS = (
    (
        "That the runner's machine was honest: whoever holds the runner key can invent raw evidence. Replay proves "
        "that the findings follow from the bytes, not where the bytes come from.",
        "who keeps the runner and its key",
    ),
    (
        "That a gate looked at everything: it finds what its rules know. No finding is not the same as no defect.",
        "nobody",
    ),
    (
        "What people knew or read: a signature proves who decided, about which candidate, and the meaning that was "
        "chosen.",
        "the persons, and the organization's training records",
    ),
    (
        "A last decision that was withheld before signing: the chain shows what was taken out of its middle.",
        "the release signer, and who decided",
    ),
    (
        "An independent time, unless a time authority stamped the manifest: all others are those of the signers' "
        "clocks.",
        "a time authority, where one was asked",
    ),
    (
        "That the release before was what the runner says of it here: the bundle of the release before proves that, "
        "and `sdlc diff` compares both.",
        "who keeps the bundle of the release before",
    ),
    (
        "What became known after this release: the bundle is as old as its signature.",
        "the product's monitoring",
    ),
    (
        "That the product conforms to a standard: a control is answered by more than the record of one release.",
        "the organization's quality department",
    ),
)
"""What no bundle shows, and who holds it instead."""

_WORDS = {
    Outcome.PASSED: ("good", "passed"),
    Outcome.FAILED: ("bad", "failed"),
    Outcome.ERROR: ("bad", "error: no answer"),
    Outcome.SKIPPED: ("warn", "not run: skipped"),
    Outcome.NOT_APPLICABLE: ("none", "not applicable"),
}


@dataclass(frozen=True)
class Standing:
    """Do the decisions suffice? Known only with a trust root; `waiting` are printed names of who may still decide."""

    reached: bool
    sentence: str
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beyond:
    """What is known beyond candidate and decisions: after a verification, or with a trust root; else nothing.

    `results` are the gates as they were read again, `withheld` those whose evidence is missing from this copy, and
    `standards` are used instead of ours.
    """

    results: tuple[GateResult, ...] = ()
    withheld: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    manifest: Manifest | None = None
    manifest_digest: Digest | None = None
    standing: Standing | None = None
    standards: tuple[Standard, ...] = ()


@dataclass(frozen=True)
class GateRow:
    """One gate that ran, or that the policy asks for; `mark` is good, warn, bad or none, and good only when it passed
    and no rule stands against it. `anchor` and `findings_anchor` are where its rows are."""

    name: str
    result: GateResult | None
    mark: str
    word: str
    sentence: str
    age: str
    again: bool
    anchor: str
    findings_anchor: str

    @property
    def worked(self) -> bool:
        """True when it answered, so that no finding means something."""
        return self.result is not None and self.result.reading.outcome in (Outcome.PASSED, Outcome.FAILED)


@dataclass(frozen=True)
class File:
    """One member of the bundle: what it is, and which gates read it under which name.

    `ours` says that `what` is in words of ours alone. `digest` is empty where the page cannot know it, since the file
    is signed after the page was drawn, and where another member has the same.
    """

    member: str
    digest: str
    what: str
    ours: bool = True
    uses: tuple[tuple[str, str], ...] = ()


def gate_rows(candidate: Candidate, results: Sequence[GateResult], verdict: Verdict) -> tuple[GateRow, ...]:
    """A row for each gate that ran, then for each that a rule asks for and that did not."""
    names = [result.gate for result in results]
    missing = sorted({rule.gate for rule in verdict.rules} - {"", *names})
    anchors = anchors_of([*names, *missing])
    again = {one.gate: one.at for one in candidate.refreshed}
    rows = []
    for result in results:
        mark, word = _mark(result, verdict)
        ran = again.get(result.gate, candidate.checked)
        rows.append(
            GateRow(
                name=result.gate,
                result=result,
                mark=mark,
                word=word,
                sentence=result.reading.sentence,
                age=age(candidate.created, ran),
                again=result.gate in again,
                anchor=f"gate-{anchors[result.gate]}",
                findings_anchor=f"findings-{anchors[result.gate]}",
            )
        )
    for name in missing:
        rules = [rule for rule in verdict.rules if rule.gate == name]
        only_ours = all(rule.state is State.HOLDS for rule in rules)
        said = "; ".join(rule.sentence for rule in rules)
        mark, word = ("good", "holds") if only_ours else ("bad", "not run")
        rows.append(GateRow(name, None, mark, word, said, "–", False, f"gate-{anchors[name]}", "findings"))
    return tuple(rows)


def _mark(result: GateResult, verdict: Verdict) -> tuple[str, str]:
    mark, word = _WORDS[result.reading.outcome]
    states = {rule.state for rule in verdict.rules if rule.gate == result.gate}
    if states & {State.BLOCKED, State.INCOMPLETE}:
        return "bad", word
    if State.TOLERATED in states and result.reading.outcome in (Outcome.PASSED, Outcome.FAILED):
        return "warn", f"{word}, tolerated"
    return mark, word


def anchors_of(names: Iterable[str]) -> dict[str, str]:
    """Each name as a part of an element's id: what is no letter or digit becomes a hyphen; never two of one."""
    made: dict[str, str] = {}
    for name in names:
        wanted = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "unnamed"
        anchor, number = wanted, 2
        while anchor in made.values():
            anchor, number = f"{wanted}-{number}", number + 1
        made[name] = anchor
    return made


def age(now: datetime, then: datetime) -> str:
    """How long before `now` it was, in the largest unit that says something."""
    passed = max(now - then, timedelta())
    if passed >= timedelta(days=2):
        return f"{passed.days} days"
    minutes = int(passed.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"


def contents_of(
    candidate: Candidate,
    results: Sequence[GateResult],
    decisions: Sequence[SignedDecision],
    withheld: frozenset[str],
) -> tuple[File, ...]:
    """Every member of the bundle, in the order in which a person would open them."""
    uses: dict[str, list[tuple[str, str]]] = {}
    for result in candidate.results:
        for name, digest in sorted(result.raw.items()):
            uses.setdefault(digest, []).append((result.gate, name))
    hidden = {d for r in candidate.results if r.gate in withheld for d in r.raw.values()}
    hidden -= {d for r in candidate.results if r.gate not in withheld for d in r.raw.values()}
    files = [
        File(bundle.MANIFEST, "", "the signed list of everything that is released, as a Sigstore bundle"),
        File(bundle.RAW_MANIFEST, "", "the same in a bare envelope"),
        File(bundle.CANDIDATE, "", "what was proposed, signed by the runner; this page is drawn from it"),
        File(bundle.POLICY, candidate.policy, "the policy that decided"),
    ]
    if candidate.waivers:
        files.append(File(bundle.WAIVERS, candidate.waivers, "the waivers"))
    files.append(File(bundle.PAGE, "", "this page; its digest is in the manifest"))
    made = {artifact.digest for artifact in candidate.artifacts}
    for artifact in candidate.artifacts:
        used = tuple(uses.get(artifact.digest, ()))
        files.append(File(f"{bundle.ARTIFACTS}{artifact.name}", artifact.digest, "released", uses=used))
    for name in (SUMMARY, *names_of(results, withheld)):
        files.append(File(f"{bundle.ATTESTATIONS}{name}", "", "an attestation for other people's tools"))
    for number, signed in enumerate(decisions, start=1):
        one = signed.decision
        files.append(File(bundle.decision_name(number), signed.digest, f"{one.kind} of {one.name}", ours=False))
    files.append(File(f"{bundle.EVIDENCE}{candidate.inventory}", candidate.inventory, "what it is made of, in tables"))
    if candidate.before:
        files.append(File(f"{bundle.EVIDENCE}{candidate.before}", candidate.before, "what the release before was"))
    for read in sorted(set(uses) - made):
        what = "withheld from this copy" if read in hidden else "evidence: raw bytes that a gate read"
        files.append(File(f"{bundle.EVIDENCE}{read}", read, what, uses=tuple(uses[read])))
    first: dict[str, str] = {}
    for file in files:
        first.setdefault(file.digest, file.member)
    return tuple(file if first[file.digest] == file.member else replace(file, digest="") for file in files)


def vulnerabilities_of(results: Sequence[GateResult]) -> Mapping[str, tuple[str, ...]] | None:
    """Known vulnerabilities by the package URL of the component, also of one that is inside of another; None where the
    gate did not answer."""
    made: dict[str, tuple[str, ...]] = {}
    found = [
        r for r in results if r.gate == "vulnerabilities" and r.reading.outcome in (Outcome.PASSED, Outcome.FAILED)
    ]
    for finding in (one for result in found for one in result.reading.findings):
        purl = finding.subject.rpartition(": ")[2]
        made[purl] = (*made.get(purl, ()), finding.rule)
    return made if found else None


def answers_of(coverages: Sequence[Coverage]) -> dict[str, dict[str, list[str]]]:
    """Which controls each producer may answer: producer → standard → ids of controls."""
    made: dict[str, dict[str, list[str]]] = {}
    for coverage in coverages:
        for one in coverage.controls:
            for producer in one.producers:
                made.setdefault(producer.name, {}).setdefault(coverage.standard.id, []).append(one.control.id)
    return made
