"""Step 11 of a verification: do the times follow each other, and may the release be installed today?"""

from __future__ import annotations

from datetime import timedelta

from sdlc.errors import BlockedError
from sdlc.formats.timestamp import time_to_text
from sdlc.release.case import Case
from sdlc.release.seen import check_seen
from sdlc.signing.trust import signers_of

CLOCK_SKEW = timedelta(minutes=5)


def check_times(case: Case) -> str:
    candidate, manifest, trust, at = case.candidate, case.manifest, case.trust, case.at
    moments = [candidate.created, *(one.decision.created for one in case.decisions), manifest.created]
    if moments != sorted(moments) or manifest.created > at + CLOCK_SKEW:
        raise BlockedError("time-disorder", "candidate, decisions, manifest and now do not follow each other")
    if case.proven and manifest.created > case.proven.at + CLOCK_SKEW:
        raise BlockedError("time-disorder", "the manifest claims to be younger than a time authority saw it")
    if not candidate.not_before <= manifest.created < candidate.expires:
        raise BlockedError("candidate-expired", "the candidate was not valid when the manifest was signed")
    if candidate.break_glass:
        limit = manifest.created + timedelta(days=trust.break_glass_days)
        if manifest.expires > limit:
            raise BlockedError("break-glass-too-long", f"this break-glass release may last until {time_to_text(limit)}")
        case.notes.append(f"BREAK-GLASS, one person approved: {candidate.break_glass}")
        case.notes.append(f"an ordinary release has to follow it before {time_to_text(manifest.expires)}")
    if manifest.created >= trust.expires:
        raise BlockedError("trust-expired", "the trust root had expired when the manifest was signed")
    if case.seen is not None:
        check_seen(case.seen, trust, manifest, case.manifest_digest)
    today: list[tuple[str, str]] = []
    if at >= manifest.expires:
        today.append(("release-expired", f"the release expired at {time_to_text(manifest.expires)}"))
    if at >= trust.expires:
        today.append(("trust-expired", f"the trust root expired at {time_to_text(trust.expires)}"))
    for envelope, role, signed_at in case.envelopes:
        keys = signers_of(envelope, trust, role=role, at=signed_at, proven=case.proven.at if case.proven else None)
        if all(key.revoked is not None for key in keys):
            today.append(("key-revoked", f"a {role} key was revoked after it signed"))
    if case.newer_than is not None and manifest.sequence <= case.newer_than:
        today.append(("rollback", f"sequence {manifest.sequence} is not newer than {case.newer_than}"))
    notice = case.recalled.get(case.manifest_digest) if case.manifest_digest else None
    if notice is not None:
        today.insert(0, ("recalled", f"recalled at {time_to_text(notice.at)}: {notice.reason}"))
    if today and case.purpose == "install":
        raise BlockedError(*today[0])
    case.notes += [f"was valid when signed; as of {time_to_text(at)}: {sentence}" for _, sentence in today]
    return f"for the purpose {case.purpose}, as of {time_to_text(at)}"
