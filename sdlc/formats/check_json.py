"""The one document of `sdlc check`: `check.json` in the output folder, and what `--format json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.reading_json import (
    finding_from_json,
    finding_to_json,
    refreshed_from_json,
    refreshed_to_json,
    result_from_json,
    result_to_json,
)
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest
from sdlc.model.result import GateResult, Refreshed
from sdlc.model.verdict import Action, Answer, Closed, RefusedWaiver, RuleDecision, State, Verdict, Waived

SCHEMA = "sdlc.check/1"


@dataclass(frozen=True)
class CheckRecord:
    """What one `sdlc check` came to.

    `committed` is when the commit was made; `refreshed` are gates that ran again later. `policy` and `waivers` are
    digests of the raw files in the store; `base` maps a gate id to the fingerprints of
    the findings that the base commit had (only with `--since`).
    """

    product: str
    version: str
    profile: str
    repository: str
    commit: str
    tree: str
    dirty: bool
    created: str
    policy: Digest
    bootstrap: bool
    results: tuple[GateResult, ...]
    verdict: Verdict
    committed: datetime
    waivers: Digest | None = None
    since: str = ""
    base: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refreshed: tuple[Refreshed, ...] = ()


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """`verdict` as a JSON object."""
    return {
        "answer": str(verdict.answer),
        "labels": list(verdict.labels),
        "rules": [
            {
                "rule": rule.rule,
                "gate": rule.gate,
                "state": str(rule.state),
                "sentence": rule.sentence,
                "findings": [finding_to_json(finding) for finding in rule.findings],
                "next_step": rule.next_step,
            }
            for rule in verdict.rules
        ],
        "waived": [
            {
                "waiver": one.waiver,
                "gate": one.gate,
                "finding": finding_to_json(one.finding),
                "owner": one.owner,
                "approver": one.approver,
                "expires": one.expires.isoformat(),
            }
            for one in verdict.waived
        ],
        "closed": [
            {
                **{key: value for key, value in vars(one).items() if isinstance(value, str)},
                "finding": finding_to_json(one.finding),
                "created": one.created.isoformat(),
                "expires": one.expires.isoformat(),
            }
            for one in verdict.closed
        ],
        "refused": [vars(one) for one in verdict.refused],
        "notes": list(verdict.notes),
        "actions": [
            {
                "do": action.do,
                "rules": list(action.rules),
                "clears": action.count,
                "command": action.command,
                "waive": action.waive,
            }
            for action in verdict.actions
        ],
    }


def verdict_from_json(document: Mapping[str, Any]) -> Verdict:
    """The verdict in `document`; raises KeyError, TypeError or ValueError on anything else."""
    return Verdict(
        answer=Answer(document["answer"]),
        labels=tuple(str(label) for label in document["labels"]),
        rules=tuple(
            RuleDecision(
                rule=str(rule["rule"]),
                gate=str(rule["gate"]),
                state=State(rule["state"]),
                sentence=str(rule["sentence"]),
                findings=tuple(finding_from_json(finding) for finding in rule["findings"]),
                next_step=str(rule["next_step"]),
            )
            for rule in document["rules"]
        ),
        waived=tuple(
            Waived(
                waiver=str(one["waiver"]),
                gate=str(one["gate"]),
                finding=finding_from_json(one["finding"]),
                owner=str(one["owner"]),
                approver=str(one["approver"]),
                expires=date.fromisoformat(one["expires"]),
            )
            for one in document["waived"]
        ),
        refused=tuple(
            RefusedWaiver(str(one["waiver"]), str(one["reason"]), str(one["sentence"]), str(one.get("kind", "waiver")))
            for one in document["refused"]
        ),
        closed=tuple(
            Closed(
                **{key: str(one[key]) for key in ("decision", "gate", "status", "justification", "impact", "name")},
                finding=finding_from_json(one["finding"]),
                created=date.fromisoformat(one["created"]),
                expires=date.fromisoformat(one["expires"]),
            )
            for one in document.get("closed", ())
        ),
        notes=tuple(str(note) for note in document["notes"]),
        actions=tuple(
            Action(
                do=str(one["do"]),
                rules=tuple(str(rule) for rule in one["rules"]),
                count=int(one["clears"]),
                command=str(one["command"]),
                waive=str(one["waive"]),
            )
            for one in document["actions"]
        ),
    )


def dump_check(record: CheckRecord) -> bytes:
    """`record` as pretty JSON with a `schema` member."""
    return strict_json.pretty(
        {
            "schema": SCHEMA,
            "product": {"name": record.product, "version": record.version},
            "profile": record.profile,
            "source": {
                "repository": record.repository,
                "commit": record.commit,
                "tree": record.tree,
                "dirty": record.dirty,
                "committed": time_to_text(record.committed),
            },
            "created": record.created,
            "refreshed": refreshed_to_json(record.refreshed),
            "policy": {"digest": record.policy, "bootstrap": record.bootstrap},
            "waivers": record.waivers,
            "since": record.since,
            "base": {gate: list(fingerprints) for gate, fingerprints in record.base.items()},
            "verdict": verdict_to_json(record.verdict),
            "gates": [result_to_json(result) for result in record.results],
        }
    )


def load_check(data: bytes, *, what: str = "check.json") -> CheckRecord:
    """The record in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    if document.get("schema") != SCHEMA:
        raise UnreadableError(
            f"{what}: schema is {document.get('schema')!r:.60}, this version reads {SCHEMA}",
            hint="run `sdlc check` again with this version",
        )
    try:
        return CheckRecord(
            product=str(document["product"]["name"]),
            version=str(document["product"]["version"]),
            profile=str(document["profile"]),
            repository=str(document["source"]["repository"]),
            commit=str(document["source"]["commit"]),
            tree=str(document["source"]["tree"]),
            dirty=bool(document["source"]["dirty"]),
            created=str(document["created"]),
            policy=parse_digest(document["policy"]["digest"]),
            bootstrap=bool(document["policy"]["bootstrap"]),
            results=tuple(result_from_json(result) for result in document["gates"]),
            verdict=verdict_from_json(document["verdict"]),
            committed=time_from_text(document["source"]["committed"]),
            waivers=parse_digest(document["waivers"]) if document["waivers"] else None,
            since=str(document["since"]),
            base={gate: tuple(map(str, prints)) for gate, prints in document["base"].items()},
            refreshed=refreshed_from_json(document["refreshed"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}", hint="run `sdlc check` again") from None
