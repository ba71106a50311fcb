"""
TM2xx: is every threat decided?

By a control that is verified in this build, by an acceptance that is complete, bound to the threat's own text, at most
180 days long and approved by somebody else than its owner, or by a status with its rationale. Where the threat is in a
risk, what is left of the risk decides: low is accepted, medium needs a rationale, high an acceptance that weighs
benefit and risk, and nothing accepts unacceptable. Whether an acceptance has run out is for the policy, which knows
the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sdlc.model.deadline import Deadline
from sdlc.model.digest import Digest, parse_digest
from sdlc.model.finding import Finding, Severity
from sdlc.threats.evidence import ControlState
from sdlc.threats.load import Key, LoadedAcceptances, LoadedModel
from sdlc.threats.model import Acceptance, Threat, risk_digest
from sdlc.threats.risk_checks import RiskState
from sdlc.threats.risk_model import LEVELS, Level
from sdlc.threats.rules import finding

MAX_DAYS = 180
REQUIRED = ("owner", "approver", "rationale", "risk", "accepted", "expires")


@dataclass(frozen=True)
class Accepted:
    """
    The acceptances that hold, as `<system>/<threat>`, the first day on which one runs out, and what is wrong.

    `deadlines` are the days on which each of them runs out.
    """

    threats: frozenset[str]
    earliest: date | None
    findings: tuple[Finding, ...]
    deadlines: tuple[Deadline, ...] = ()


@dataclass(frozen=True)
class Standing:
    """A threat as an acceptance has to see it: with the risks that it is in."""

    threat: Threat
    risks: tuple[RiskState, ...] = ()

    @property
    def digest(self) -> Digest:
        """What an acceptance is bound to."""
        return risk_digest(self.threat, {state.id: state.accepted for state in self.risks})

    @property
    def level(self) -> Level | None:
        """The worst level that is left of its risks, None where it is in none that could be weighed."""
        left = [state.weighed.post for state in self.risks if state.weighed is not None]
        return max(left, key=LEVELS.index, default=None)


def standings(loaded: LoadedModel, risks: Mapping[str, RiskState]) -> dict[str, Standing]:
    """Every threat of the model with its risks, as `<system>/<threat>`."""
    return {
        f"{loaded.model.system.id}/{name}": Standing(
            threat, tuple(state for state in risks.values() if name in state.risk.threats)
        )
        for name, threat in loaded.model.threats.items()
    }


def judge_acceptances(
    loaded: LoadedAcceptances | None, threats: Mapping[str, Standing], *, ignore_orphans: bool = False
) -> Accepted:
    """Which acceptances hold; `ignore_orphans` when a model could not be read, so that its threats are not known."""
    if loaded is None:
        return Accepted(frozenset(), None, ())
    holding: dict[str, date] = {}
    deadlines: list[Deadline] = []
    findings: list[Finding] = []
    for name, acceptance in loaded.file.acceptances.items():
        if acceptance.threat not in threats and ignore_orphans:
            continue
        found = tuple(_check(loaded, name, acceptance, threats))
        findings.extend(found)
        if not found:
            expires = date.fromisoformat(acceptance.expires)
            holding[acceptance.threat] = max(expires, holding.get(acceptance.threat, expires))
            place = loaded.positions.place("acceptances", name, "expires")
            deadlines.append(Deadline("TM203", f"acceptances/{name}", expires, place))
            begins = loaded.positions.place("acceptances", name, "accepted")
            accepted = date.fromisoformat(acceptance.accepted)
            deadlines.append(Deadline("TM203", f"acceptances/{name}", accepted, begins, begins=True))
    return Accepted(frozenset(holding), min(holding.values(), default=None), tuple(findings), tuple(deadlines))


def check_decided(
    loaded: LoadedModel, controls: Mapping[str, ControlState], accepted: Accepted, threats: Mapping[str, Standing]
) -> Iterator[Finding]:
    """TM201: threats of the model that nobody decided, or whose risk stays above what may be."""
    model = loaded.model
    for name, threat in model.threats.items():
        standing = threats[f"{model.system.id}/{name}"]
        if threat.status != "open" and threat.rationale:
            continue
        holds = f"{model.system.id}/{name}" in accepted.threats
        against = [control for control, entry in model.controls.items() if name in entry.mitigates]
        if standing.risks:
            why = _too_high(standing, accepted=holds)
        elif holds or any(controls[control].verified for control in against):
            why = ""
        else:
            why = _why(threat, against, model.controls)
        if why:
            place = loaded.positions.place("threats", name)
            worst = Severity.CRITICAL if standing.level == "unacceptable" else None
            said = f"threat {name} is not decided: {why}"
            found = finding("TM201", place, f"{model.system.id}/threats/{name}", said, severity=worst)
            if standing.level == "unacceptable":
                yield replace(found, fix="Prove a control that makes it smaller; nothing accepts it as it is.")
            else:
                yield replace(found, fix=f"{found.fix} An acceptance would name risk: {standing.digest}.")


def _too_high(standing: Standing, *, accepted: bool) -> str:
    """Why what is left of the risks may not stay as it is; empty when it may."""
    for state in standing.risks:
        if state.weighed is None:
            return f"its risk {state.id} could not be weighed"
    for state in standing.risks:
        level = state.weighed.post if state.weighed else "unacceptable"
        if level == "unacceptable":
            return f"its risk {state.id} is unacceptable after its controls, and nothing accepts that"
        if level == "high" and not accepted:
            return f"its risk {state.id} is high after its controls, and no acceptance in the base commit holds for it"
        if level == "medium" and not state.risk.rationale and not accepted:
            return f"its risk {state.id} is medium after its controls, and has no rationale"
    return ""


def _why(threat: Threat, against: list[str], controls: Mapping[str, object]) -> str:
    if threat.status != "open":
        return f"its status is {threat.status}, without a rationale"
    if not against:
        return "no control mitigates it, and no acceptance in the base commit holds for it"
    listed = ", ".join(f"{name} ({getattr(controls[name], 'status', '')})" for name in against)
    return f"none of its controls is verified in this build: {listed}"


def _check(
    loaded: LoadedAcceptances, name: str, acceptance: Acceptance, threats: Mapping[str, Standing]
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
    if not {"owner", "approver"} & {*missing} and _plain(acceptance.owner) == _plain(acceptance.approver):
        yield found("TM206", f"is approved by its own owner, {acceptance.owner.strip()}", "approver")
    if any(sign in acceptance.threat for sign in "*?["):
        yield found("TM205", f"is about {acceptance.threat}, which is a pattern and no threat", "threat")
        return
    standing = threats.get(acceptance.threat)
    if standing is None:
        yield found("TM207", f"is about {acceptance.threat}, and no model has that threat", "threat")
        return
    if "risk" not in missing and _digest(acceptance.risk) != standing.digest:
        about = "risk" if standing.risks else "text"
        said = f"was given for another {about} of {acceptance.threat}, whose risk digest is now {standing.digest}"
        yield found("TM208", said, "risk")
    if standing.level in ("high", "unacceptable") and not acceptance.benefit_risk.strip():
        yield found("TM202", f"has no benefit_risk, and the risk that it accepts is {standing.level}")


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


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
