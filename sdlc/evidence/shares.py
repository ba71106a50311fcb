"""
Work that is split over jobs: the plan, a job's share of it, and whether the shares are exactly what was planned.

A job that executes the code of a change may be in its hands. So nothing of it is believed but bytes: what applies, with
which settings, judged by what, stands in the plan, which a job made that executed nothing; outcomes are read again from
the bytes; and the digest of each share comes by another way than the share, as the output of its job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sdlc.errors import IncompleteError, UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.reading_json import finding_from_json, finding_to_json, result_from_json, result_to_json
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest, sha256
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult, Outcome

PLAN_SCHEMA = "sdlc.plan/1"
SHARE_SCHEMA = "sdlc.share/1"
AGAIN = "run the whole workflow again; a share is never repaired"


@dataclass(frozen=True)
class PlannedGate:
    """Which share runs a gate, with which settings; `not_applicable` says why there is nothing to run, or is empty."""

    share: str
    settings: Mapping[str, object]
    not_applicable: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be done for one commit, under one base; `run` and `nonce` tell this run from every other.

    `proposed_policy` and `proposed_waivers` are what the change would put into their place; they judge nothing here.
    """

    run: str
    nonce: str
    product: str
    version: str
    profile: str
    repository: str
    commit: str
    tree: str
    base: str
    dirty: bool
    committed: datetime
    policy: Digest
    bootstrap: bool
    waivers: Digest | None
    proposed_policy: Digest | None
    proposed_waivers: Digest | None
    gates: Mapping[str, PlannedGate]
    after: Mapping[str, tuple[str, ...]]

    def gates_of(self, share: str) -> tuple[str, ...]:
        """The gates that the job `share` has to run."""
        return tuple(gate for gate, planned in self.gates.items() if planned.share == share)


@dataclass(frozen=True)
class Share:
    """What one job did: a result per gate, the base's fingerprints for those that are compared, and weakenings.

    `weakenings` is None where the job did not look for them; `plan` is the digest of the plan that it followed.
    """

    plan: Digest
    name: str
    results: tuple[GateResult, ...]
    base: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weakenings: tuple[Finding, ...] | None = None


def dump_plan(plan: Plan) -> bytes:
    """The plan as a file."""
    return strict_json.dumps(
        {
            "schema": PLAN_SCHEMA,
            "run": plan.run,
            "nonce": plan.nonce,
            "product": {"name": plan.product, "version": plan.version},
            "profile": plan.profile,
            "source": {
                "repository": plan.repository,
                "commit": plan.commit,
                "tree": plan.tree,
                "base": plan.base,
                "dirty": plan.dirty,
                "committed": time_to_text(plan.committed),
            },
            "policy": {"digest": plan.policy, "bootstrap": plan.bootstrap},
            "waivers": plan.waivers,
            "proposed": {"policy": plan.proposed_policy, "waivers": plan.proposed_waivers},
            "gates": [
                {"id": gate, "share": one.share, "settings": dict(one.settings), "not_applicable": one.not_applicable}
                for gate, one in plan.gates.items()
            ],
            "shares": [{"name": name, "after": list(after)} for name, after in plan.after.items()],
        }
    )


def load_plan(data: bytes, *, what: str) -> Plan:
    """The plan in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    try:
        source = document["source"]
        plan = Plan(
            run=str(document["run"]),
            nonce=str(document["nonce"]),
            product=str(document["product"]["name"]),
            version=str(document["product"]["version"]),
            profile=str(document["profile"]),
            repository=str(source["repository"]),
            commit=str(source["commit"]),
            tree=str(source["tree"]),
            base=str(source["base"]),
            dirty=bool(source["dirty"]),
            committed=time_from_text(source["committed"]),
            policy=parse_digest(document["policy"]["digest"]),
            bootstrap=bool(document["policy"]["bootstrap"]),
            waivers=_digest(document["waivers"]),
            proposed_policy=_digest(document["proposed"]["policy"]),
            proposed_waivers=_digest(document["proposed"]["waivers"]),
            gates={
                str(gate["id"]): PlannedGate(str(gate["share"]), dict(gate["settings"]), str(gate["not_applicable"]))
                for gate in document["gates"]
            },
            after={str(share["name"]): tuple(map(str, share["after"])) for share in document["shares"]},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    if dump_plan(plan) != data or {one.share for one in plan.gates.values()} - set(plan.after):
        raise UnreadableError(f"{what}: not a plan in the one form that is written")
    return plan


def _digest(text: object) -> Digest | None:
    return None if text is None else parse_digest(str(text))


def dump_share(share: Share) -> bytes:
    """The share as a file; its evidence lies beside it, by digest."""
    weaker = None if share.weakenings is None else [finding_to_json(finding) for finding in share.weakenings]
    return strict_json.dumps(
        {
            "schema": SHARE_SCHEMA,
            "plan": share.plan,
            "name": share.name,
            "gates": [result_to_json(result) for result in share.results],
            "base": {gate: list(prints) for gate, prints in share.base.items()},
            "weakenings": weaker,
        }
    )


def load_share(data: bytes, *, what: str) -> Share:
    """The share in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    try:
        weaker: Any = document["weakenings"]
        share = Share(
            plan=parse_digest(document["plan"]),
            name=str(document["name"]),
            results=tuple(result_from_json(result) for result in document["gates"]),
            base={str(gate): tuple(map(str, prints)) for gate, prints in document["base"].items()},
            weakenings=None if weaker is None else tuple(finding_from_json(finding) for finding in weaker),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    if document.get("schema") != SHARE_SCHEMA:
        raise UnreadableError(f"{what}: schema {SHARE_SCHEMA} is expected")
    return share


def check_share(plan: Plan, plan_digest: Digest, share: Share) -> None:
    """Raise IncompleteError unless `share` is one of `plan`, complete, and says nothing that the plan does not."""
    if share.plan != plan_digest:
        raise IncompleteError(f"[share-foreign] the share {share.name} follows another plan", hint=AGAIN)
    if share.name not in plan.after:
        raise IncompleteError(f"[share-foreign] the plan has no share {share.name!r:.60}", hint=AGAIN)
    ran = [result.gate for result in share.results]
    if sorted(ran) != sorted(plan.gates_of(share.name)):
        raise IncompleteError(f"[share-incomplete] {share.name} has other gates than were planned for it", hint=AGAIN)
    for result in share.results:
        planned = plan.gates[result.gate]
        if dict(result.settings) != dict(planned.settings):
            raise IncompleteError(f"[share-foreign] {result.gate} ran with other settings than planned", hint=AGAIN)
        skipped = result.reading.outcome is Outcome.NOT_APPLICABLE
        if skipped != bool(planned.not_applicable) or (skipped and result.reading.sentence != planned.not_applicable):
            said = "has nothing to look at" if skipped else "looked at something"
            raise IncompleteError(f"[share-differs] {result.gate} says that it {said}, the plan does not", hint=AGAIN)


def check_shares(plan: Plan, shares: Sequence[tuple[Digest, bytes]], plan_digest: Digest) -> tuple[Share, ...]:
    """The shares of `plan`, one to one; each comes with the digest that its job put out.

    Raises IncompleteError for a share that is missing, doubled, changed or of another plan.
    """
    found: dict[str, Share] = {}
    for expected, data in shares:
        if sha256(data) != expected:
            raise IncompleteError("[share-changed] a share is not the one that its job put out", hint=AGAIN)
        share = load_share(data, what="share.json")
        check_share(plan, plan_digest, share)
        if share.name in found:
            raise IncompleteError(f"[share-doubled] there are two shares {share.name}", hint=AGAIN)
        found[share.name] = share
    needed = [name for name in plan.after if plan.gates_of(name)]
    missing = [name for name in needed if name not in found]
    if missing:
        raise IncompleteError(
            f"[share-missing] nobody brought the share {missing[0]}", hint=f"see what became of that job; {AGAIN}"
        )
    return tuple(found[name] for name in needed)
