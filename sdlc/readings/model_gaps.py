"""What the surface asks of each threat model, as `sdlc.threats.mending` takes it: the twin of the drift rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sdlc.readings.attack_surface import components_of
from sdlc.surface.claim import Component, owners
from sdlc.surface.drift import drifts
from sdlc.surface.item import Surface
from sdlc.threats.load import LoadedModel
from sdlc.threats.mending import Gap, Needs


def needs_of(surface: Surface, models: Sequence[LoadedModel], accepted: frozenset[str]) -> dict[str, Needs]:
    """What each model lacks, by its path; code that no component owns goes to the first model."""
    components = [component for loaded in models for component in components_of(loaded)]
    needs = {loaded.positions.path: Needs(accepted=accepted) for loaded in models}
    if not models:
        return needs
    first = models[0].positions.path
    for drift in drifts(surface.items, components):
        at = drift.at
        if drift.rule == "TM402":
            old = needs[drift.path]
            needs[drift.path] = replace(old, stale=(*old.stale, (str(at[1]), int(at[3]))))
        elif drift.rule == "TM404":
            old = needs[drift.path]
            needs[drift.path] = replace(old, unreached=(*old.unreached, str(at[1])))
    entered = {spot.path for item in surface.items if item.is_entry and not item.unresolved for spot in item.places}
    for item in surface.items:
        if item.unresolved:
            continue
        for spot in item.places:
            owning = owners(components, spot.path)
            if any(claim.matches(item) for one in owning for claim in one.claims):
                continue
            elsewhere = [one for one in components if any(claim.matches(item) for claim in one.claims)]
            if not owning and elsewhere:
                old, foreign = needs[elsewhere[0].path], (elsewhere[0].name, spot.path)
                needs[elsewhere[0].path] = replace(old, foreign=tuple(dict.fromkeys((*old.foreign, foreign))))
                continue
            if not owning and spot.path not in entered:
                continue  # a file that lets nothing in gets no component of its own
            owner: Component | None = owning[0] if owning else None
            gap = Gap(owner.name if owner else "", item.key, spot.path, item.guard, item.bind)
            path = owner.path if owner else first
            needs[path] = replace(needs[path], gaps=tuple(dict.fromkeys((*needs[path].gaps, gap))))
    return needs
