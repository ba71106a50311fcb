"""
`.sdlc/vex/`: VEX decisions, each signed by a person, and which finding each closes.

A decision closes a finding of the gate vulnerabilities when a person with a key for approvals signed exactly these
bytes, and when advisory group, component, its version, product and its version are those that the person decided
about: never by the advisory alone. One that no longer fits (another version, an advisory that changed since) has
lapsed, and is *refused* by name: it closes nothing, and every report says so. The files are read from the base commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from sdlc.errors import BlockedError, UnreadableError
from sdlc.evidence.vex import DRAFT, in_range, load_decision
from sdlc.formats.vex_link import link_of
from sdlc.model.finding import Finding
from sdlc.model.verdict import Closed, RefusedWaiver
from sdlc.model.vex import CLOSING, VexDecision
from sdlc.signing.dsse import load_envelope
from sdlc.signing.person import Reason, Signatory, why_not_signed
from sdlc.signing.trust import TrustRoot

GATE = "vulnerabilities"
FOLDER = ".sdlc/vex/"
PREFIX = "vex/"
"""How the gate's raw artifacts name the files of the folder."""
TRUST = "vex-trust.json"
"""The raw artifact that holds the trust root of the base commit."""
UNSIGNED: Mapping[Reason, str] = {
    "no-trust-root": "vex-no-trust-root",
    "not-signed-by-a-person": "vex-not-signed-by-a-person",
    "wrong-person": "vex-wrong-person",
}
KIND = "VEX decision"
HEADS_UP_DAYS = 30


@dataclass(frozen=True)
class Examined:
    """One file: the decision in it, or a reason code and a sentence why there is none that counts."""

    name: str
    decision: VexDecision | None
    reason: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class AppliedVex:
    """By position of the finding what closes it; what was refused, and what is to be said."""

    closed: Mapping[int, Closed]
    refused: tuple[RefusedWaiver, ...]
    notes: tuple[str, ...]


def examine(files: Mapping[str, bytes], trust: TrustRoot | None) -> tuple[Examined, ...]:
    """The decisions in `files`, by name, and whether a person of `trust` signed them; no content raises."""
    return tuple(_examined(name, data, trust) for name, data in sorted(files.items()))


def apply_vex(
    examined: Sequence[Examined],
    findings: Sequence[Finding],
    *,
    product: str,
    version: str,
    at: datetime,
    answered: bool = True,
) -> AppliedVex:
    """Lay the decisions over `findings` of the gate vulnerabilities, about `version` of `product`, as of `at`.

    Where the gate has not `answered`, nobody knows whether a decision still has a finding, and it says so.
    """
    closed: dict[int, Closed] = {}
    refused: list[RefusedWaiver] = []
    notes: list[str] = []
    said = {one.name: _why_not(one, findings, product, version, at) for one in examined}
    against = {
        position
        for one in examined
        if one.decision is not None and not said[one.name][0] and one.decision.statement.status not in CLOSING
        for position in _hits(one.decision, findings)
    }
    for one in examined:
        reason, sentence = said[one.name]
        if reason == "vex-orphaned" and not answered:
            sentence = f"the gate {GATE} gave no answer, so nobody knows whether there is a finding for it"
        decision = one.decision
        hits = list(_hits(decision, findings)) if decision is not None and not reason else []
        if decision is not None and not reason and decision.statement.status in CLOSING:
            if set(hits) & against:
                reason, sentence = "vex-contradicted", "another decision says that the product is affected, or unsure"
            elif all(hit in closed for hit in hits):
                reason, sentence = "vex-duplicate", f"{closed[hits[0]].decision} closes the same finding already"
        if reason or decision is None:
            refused.append(RefusedWaiver(one.name, reason, sentence, KIND))
            continue
        if decision.statement.status not in CLOSING:
            what = decision.statement.action or decision.statement.impact or "no decision yet"
            notes.append(f"{one.name}: {decision.name} says {decision.statement.status}: {what}")
            continue
        closed |= {hit: _closed(one.name, decision, findings[hit]) for hit in hits if hit not in closed}
        left = (decision.expires - at).days
        if left <= HEADS_UP_DAYS:
            notes.append(f"VEX decision {one.name} of {decision.name} ends on {decision.expires:%Y-%m-%d}")
    return AppliedVex(closed, tuple(refused), tuple(notes))


def ids_of(finding: Finding) -> frozenset[str]:
    """The ids of the advisory group that `finding` is about."""
    return frozenset(one for one in finding.properties.get("aliases", "").split(", ") if one)


def component_of(finding: Finding) -> tuple[str, str, str]:
    """Package URL without a version, version, and carrier (name and version, or nothing) of a finding's component."""
    inside, _, purl = finding.subject.rpartition(": ")
    name, _, version = purl.partition("#")[0].partition("?")[0].rpartition("@")
    version = unquote(version)
    return (name, version, inside.removeprefix("inside ")) if name else (purl, "", inside.removeprefix("inside "))


def _examined(name: str, data: bytes, trust: TrustRoot | None) -> Examined:
    if (target := link_of(data)) is not None:
        text = f"{FOLDER}{name} is a symbolic link to {target!r:.80}, not followed: commit the file itself there"
        return Examined(name, None, "vex-link", text)
    try:
        envelope = load_envelope(data, what=name)
    except BlockedError as error:
        return Examined(name, None, "vex-unsigned", error.message)
    except UnreadableError as error:
        if DRAFT.encode() in data:
            return Examined(name, None, "vex-draft", "a machine drafted it, and no person has signed a decision")
        return Examined(name, None, "vex-unreadable", error.message)
    try:
        decision = load_decision(envelope.payload, what=name)
    except UnreadableError as error:
        if DRAFT.encode() in envelope.payload:
            return Examined(name, None, "vex-draft", "somebody signed a machine's draft, which is no decision")
        return Examined(name, None, "vex-unreadable", error.message)
    signatory = Signatory(decision.person, decision.name, decision.key, decision.created)
    unsigned = why_not_signed(envelope, signatory, trust)
    if unsigned is not None:
        return Examined(name, decision, UNSIGNED[unsigned.reason], unsigned.sentence)
    if trust is not None and decision.statement.product != trust.product:
        text = f"it is about {decision.statement.product}, the trust root is that of {trust.product}"
        return Examined(name, decision, "vex-other-product", text)
    return Examined(name, decision)


def _why_not(one: Examined, findings: Sequence[Finding], product: str, version: str, at: datetime) -> tuple[str, str]:
    """Reason code and sentence, empty when the decision counts for a finding."""
    decision = one.decision
    if one.reason or decision is None:
        return one.reason, one.sentence
    said = decision.statement
    if said.product != product:
        return "vex-other-product", f"it is about {said.product}, this is {product}"
    if not in_range(version, said.product_versions):
        return "vex-other-product-version", f"it is about {product} {said.product_versions}, this is {version}"
    if at < decision.created:
        return "vex-not-yet-valid", f"it begins on {decision.created:%Y-%m-%d}"
    if at >= decision.expires:
        return "vex-expired", f"it ended on {decision.expires:%Y-%m-%d}"
    about = [finding for finding in findings if not finding.suppressed and _is_about(decision, finding)]
    if not about:
        return "vex-orphaned", "no open finding is what it was written for"
    fitting = [finding for finding in about if _fits(decision, finding)]
    if not fitting:
        _, there, carrier = component_of(about[0])
        where = f"{there or 'an unknown version'}{f' inside {carrier}' if carrier else ''}"
        return "vex-other-version", f"it is about {said.versions}{_in(said.carrier)}, this is {where}"
    if not any(_unchanged(decision, finding) for finding in fitting):
        now = fitting[0].properties.get("modified", "") or "an unknown day"
        return "vex-advisory-changed", f"the advisory was changed on {now}, after what was decided about"
    return "", ""


def _in(carrier: str) -> str:
    return f" inside {carrier}" if carrier else ""


def _hits(decision: VexDecision, findings: Sequence[Finding]) -> Iterator[int]:
    tests = (_is_about, _fits, _unchanged)
    for position, finding in enumerate(findings):
        if not finding.suppressed and all(test(decision, finding) for test in tests):
            yield position


def _is_about(decision: VexDecision, finding: Finding) -> bool:
    said = decision.statement
    name, _, carrier = component_of(finding)
    return name == said.component and bool(carrier) == bool(said.carrier) and bool(ids_of(finding) & {*said.advisories})


def _fits(decision: VexDecision, finding: Finding) -> bool:
    _, version, carrier = component_of(finding)
    return bool(version) and in_range(version, decision.statement.versions) and carrier == decision.statement.carrier


def _unchanged(decision: VexDecision, finding: Finding) -> bool:
    modified = finding.properties.get("modified", "")
    return bool(modified) and modified == decision.modified and ids_of(finding) <= {*decision.statement.advisories}


def _closed(name: str, decision: VexDecision, finding: Finding) -> Closed:
    said = decision.statement
    return Closed(
        decision=name,
        gate=GATE,
        finding=finding,
        status=said.status,
        justification=said.justification,
        impact=said.impact,
        name=decision.name,
        created=decision.created.date(),
        expires=decision.expires.date(),
    )
