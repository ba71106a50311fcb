"""The attacks: each makes a bundle or a question that a good configuration refuses, and says what lets it through."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sdlc.errors import BlockedError, SdlcError
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Severity
from sdlc.model.result import GateResult, Outcome, Reading
from sdlc.model.verdict import Answer
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import load_policy
from sdlc.policy.vex import GATE, examine
from sdlc.release import bundle
from sdlc.release.candidate import dump_candidate
from sdlc.release.recompute import vex_files
from sdlc.selftest.mirror import Approval, Mirror
from sdlc.signing.dsse import Envelope, dump_envelope

OLD = timedelta(days=3650)
LONG = timedelta(days=400)


@dataclass(frozen=True)
class Trial:
    """One attack and its end: `refused` by `reason`, or it slips through and `mend` says what would stop it."""

    name: str
    refused: bool
    reason: str
    mend: str


def try_all(mirror: Mirror) -> tuple[Trial, ...]:
    """Every attack on `mirror`; raises BlockedError when even the honest release of the mirror is refused."""
    for role in ("runner", "approver", "release-signer"):
        if not mirror.holders(role):
            raise BlockedError("signer-unknown", f"the trust root has no key for {role} that is not revoked")
    honest = mirror.verify(mirror.release())
    if not honest.ok:
        raise BlockedError(honest.reason, f"the honest twin of this release is refused: {honest.sentence}")
    trials = [*_by_outsiders(mirror), *_by_insiders(mirror), *_on_evidence(mirror), *_on_the_policy(mirror)]
    return (*trials, *_on_the_trust_root(mirror))


def _bundle(mirror: Mirror, name: str, make: Callable[[], dict[str, bytes]], mend: str) -> Trial:
    try:
        result = mirror.verify(make())
    except SdlcError as error:  # it could not even be made
        return Trial(name, True, getattr(error, "reason", "") or "not-made", mend)
    return Trial(name, not result.ok, result.reason, mend)


OURS = "this is a bug of secure-sdlc; report it"


def _by_outsiders(mirror: Mirror) -> Iterator[Trial]:
    """Whatever the configuration is, these must fail."""
    good = mirror.release()
    artifact = next(name for name in sorted(good) if name.startswith(bundle.ARTIFACTS))
    evidence = next(name for name in sorted(good) if name.startswith(bundle.EVIDENCE))
    first = bundle.decision_name(1)
    unsigned = dump_envelope(Envelope("application/vnd.in-toto+json", dump_candidate(mirror.candidate), ()))
    cases: dict[str, dict[str, bytes]] = {
        "an outsider swaps an artifact": {**good, artifact: good[artifact] + b"\n"},
        "an outsider swaps a piece of evidence": {**good, evidence: good[evidence] + b"\n"},
        "an outsider removes a piece of evidence": {k: v for k, v in good.items() if k != evidence},
        "an outsider removes a decision": {k: v for k, v in good.items() if k != first},
        "an outsider adds an artifact": {**good, f"{bundle.ARTIFACTS}more.whl": b"more"},
        "an outsider rewrites the page": {**good, bundle.PAGE: good[bundle.PAGE].replace(b"</h1>", b"!</h1>")},
        "an outsider takes the runner's signature away": {**good, bundle.CANDIDATE: unsigned},
    }
    for name, members in cases.items():
        yield _bundle(mirror, name, lambda members=members: members, OURS)  # type: ignore[misc]
    stranger = mirror.stranger
    yield _bundle(mirror, "an outsider signs the manifest", lambda: mirror.release(signer=stranger), OURS)
    yield _bundle(mirror, "an outsider signs the candidate", lambda: mirror.release(runner=stranger), OURS)


def _by_insiders(mirror: Mirror) -> Iterator[Trial]:
    """Who holds some of the keys, and wants more than they give."""
    runner, signer = mirror.holders("runner")[0], mirror.holders("release-signer")[0]
    need = "let the trust root demand two approvals: approvals_required = 2"
    yield _bundle(
        mirror, "whoever has the signing keys releases without any approval", lambda: mirror.release(()), need
    )
    for person in mirror.approvers:
        one = (Approval(person),)
        yield _bundle(mirror, f"{person} approves alone", lambda one=one: mirror.release(one), need)  # type: ignore[misc]
    person = mirror.approvers[0]
    twice = tuple(Approval(person, key) for key in range(mirror.trust.approvals_required))
    yield _bundle(mirror, f"{person} approves again until it suffices", lambda: mirror.release(twice), need)
    writers = [Approval(person) for person in mirror.approvers if person in mirror.authors]
    if len(writers) >= mirror.trust.approvals_required:
        mend = 'let the trust root demand independence: independence = "one" or "all"'
        yield _bundle(mirror, "only authors approve their own work", lambda: mirror.release(writers), mend)
    yield _bundle(mirror, "the runner signs the manifest", lambda: mirror.release(signer=runner), _roles("runner"))
    yield _bundle(
        mirror,
        "the release signer makes up a candidate",
        lambda: mirror.release(runner=signer),
        _roles("release-signer"),
    )
    unknown = dataclasses.replace(mirror.candidate, authors=("nobody@example.invalid",))
    yield _bundle(mirror, "an author that nobody knows", lambda: mirror.release(candidate=unknown), OURS)
    broken = dataclasses.replace(mirror.candidate, break_glass="because I can")
    if mirror.trust.break_glass_days == 0:
        one = (Approval(person),)
        yield _bundle(
            mirror, f"{person} breaks a glass that there is not", lambda: mirror.release(one, candidate=broken), OURS
        )


def _roles(role: str) -> str:
    return f"give the {role} a key of its own, with no other role"


def _on_evidence(mirror: Mirror) -> Iterator[Trial]:
    """Whoever holds all keys still cannot bring a policy that the trust root does not list."""
    weak = mirror.keep(
        b'schema = "sdlc.policy/1"\nid = "none"\nrules = [{id = "b", type = "required", gate = "build"}]\n'
    )
    changed = dataclasses.replace(mirror.candidate, policy=weak)
    yield _bundle(mirror, "the policy is exchanged for a weak one", lambda: mirror.release(candidate=changed), OURS)


def _on_the_policy(mirror: Mirror) -> Iterator[Trial]:
    """What the policy answers when a gate finds the worst, does nothing, or looks at something old."""
    candidate = mirror.candidate
    policy = load_policy(mirror.blob(candidate.policy), "policy.toml")
    by_gate = {result.gate: result for result in candidate.results}
    facts = Facts(
        results=by_gate,
        profile="release",
        at=candidate.created,
        product=candidate.product,
        version=candidate.version,
        committed=candidate.committed,
        checked=candidate.checked,
        vex=examine(vex_files(by_gate.get(GATE), mirror.blob), mirror.trust),
    )

    def asked(name: str, result: GateResult | None, mend: str, left_out: str = "") -> Trial:
        results = {gate: other for gate, other in facts.results.items() if gate != left_out}
        changed = results if result is None else {**results, result.gate: result}
        verdict = decide(policy, dataclasses.replace(facts, results=changed))
        first = next((rule.rule for rule in verdict.rules if rule.state in ("blocked", "incomplete")), "")
        return Trial(name, verdict.answer is not Answer.ALLOWED, first, mend)

    for result in candidate.results:
        if result.reading.outcome is Outcome.NOT_APPLICABLE:
            continue
        rule = f'a rule for profile "release": type = "required", gate = "{result.gate}"'
        yield asked(f"{result.gate} is left out", None, f"add {rule}", left_out=result.gate)
        worst = dataclasses.replace(result.reading, outcome=Outcome.FAILED, findings=(_WORST,))
        yield asked(f"{result.gate} finds something critical", _with(result, worst), f"add {rule}")
        silent = Reading(Outcome.ERROR, sentence="it crashed")
        yield asked(f"{result.gate} crashes", _with(result, silent), f"add {rule}")
        dated = {name: text for name, text in result.reading.details.items() if name.endswith("-date")}
        if dated:
            ancient = (candidate.created - OLD).isoformat()
            details = {**result.reading.details, **dict.fromkeys(dated, ancient)}
            old = _with(result, dataclasses.replace(result.reading, details=details))
            mend = f'add a rule: type = "max-age", gate = "{result.gate}", detail = "{next(iter(dated))}"'
            yield asked(f"{result.gate} looks at data of ten years ago", old, mend)
        counted = _WORK.get(result.gate)
        if counted is not None and counted in result.reading.counters:
            little = _with(
                result, dataclasses.replace(result.reading, counters={**result.reading.counters, counted: 1})
            )
            mend = f'add a rule: type = "floor", gate = "{result.gate}", counter = "{counted}"'
            yield asked(f"{result.gate} did almost nothing: {counted} is 1", little, mend)


_WORST = Finding(
    rule="SELFTEST",
    message="something critical",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    fingerprint="f1:" + sha256(b"selftest")[:32],
    subject="selftest",
)
_WORK = {"tests": "passed", "fuzz": "executions", "static-analysis": "files", "sbom": "components"}
"""The counter that says how much a gate did."""


def _with(result: GateResult, reading: Reading) -> GateResult:
    return dataclasses.replace(result, reading=reading)


def _on_the_trust_root(mirror: Mirror) -> Iterator[Trial]:
    trust = mirror.trust
    mend = "let it expire within a year, and rotate it: sdlc trust draft"
    held = trust.expires - mirror.signed_at < LONG
    yield Trial("news about stolen keys is withheld for longer than a year", held, "trust-expired", mend)
    mend = "let two persons with root keys sign the next version: roots_required = 2"
    yield Trial(
        "one person alone replaces the trust root", trust.roots_required > 1, "rotation-old-quorum-missing", mend
    )
    mend = "make the release signer's key one that no approver holds"
    signers = {key.person for key in trust.keys.values() if "release-signer" in key.roles and key.person}
    alone = trust.approvals_required == 1 and bool(signers & set(mirror.approvers))
    yield Trial("one person approves and signs", not alone, "quorum-not-reached", mend)
