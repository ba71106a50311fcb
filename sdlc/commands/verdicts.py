"""From the record of what gates found to the same record with its verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import get_args

from sdlc.formats.check_json import CheckRecord
from sdlc.model.finding import Finding
from sdlc.model.verdict import Answer, Verdict
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import Policy, Profile
from sdlc.policy.waivers import Waiver

UNDECIDED = Verdict(Answer.INCOMPLETE, ())
"""What a record has until it is decided."""


def decided(
    record: CheckRecord,
    policy: Policy,
    waivers: tuple[Waiver, ...],
    at: datetime,
    weakenings: tuple[Finding, ...] | None = None,
) -> CheckRecord:
    """`record` with the verdict of `policy` as of `at`; `weakenings` as in `Facts`."""
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
    )
    return replace(record, verdict=decide(policy, facts))
