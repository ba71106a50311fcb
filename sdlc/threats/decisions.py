"""
TM2xx: is every threat decided?

By a control that is verified in this build, by an acceptance that is complete, bound to the threat's own text and at
most 180 days long, or by a status with its rationale. Whether an acceptance has run out is for the policy, which
knows the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sdlc.model.digest import Digest, parse_digest
from sdlc.model.finding import Finding
from sdlc.threats.evidence import ControlState
from sdlc.threats.load import Key, LoadedAcceptances, LoadedModel
from sdlc.threats.model import Acceptance, Threat, risk_digest
from sdlc.threats.rules import finding

MAX_DAYS = 180
REQUIRED = ("owner", "approver", "rationale", "risk", "accepted", "expires")


@dataclass(frozen=True)
class Accepted:
    """The acceptances that hold, as `<system>/<threat>`, the first day on which one runs out, and what is wrong."""

    threats: frozenset[str]
    earliest: date | None
    findings: tuple[Finding, ...]


def judge_acceptances(
    loaded: LoadedAcceptances | None, models: tuple[LoadedModel, ...], *, ignore_orphans: bool = False
) -> Accepted:
    """Which acceptances hold; `ignore_orphans` when a model could not be read, so that its threats are not known."""
    if loaded is None:
        return Accepted(frozenset(), None, ())
    threats = {f"{m.model.system.id}/{name}": threat for m in models for name, threat in m.model.threats.items()}
    holding: dict[str, date] = {}
    findings: list[Finding] = []
    for name, acceptance in loaded.file.acceptances.items():
        if acceptance.threat not in threats and ignore_orphans:
            continue
        found = tuple(_check(loaded, name, acceptance, threats))
        findings.extend(found)
        if not found:
            expires = date.fromisoformat(acceptance.expires)
            holding[acceptance.threat] = max(expires, holding.get(acceptance.threat, expires))
    return Accepted(frozenset(holding), min(holding.values(), default=None), tuple(findings))


def check_decided(loaded: LoadedModel, controls: Mapping[str, ControlState], accepted: Accepted) -> Iterator[Finding]:
    """TM201: threats of the model that nobody decided."""
    model = loaded.model
    for name, threat in model.threats.items():
        against = [control for control, entry in model.controls.items() if name in entry.mitigates]
        if any(controls[control].verified for control in against):
            continue
        if f"{model.system.id}/{name}" in accepted.threats or (threat.status != "open" and threat.rationale):
            continue
        yield finding(
            "TM201",
            loaded.positions.place("threats", name),
            f"{model.system.id}/threats/{name}",
            f"threat {name} is not decided: {_why(threat, against, model.controls)}",
        )


def _why(threat: Threat, against: list[str], controls: Mapping[str, object]) -> str:
    if threat.status != "open":
        return f"its status is {threat.status}, without a rationale"
    if not against:
        return "no control mitigates it, and no acceptance in the base commit holds for it"
    listed = ", ".join(f"{name} ({getattr(controls[name], 'status', '')})" for name in against)
    return f"none of its controls is verified in this build: {listed}"


def _check(
    loaded: LoadedAcceptances, name: str, acceptance: Acceptance, threats: Mapping[str, Threat]
) -> Iterator[Finding]:
    def found(rule: str, said: str, *keys: Key) -> Finding:
        place = loaded.positions.place("acceptances", name, *keys)
        return finding(rule, place, f"acceptances/{name}", f"acceptance {name} {said}")

    missing = [key for key in REQUIRED if not getattr(acceptance, key).strip()]
    if missing:
        yield found("TM202", f"has no {' and no '.join(missing)}")
    accepted, expires = _day(acceptance.accepted), _day(acceptance.expires)
    for key, day in (("accepted", accepted), ("expires", expires)):
        if day is None and key not in missing:
            yield found("TM202", f"has no date YYYY-MM-DD in `{key}`", key)
    if accepted and expires:
        if expires <= accepted:
            yield found("TM203", f"ends on {expires}, not after it was given on {accepted}", "expires")
        elif (expires - accepted).days > MAX_DAYS:
            yield found("TM202", f"lasts {(expires - accepted).days} days, at most {MAX_DAYS} are allowed", "expires")
    threat = threats.get(acceptance.threat)
    if threat is None:
        yield found("TM207", f"is about {acceptance.threat}, and no model has that threat", "threat")
    elif "risk" not in missing and _digest(acceptance.risk) != risk_digest(threat):
        said = f"was given for another text of {acceptance.threat}, whose risk digest is now {risk_digest(threat)}"
        yield found("TM208", said, "risk")


def _day(text: str) -> date | None:
    try:
        # fromisoformat also reads 20270301 and week dates; only the one form that people read is accepted.
        return date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" and "W" not in text else None
    except ValueError:
        return None


def _digest(text: str) -> Digest | None:
    try:
        return parse_digest(text)
    except ValueError:
        return None
