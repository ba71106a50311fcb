"""Steps 6 to 10 of a verification: everything that was decided is decided again, from the bytes."""

from __future__ import annotations

from dataclasses import replace

from sdlc.errors import BlockedError
from sdlc.model.result import Grade
from sdlc.model.verdict import Answer, State
from sdlc.release import bundle, viewer
from sdlc.release.attestations import SUMMARY, attestations_of, summary_of
from sdlc.release.case import Case
from sdlc.release.decisions import ROLE as APPROVER
from sdlc.release.decisions import SignedDecision, load_decision, quorum
from sdlc.release.manifest import ROLE as RELEASE_SIGNER
from sdlc.release.opening import RUNNER
from sdlc.release.recompute import compare, holdings_of, read_again, verdict_of
from sdlc.signing.dsse import load_envelope


def check_readings(case: Case) -> str:
    stored = case.candidate.results
    readable = [result for result in stored if result.gate not in case.blind]
    again = read_again(readable, lambda digest: case.blobs[digest])
    compare(readable, again)
    by_gate = {result.gate: result for result in again}
    case.results = tuple(by_gate.get(r.gate) or replace(r, grade=Grade.ATTESTED) for r in stored)
    case.notes += [f"{gate} was not read again: its evidence is withheld" for gate in sorted(case.blind)]
    return f"{len(again)} gates read again, each says what was recorded"


def check_policy(case: Case) -> str:
    if case.candidate.policy not in case.trust.policies:
        raise BlockedError("policy-not-authorised", "the trust root does not list the policy of this release")
    return "the trust root lists it"


def check_verdict(case: Case) -> str:
    candidate = case.candidate
    case.known_verdict = verdict = verdict_of(
        candidate, case.results, lambda digest: case.blobs[digest], trust=case.trust
    )
    if verdict.answer is not Answer.ALLOWED:
        first = next((r for r in verdict.rules if r.state in (State.BLOCKED, State.INCOMPLETE)), None)
        why = f"{first.rule}: {first.sentence}" if first else "no rule applies"
        raise BlockedError("verdict-not-allowed", f"decided again, the policy says {verdict.answer}: {why}")
    if case.own_policy is not None:
        own = verdict_of(candidate, case.results, lambda digest: case.blobs[digest], case.own_policy, case.trust)
        if own.answer is not Answer.ALLOWED:
            first = next(r for r in own.rules if r.state in (State.BLOCKED, State.INCOMPLETE))
            raise BlockedError(
                "own-policy-not-held", f"the given policy says {own.answer}: {first.rule}: {first.sentence}"
            )
        case.notes.append(f"{len(own.rules)} rules of the given policy hold as well")
    case.notes += [f"waived until {one.expires}: {one.finding.rule} ({one.waiver})" for one in verdict.waived]
    case.notes += [f"closed by VEX: {one.finding.rule}, {one.status}, {one.name}" for one in verdict.closed]
    debt = f", {len(verdict.waived)} findings waived" if verdict.waived else ""
    debt += f", {len(verdict.closed)} closed by signed VEX decisions" if verdict.closed else ""
    return f"{len(verdict.rules)} rules decided again: allowed{debt}"


def check_attestations(case: Case) -> str:
    """Each statement for other people's tools is made again: one that says anything else is refused."""
    blind = case.blind
    made = attestations_of(case.candidate, case.results, case.verdict, lambda digest: case.blobs[digest], blind)
    signed = {name: load_envelope(case.member(f"{bundle.ATTESTATIONS}{name}"), what=name) for name in sorted(made)}
    for name, envelope in signed.items():
        if envelope.payload != made[name]:
            raise BlockedError("attestation-differs", f"{name} is not what the evidence says")
        case.signed(envelope, RUNNER, case.candidate.created, name)
    summary = load_envelope(case.member(f"{bundle.ATTESTATIONS}{SUMMARY}"), what=SUMMARY)
    # Over withheld attestations it cannot be made again; whoever signed it then vouches for it.
    if not blind and summary.payload != summary_of(case.manifest, case.candidate.policy, signed):
        raise BlockedError("attestation-differs", f"{SUMMARY} is not what the manifest says")
    case.signed(summary, RELEASE_SIGNER, case.manifest.created, SUMMARY)
    case.holdings = holdings_of(case.candidate, case.results, lambda digest: case.blobs[digest], believe=bool(blind))
    case.notes += ["what the release is made of is as its runner recorded it: evidence is withheld"] if blind else []
    return f"{len(signed) + 1} statements for other tools, and the inventory, say what the evidence says"


def check_quorum(case: Case) -> str:
    manifest = case.manifest
    signed: list[SignedDecision] = []
    for number, digest in enumerate(manifest.decisions, start=1):
        name = bundle.decision_name(number)
        one = load_decision(load_envelope(case.member(name), what=name), what=name)
        if one.digest != digest:
            raise BlockedError("decision-differs", f"{name} is not the decision that the manifest lists")
        signed.append(one)
    waived = case.verdict.waived
    proven = case.proven.at if case.proven else None
    answer = quorum(signed, case.trust, case.candidate, manifest.candidate, manifest.created, waived, proven)
    if not answer.reached:
        raise BlockedError(answer.reason, answer.sentence)
    case.decisions, case.approvers = tuple(signed), answer.approvers
    case.envelopes += [(one.envelope, APPROVER, one.decision.created) for one in signed]
    drawn = case.members[bundle.PAGE]
    if manifest.viewer != viewer.VERSION:
        case.notes.append(f"report.html was drawn by {manifest.viewer}; this version cannot draw it again")
        return answer.sentence
    if viewer.draw(case.candidate, manifest.candidate, case.verdict, signed, case.holdings) != drawn:
        raise BlockedError("page-differs", "report.html does not show what candidate and decisions say")
    return f"{answer.sentence}; the page shows the same"
