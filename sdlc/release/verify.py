"""
Is this bundle genuine, complete, and was it allowed? Eleven steps, each of which may refuse with one reason code.

Default deny: a bundle is verified only when every step was taken and held. The first step that does not hold ends the
verification, since nothing behind it could be believed. Nothing is read but the bundle and the trust root: no clock,
no network, no file. The stored outcome of a gate is used only to be compared with what its bytes say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sdlc.errors import BlockedError, SdlcError
from sdlc.model.digest import Digest
from sdlc.release import judging, opening, timing
from sdlc.release.case import Case, Purpose
from sdlc.release.recompute import LacksReader
from sdlc.release.revocation import Notice
from sdlc.release.seen import Seen
from sdlc.release.verification import Step, Verification
from sdlc.signing.keyless import LacksKeyless
from sdlc.signing.trust import TrustRoot


def verify(
    data: bytes,
    trust: TrustRoot,
    *,
    at: datetime,
    purpose: Purpose = "audit",
    files: Mapping[str, Digest] | None = None,
    newer_than: int | None = None,
    seen: Seen | None = None,
    recalled: Mapping[Digest, Notice] | None = None,
    own_policy: bytes | None = None,
    allow_redacted: bool = False,
) -> Verification:
    """Verify the bundle in `data` against `trust` as of `at`.

    `files` are artifacts from elsewhere (name → digest) that must be among the released ones; `newer_than` is the
    sequence that is installed, for the purpose `install`; `seen` is what was verified here before; `recalled`
    are releases that were taken back, by their manifest's digest; `own_policy` is a policy of the verifier that must
    hold as well; `allow_redacted` takes a bundle from which its signer withheld evidence.
    Never raises for what a bundle contains.
    """
    case = Case(
        data=data,
        trust=trust,
        at=at,
        purpose=purpose,
        files=files or {},
        newer_than=newer_than,
        seen=seen,
        recalled=recalled or {},
        own_policy=own_policy,
        allow_redacted=allow_redacted,
    )
    steps: list[Step] = []
    incomplete = False
    for number, (name, unreadable, check) in enumerate(_STEPS, start=1):
        try:
            step = Step(number, name, True, "", check(case))
        except BlockedError as error:
            step = Step(number, name, False, error.reason, error.message)
        except LacksReader as error:
            step, incomplete = Step(number, name, False, "verifier-lacks-reader", error.message), True
        except LacksKeyless as error:
            step, incomplete = Step(number, name, False, "verifier-lacks-keyless", error.message), True
        except SdlcError as error:
            step = Step(number, name, False, unreadable, error.message)
        steps.append(step)
        if not step.ok:
            break
    return Verification(
        ok=len(steps) == len(_STEPS) and all(step.ok for step in steps),
        incomplete=incomplete,
        steps=tuple(steps),
        manifest=case.known_manifest,
        manifest_digest=case.manifest_digest,
        candidate=case.known_candidate,
        results=case.results,
        verdict=case.known_verdict,
        decisions=case.decisions,
        approvers=case.approvers,
        notes=tuple(case.notes),
        withheld=case.blind,
        holdings=case.holdings,
    )


_STEPS: Sequence[tuple[str, str, Callable[[Case], str]]] = (
    ("read the bundle", "bundle-malformed", opening.read),
    ("manifest signature", "manifest-unreadable", opening.check_manifest),
    ("candidate signature", "candidate-unreadable", opening.check_candidate),
    ("closed list of members", "member-missing", opening.check_members),
    ("artifacts", "artifact-differs", opening.check_artifacts),
    ("evidence read again", "evidence-unreadable", judging.check_readings),
    ("policy authority", "policy-not-authorised", judging.check_policy),
    ("verdict decided again", "verdict-not-allowed", judging.check_verdict),
    ("attestations made again", "attestation-unreadable", judging.check_attestations),
    ("decisions and quorum", "decision-unreadable", judging.check_quorum),
    ("times and purpose", "time-disorder", timing.check_times),
)
