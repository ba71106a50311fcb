"""From the record of what gates found to the same record with its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import get_args

from sdlc.commands.judges import Proposed
from sdlc.errors import SdlcError
from sdlc.formats.check_json import CheckRecord
from sdlc.model.digest import Digest
from sdlc.model.finding import Finding
from sdlc.model.verdict import Answer, State, Verdict
from sdlc.policy.decide import count, decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import Policy, Profile, load_policy
from sdlc.policy.vex import GATE, TRUST, Examined, examine
from sdlc.policy.waivers import Waiver, load_waivers
from sdlc.release.recompute import vex_files
from sdlc.signing.trust_json import load_trust

UNDECIDED = Verdict(Answer.INCOMPLETE, ())
"""What a record has until it is decided."""


def announced(
    record: CheckRecord,
    policy: Policy,
    waivers: tuple[Waiver, ...],
    proposed: Proposed,
    blob: Callable[[Digest], bytes],
    at: datetime,
) -> CheckRecord:
    """`record` with a note what its verdict would be after the merge of a change of its `policy` or `waivers`.

    The note turns nothing: what judges a change comes from its base.
    """
    if not proposed.policy and not proposed.waivers:
        return record
    what = " and ".join(name for name, digest in (("policy", proposed.policy), ("waivers", proposed.waivers)) if digest)
    try:
        policy = load_policy(blob(proposed.policy), "the change's policy") if proposed.policy else policy
        waivers = load_waivers(blob(proposed.waivers), "the change's waivers") if proposed.waivers else waivers
    except SdlcError as error:
        said = f"the changed {what} cannot be read, and after the merge no check could answer: {error.message}"
    else:
        after = decided(record, policy, waivers, at, (), blob=blob).verdict
        stopping = len(after.having(State.BLOCKED)) + len(after.having(State.INCOMPLETE))
        said = f"the changed {what} would count after the merge; with it this check would be {after.answer.value}"
        said += f" ({count(stopping, 'rule')} not met)" if stopping else ""
    return replace(record, verdict=replace(record.verdict, notes=(*record.verdict.notes, said)))


def decided(
    record: CheckRecord,
    policy: Policy,
    waivers: tuple[Waiver, ...],
    at: datetime,
    weakenings: tuple[Finding, ...] | None = None,
    *,
    blob: Callable[[Digest], bytes],
) -> CheckRecord:
    """`record` with the verdict of `policy` as of `at`; `weakenings` as in `Facts`, `blob` gives what gates kept."""
    facts = Facts(
        results={result.gate: result for result in record.results},
        profile=next(one for one in get_args(Profile) if one == record.profile),
        at=at,
        product=record.product,
        version=record.version,
        bootstrap=record.bootstrap,
        base={gate: Counter(prints) for gate, prints in record.base.items()} if record.since else None,
        waivers=waivers,
        weakenings=weakenings,
        committed=record.committed,
        checked=at,
        vex=_vex(record, blob),
    )
    return replace(record, verdict=decide(policy, facts))


def _vex(record: CheckRecord, blob: Callable[[Digest], bytes]) -> tuple[Examined, ...]:
    """The VEX decisions of the base commit, by its own trust root; a release is decided by the one that is given."""
    result = next((one for one in record.results if one.gate == GATE), None)
    if result is None:
        return ()
    trust = load_trust(blob(result.raw[TRUST]), what=".sdlc/trust.json") if TRUST in result.raw else None
    return examine(vex_files(result, blob), trust)
