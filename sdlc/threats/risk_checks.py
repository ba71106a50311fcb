"""
Are the risks in order? Vectors that can be read, harms of the table, levels that are what they come to, no safety lost.

What comes out is each risk's state: its levels, what an acceptance of it is bound to, and what stands against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sdlc.errors import UnreadableError
from sdlc.model.finding import Finding, Severity
from sdlc.threats.evidence import ControlState
from sdlc.threats.load import Key, LoadedModel, Positions
from sdlc.threats.risk import Scale, Weighed, eases, metrics_of, not_monotone, touches_safety, weigh
from sdlc.threats.risk_model import SEVERITIES, Risk
from sdlc.threats.rules import finding
from sdlc.threats.taxonomy import LINDDUN

SERIOUS = SEVERITIES.index("S3")
PERSONAL = frozenset({"pii", "phi"})


@dataclass(frozen=True)
class RiskState:
    """A computed risk; `weighed` is None where it could not be computed, and then nothing is known of it."""

    id: str
    risk: Risk
    weighed: Weighed | None
    accepted: Mapping[str, object]
    findings: tuple[Finding, ...]


def judge_risks(loaded: LoadedModel, controls: Mapping[str, ControlState], scale: Scale) -> dict[str, RiskState]:
    """The state of each risk of the model, by id."""
    return {name: _judge(loaded, name, risk, controls, scale) for name, risk in loaded.model.risks.items()}


def check_policy(positions: Positions, scale: Scale) -> Iterator[Finding]:
    """TM113: cells of the policy's tables where more danger means less."""
    for keys, said in not_monotone(scale.policy):
        yield finding("TM113", positions.place(*keys), f"policy/{'/'.join(keys)}", f"policy: {said}")


def check_privacy(loaded: LoadedModel) -> Iterator[Finding]:
    """TM117: privacy threats that nobody answered, where a data set is personal."""
    model = loaded.model
    personal = [name for name, data in model.data_sets.items() if PERSONAL & set(data.data_sensitivity)]
    if not personal:
        return
    answered = {category for threat in model.threats.values() for category in threat.linddun}
    for category in LINDDUN:
        if category not in answered and category not in model.not_applicable:
            said = f"data_sets.{personal[0]} is personal, and no threat of it is of the kind {category}"
            place = loaded.positions.place("data_sets", personal[0])
            yield finding("TM117", place, f"{model.system.id}/linddun/{category}", said)


def check_weighed(loaded: LoadedModel, scale: Scale) -> Iterator[Finding]:
    """TM118: open threats without a risk, where the policy asks for one."""
    if scale.policy.risks != "required":
        return
    covered = {name for risk in loaded.model.risks.values() for name in risk.threats}
    for name, threat in loaded.model.threats.items():
        if threat.status == "open" and name not in covered:
            place = loaded.positions.place("threats", name)
            yield finding("TM118", place, f"{loaded.model.system.id}/threats/{name}", f"threat {name} is in no risk")


def _judge(loaded: LoadedModel, name: str, risk: Risk, controls: Mapping[str, ControlState], scale: Scale) -> RiskState:
    unread = tuple(_unread(loaded, name, risk, scale))
    if unread:
        return RiskState(name, risk, None, {}, unread)
    controlled = _controlled(loaded, risk, controls)
    weighed = weigh(risk, scale, controlled=controlled)
    entry = risk.model_dump(mode="json", exclude={"level", "rationale", "benefit_risk"})
    accepted = {"risk": entry, "harm": dict(weighed.severities), "levels": dict(weighed.post_levels)}
    return RiskState(name, risk, weighed, accepted, tuple(_check(loaded, name, risk, weighed, scale, controlled)))


def _controlled(loaded: LoadedModel, risk: Risk, controls: Mapping[str, ControlState]) -> bool:
    """True when each threat has a control, and all that are said to be implemented are verified."""
    entries = loaded.model.controls
    for threat in risk.threats:
        against = [
            name for name, entry in entries.items() if threat in entry.mitigates and entry.status == "implemented"
        ]
        if not against or not all(controls[name].verified for name in against):
            return False
    return True


def _unread(loaded: LoadedModel, name: str, risk: Risk, scale: Scale) -> Iterator[Finding]:
    for method in ("cvss4", "cvss31"):
        vectors = getattr(risk, method)
        prefix = "CVSS:4.0/" if method == "cvss4" else "CVSS:3.1/"
        for key in ("pre", "post"):
            vector = getattr(vectors, key, None)
            if vector is None:
                continue
            try:
                metrics_of(vector)
                wrong = "" if vector.startswith(prefix) else f"{vector[:40]!r} does not begin with {prefix}"
            except UnreadableError as error:
                wrong = error.message
            if wrong:
                yield _found(loaded, "TM110", name, f"{method}.{key}: {wrong}", method, key)
    if risk.harm not in scale.harms:
        known = ", ".join(sorted(scale.harms)[:8]) or "none: harms.yaml has to be in the base commit"
        yield _found(loaded, "TM111", name, f"harm {risk.harm} is not in the table of harms ({known})", "harm")


def _check(
    loaded: LoadedModel, name: str, risk: Risk, weighed: Weighed, scale: Scale, controlled: bool
) -> Iterator[Finding]:
    if risk.level is not None:
        for when, stated, computed in (("pre", risk.level.pre, weighed.pre), ("post", risk.level.post, weighed.post)):
            if stated is not None and stated != computed:
                said = f"level.{when} says {stated}, and {computed} is what it comes to"
                yield _found(loaded, "TM112", name, said, "level", when)
    pre, stated_post = eases(risk, scale.policy.exploitability)
    if stated_post > pre:
        yield _found(loaded, "TM114", name, f"is easier after its controls ({stated_post}) than before ({pre})")
    if stated_post < pre and not controlled:
        said = f"is said to get harder ({pre} to {stated_post}) by controls that are not verified in this build"
        yield _found(loaded, "TM209", name, said)
    patient = weighed.severities.get("patient_safety")
    if patient is not None and SEVERITIES.index(patient) >= SERIOUS and risk.safety_ref is None:
        yield _found(loaded, "TM115", name, f"can harm patients ({patient}), and names no safety_ref")
    if risk.cvss4 is not None:
        safe = touches_safety(risk.cvss4.pre)
        if safe and patient is None:
            said = f"its vector speaks of safety (MSI:S or MSA:S), and the harm {risk.harm} of no patient"
            yield _found(loaded, "TM116", name, said, "cvss4")
        elif patient is not None and SEVERITIES.index(patient) >= SERIOUS and not safe:
            said = f"the harm {risk.harm} can reach patients ({patient}), and its vector has neither MSI:S nor MSA:S"
            yield _found(loaded, "TM116", name, said, "cvss4", severity=Severity.LOW)


def _found(
    loaded: LoadedModel, rule: str, name: str, said: str, *keys: Key, severity: Severity | None = None
) -> Finding:
    place = loaded.positions.place("risks", name, *keys)
    element = f"{loaded.model.system.id}/risks/{name}/{'/'.join(map(str, keys))}".rstrip("/")
    return finding(rule, place, element, f"risk {name}: {said}", severity=severity)
