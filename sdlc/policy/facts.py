"""What a policy may see, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sdlc.model.finding import Finding
from sdlc.model.result import GateResult
from sdlc.policy.schema import Profile
from sdlc.policy.vex import Examined
from sdlc.policy.waivers import Waiver


@dataclass(frozen=True)
class Facts:
    """The input of one decision.

    `results` by gate id; `at` is the time that ages are measured against; `base` holds, by gate, the multiset of
    what the base commit already had (`baseline.entry`; None: no comparison, all findings are new); `waivers` are those
    of the base commit, in the file's order, `vex` its VEX decisions, examined; `weakenings` are what the change does to
    its own judges (None: not compared).
    `distrusted` is what stands against recorded activities by the trust root of whoever decides, and is no finding yet.
    `committed` and `checked` say when the commit was made and when the gates ran (None: nobody recorded it).
    """

    results: Mapping[str, GateResult]
    profile: Profile
    at: datetime
    product: str
    version: str
    bootstrap: bool = False
    base: Mapping[str, Counter[str]] | None = None
    waivers: tuple[Waiver, ...] = ()
    weakenings: tuple[Finding, ...] | None = None
    committed: datetime | None = None
    checked: datetime | None = None
    vex: tuple[Examined, ...] = ()
    distrusted: tuple[Finding, ...] = ()
