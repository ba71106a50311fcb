"""
What a change does to the threat models that it is judged by: TM406, each step that asks less than before.

The models are read from the head, so that a change can bring its claims along. What it takes away is seen here: a
threat, control, risk or boundary that goes while what it speaks of stays, a threat that is said to be none, a risk that
weighs less, a claim that allows more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sdlc.errors import UnreadableError
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.surface.claim import Claim, Component
from sdlc.surface.item import Item
from sdlc.threats.load import LoadedModel
from sdlc.threats.risk import eases
from sdlc.threats.risk_model import DEFAULT_EASE, Risk

FIX = "Take it back, or let somebody merge it alone who may accept the risk."
_TLS = ("none", "optional", "required")


def of_models(old: Sequence[LoadedModel], new: Sequence[LoadedModel]) -> tuple[Finding, ...]:
    """Threats, controls and boundaries that are gone or say less; models are known by their system's id."""
    after = {loaded.model.system.id: loaded for loaded in new}
    found: list[Finding] = []
    for loaded in old:
        system = loaded.model.system.id
        if system not in after:
            said = f"the threat model {system} is gone, or can no longer be read"
            found.append(_finding(said, Place(loaded.positions.path, 1), system))
        else:
            found += _weaker(loaded, after[system])
    return tuple(found)


def of_claims(items: Sequence[Item], old: Sequence[Component], new: Sequence[Component]) -> tuple[Finding, ...]:
    """Entry points that are still there, and whose claims now allow what they did not."""
    found: dict[str, Finding] = {}
    for item in items:
        if not item.is_entry:
            continue
        before, after = _claimed(item, old), _claimed(item, new)
        if not before or not after:
            continue  # what is claimed no longer is the gate's to find
        place = Place(item.places[0].path, item.places[0].line)
        for said in _allows_more([claim for _, claim in before], [claim for _, claim in after]):
            subject = f"{item.key} {said.partition(':')[0]}"
            found.setdefault(subject, _finding(f"{item.key}: the claim now allows more: {said}", place, subject))
    return tuple(found.values())


def _weaker(old: LoadedModel, new: LoadedModel) -> Iterator[Finding]:
    model, after = old.model, new.model
    system = model.system.id
    elements = {*after.components, *after.data_flows, *after.data_stores, *after.actors, *after.trust_zones}
    top = Place(new.positions.path, 1)
    for name, threat in model.threats.items():
        left = [one for one in threat.on if one in elements]
        if name not in after.threats and left:
            yield _finding(f"the threat {name} is gone, and {left[0]} is still there", top, f"{system}/threats/{name}")
        elif name in after.threats and threat.status == "open" and after.threats[name].status != "open":
            said = f"the threat {name} is now said to be {after.threats[name].status}"
            yield _finding(said, new.positions.place("threats", name, "status"), f"{system}/threats/{name}")
    for name, control in model.controls.items():
        kept = [one for one in control.mitigates if one in after.threats]
        if name not in after.controls and kept:
            said = f"the control {name} is gone, and the threat {kept[0]} is still there"
            yield _finding(said, top, f"{system}/controls/{name}")
        elif name in after.controls and control.status != "planned" and after.controls[name].status == "planned":
            said = f"the control {name} is now only planned"
            yield _finding(said, new.positions.place("controls", name, "status"), f"{system}/controls/{name}")
        elif name in after.controls and len(after.controls[name].evidence) < len(control.evidence):
            said = f"the control {name} names less evidence"
            yield _finding(said, new.positions.place("controls", name, "evidence"), f"{system}/controls/{name}")
    for name, risk in model.risks.items():
        kept = [one for one in risk.threats if one in after.threats]
        if name not in after.risks and kept:
            said = f"the risk {name} is gone, and the threat {kept[0]} is still there"
            yield _finding(said, top, f"{system}/risks/{name}")
        elif name in after.risks and (lighter := _lighter(risk, after.risks[name], kept)):
            place = new.positions.place("risks", name)
            yield _finding(f"the risk {name} weighs less: {lighter}", place, f"{system}/risks/{name}")
    for name, boundary in model.trust_boundaries.items():
        if name not in after.trust_boundaries and all(zone in after.trust_zones for zone in boundary.between):
            said = f"the trust boundary {name} is gone, and both of its zones are still there"
            yield _finding(said, top, f"{system}/trust_boundaries/{name}")
    for name, component in model.components.items():
        other = after.components.get(name)
        was = component.exposure or model.system.exposure
        if other is not None and was == "external" and (other.exposure or after.system.exposure) != was:
            said = f"the component {name} is no longer said to be external"
            yield _finding(said, new.positions.place("components", name), f"{system}/components/{name}/exposure")


def _lighter(old: Risk, new: Risk, threats: Sequence[str]) -> str:
    """What makes a risk smaller by a word in the model, empty when nothing does."""
    if old.harm != new.harm:
        return f"its harm was {old.harm}, and is {new.harm}"
    for name in ("multi_patient", "exploited", "safety_ref"):
        if getattr(old, name) and not getattr(new, name):
            return f"{name} is gone"
    gone = [one for one in threats if one not in new.threats]
    if gone:
        return f"the threat {gone[0]} is no longer in it"
    try:
        before, after = eases(old, DEFAULT_EASE)[0], eases(new, DEFAULT_EASE)[0]
    except UnreadableError:
        return ""  # the gate says which vector is none
    return f"its exploitability was {before}, and is {after}" if after < before else ""


def _claimed(item: Item, components: Sequence[Component]) -> list[tuple[Component, Claim]]:
    return [(one, claim) for one in components for claim in one.claims if claim.matches(item)]


def _allows_more(old: Sequence[Claim], new: Sequence[Claim]) -> Iterator[str]:
    if all(claim.auth not in ("", "none") for claim in old) and any(claim.auth in ("", "none") for claim in new):
        yield f"auth: {old[0].auth} was asked for, and is no more"
    binds = {claim.bind or "loopback" for claim in old}
    wider = sorted({claim.bind or "loopback" for claim in new} - binds - {"loopback"})
    if wider and "any" not in binds:
        yield f"bind: {wider[0]}"
    before = min(_TLS.index(claim.tls or "none") for claim in old)
    if min(_TLS.index(claim.tls or "none") for claim in new) < before:
        yield f"tls: {_TLS[before]} was asked for, and is no more"


def _finding(message: str, place: Place, subject: str) -> Finding:
    return Finding(
        rule="TM406",
        message=message,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"TM406 {subject}".encode())[:32],
        place=place,
        fix=FIX,
        reproduce="sdlc check --since BASE",
        subject=subject,
    )
