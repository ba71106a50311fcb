"""
The surface against the claims: what nobody claimed, what contradicts a claim, which claim speaks of nothing.

A drift is named by rule and key, never by file or line, so that moving, renaming and reformatting bring nothing new.
What makes a thing more dangerous (no guard, another interface) is a part of its name, so that it is new when it comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sdlc.surface.claim import Claim, Component, owners
from sdlc.surface.item import LOOPBACK, NETWORK, NO_GUARD, UNKNOWN_GUARD, Item, Spot

OWNED_BY_NOBODY = "no component"


@dataclass(frozen=True)
class Drift:
    """One difference. `spot` is a place in the code, or None: then `at` are the keys of a place in the model `path`.

    `advice` is true for what is shown and blocks nothing. `fix` is empty where the rule's own is meant.
    """

    rule: str
    element: str
    message: str
    spot: Spot | None = None
    path: str = ""
    at: tuple[str | int, ...] = ()
    fix: str = ""
    advice: bool = False
    light: bool = False


def drifts(items: Sequence[Item], components: Sequence[Component]) -> tuple[Drift, ...]:
    """Every difference between `items` and what `components` claim."""
    found: list[Drift] = []
    owned = [pair for item in items for pair in _by_owners(item, components)]
    capabilities: dict[tuple[str, str], list[Item]] = defaultdict(list)
    matched: set[tuple[str, str, int]] = set()
    for item, owning in owned:
        claims = [(one, claim) for one in owning for claim in one.claims if claim.matches(item)]
        matched |= {(one.system, one.name, claim.index) for one, claim in claims}
        if claims:
            found += _contradicted(item, claims, items)
        elif item.unresolved:
            found.append(_unresolved(item, owning))
        elif item.is_entry:
            found += _unclaimed(item, owning, components, items)
        else:
            for one in owning or (None,):
                capabilities[(f"{one.system}/{one.name}" if one else OWNED_BY_NOBODY, item.kind)].append(item)
    found += _capabilities(capabilities, components)
    found += _stale(components, matched)
    for component in components:
        own = [item for item, owning in owned if component in owning and item.kind in NETWORK]
        found += _flows(component, own)
    return tuple(found)


def _by_owners(item: Item, components: Sequence[Component]) -> Iterator[tuple[Item, tuple[Component, ...]]]:
    """`item` once for every set of components that own places of it: what one claims, another does not."""
    places: dict[tuple[Component, ...], list[Spot]] = defaultdict(list)
    for spot in item.places:
        places[owners(components, spot.path)].append(spot)
    for owning, spots in places.items():
        yield replace(item, places=tuple(spots)), owning


def _unclaimed(
    item: Item, owning: Sequence[Component], components: Sequence[Component], items: Sequence[Item]
) -> Iterator[Drift]:
    """TM401; TM407 for what another component's claim speaks of. Options of an unclaimed command are a part of it."""
    if item.kind == "cli" and " " in item.locator:
        files = {spot.path for spot in item.places}
        command = item.locator.partition(" ")[0]
        heads = [one for one in items if one.kind == "cli" and one.locator == command
                 and any(spot.path in files for spot in one.places)]  # fmt: skip
        if heads and not any(claim.matches(heads[0]) for one in owning for claim in one.claims):
            return
    spot = item.places[0]
    elsewhere = [one for one in components if any(claim.matches(item) for claim in one.claims)]
    if not owning and elsewhere:
        said = f"{item.key} is claimed by {elsewhere[0].name}, whose `code` does not have {spot.path}"
        fix = f"Add {spot.path} to components.{elsewhere[0].name}.code of {elsewhere[0].path}."
        yield Drift("TM407", item.key, said, spot, fix=fix)
        return
    where = f"no claim of component {owning[0].name} speaks of it" if owning else "its file is in no component"
    near = _nearest(item, owning or components)
    seen = f"guard seen: {item.guard}" if item.guard else ""
    seen = f"{seen + ', ' if seen else ''}bound to {item.bind}" if item.bind else seen
    said = f"{item.key}: {where}" + (f"; {seen}" if seen else "") + (f"; nearest claim: {near}" if near else "")
    yield Drift(
        "TM401", item.key + _danger(item), said, spot, fix=_to_claim(item, owning), light=item.kind in ("cli", "file")
    )


def _danger(item: Item) -> str:
    """What is worse than it could be: a part of the name, so that losing a guard is new."""
    words = [" unguarded"] if item.guard == NO_GUARD and item.kind != "listen" else []
    words += [f" on {item.bind}"] if item.bind and item.bind not in LOOPBACK else []
    return "".join(words)


def _to_claim(item: Item, owning: Sequence[Component]) -> str:
    seen = item.guard not in ("", NO_GUARD, UNKNOWN_GUARD)
    words = [f'claim: "{item.key}"']
    if item.kind in ("http", "ws", "dicom-scp"):
        meant = "ae-title" if item.kind == "dicom-scp" else "session"
        words.append(f"auth: {item.guard if seen else meant}")
    if item.bind and item.bind not in LOOPBACK:
        words.append(f'bind: "{item.bind}"')
    name = owning[0].name if owning else "<id>"
    model = f" of {owning[0].path}" if owning else " of the model, and its file to components.<id>.code"
    after = ", and guard it so" if item.guard in (NO_GUARD, UNKNOWN_GUARD) else ""
    return f"Add {{{', '.join(words)}}} to components.{name}.surface{model}{after}, or remove it."


def _nearest(item: Item, components: Iterable[Component]) -> str:
    """The claim of the same kind that shares most of the beginning."""
    best, length = "", 0
    for component in components:
        for claim in component.claims:
            if claim.kind != item.kind:
                continue
            shared = next(
                (n for n, pair in enumerate(zip(claim.pattern, item.key, strict=False)) if pair[0] != pair[1]),
                min(len(claim.pattern), len(item.key)),
            )
            if shared > length:
                best, length = claim.pattern + (f" (auth: {claim.auth})" if claim.auth else ""), shared
    return best


def _unresolved(item: Item, owning: Sequence[Component]) -> Drift:
    """TM405: it blocks in an external component, and is shown everywhere."""
    external = any(component.external for component in owning)
    said = f"{item.key}: {item.unresolved}"
    return Drift("TM405", item.key, said, item.places[0], advice=not external)


def _contradicted(
    item: Item,
    claims: Sequence[tuple[Component, Claim]],
    items: Sequence[Item],
) -> Iterator[Drift]:
    """TM403 of each attribute that no matching claim allows; the claim that allows most is the one that is meant."""
    answers = [list(_disagreements(item, one, claim, items)) for one, claim in claims]
    yield from min(answers, key=lambda found: (sum(not one.advice for one in found), len(found)))


def _disagreements(item: Item, component: Component, claim: Claim, items: Sequence[Item]) -> Iterator[Drift]:
    spot = item.places[0]

    def drift(what: str, said: str, fix: str, *, advice: bool = False) -> Drift:
        message = f"{item.key}: {said} (components.{component.name}, claim {claim.pattern})"
        return Drift("TM403", f"{item.key} {what}", message, spot, fix=fix, advice=advice)

    if item.guard in (NO_GUARD, UNKNOWN_GUARD) and claim.auth not in ("", NO_GUARD):
        if item.guard == NO_GUARD:
            fix = f"Guard it ({claim.auth}), or let the claim say auth: none and write down the threat."
            yield drift("unguarded", f"the claim says auth: {claim.auth}, and no guard was seen", fix)
        else:
            said = f"the claim says auth: {claim.auth}, and whether something guards it was not seen"
            yield drift("guard", said, "Put the guard where it can be seen: a decorator or a dependency.", advice=True)
    elif item.guard == NO_GUARD and not claim.auth and item.kind in ("http", "ws"):
        guarded = _guarded_siblings(item, component, items)
        if guarded:
            said = f"no guard was seen, the claim states no auth, and {guarded} other routes of it are guarded"
            yield drift("unguarded", said, "Guard it, or state auth: none in a claim of its own.")
    yield from _of_listener(item, claim, drift)


def _of_listener(item: Item, claim: Claim, drift: object) -> Iterator[Drift]:
    assert callable(drift)  # noqa: S101 - the closure above
    if item.bind == "?":
        yield drift("bind", "the address it is bound to could not be read", "Bind it to a constant.", advice=True)
    elif item.bind and not is_bound_as_claimed(item.bind, claim.bind):
        stated = claim.bind or "none, so the loopback interface"
        said = f"it is bound to {item.bind}, and the claim's bind is {stated}"
        yield drift(f"on {item.bind}", said, f'Bind it to 127.0.0.1, or let the claim say bind: "{item.bind}".')
    if claim.tls == "required" and item.tls == "off":
        yield drift("tls", "the claim requires TLS, and it listens without", "Give it a certificate and a TLS context.")
    elif claim.tls == "required" and item.tls == "unknown":
        yield drift("tls-unknown", "the claim requires TLS, and whether it is on was not seen", "", advice=True)
    port = item.locator.partition("/")[2].partition(" ")[0]
    if claim.port is not None and port.isdigit() and int(port) != claim.port:
        yield drift(f"port {port}", f"the claim says port {claim.port}", f"Listen on {claim.port}.")


def is_bound_as_claimed(bind: str, claimed: str) -> bool:
    if bind in LOOPBACK or bind.startswith("unix:"):
        return True
    if claimed == "any" or (claimed == "loopback" and bind in LOOPBACK):
        return True
    return bind == claimed or (bind in ("0.0.0.0", "::") and claimed in ("0.0.0.0", "::"))  # noqa: S104


def _guarded_siblings(item: Item, component: Component, items: Sequence[Item]) -> int:
    return sum(
        one.kind == item.kind
        and one.guard not in ("", NO_GUARD, UNKNOWN_GUARD)
        and any(component.owns(spot.path) for spot in one.places)
        for one in items
    )


def _capabilities(found: dict[tuple[str, str], list[Item]], components: Sequence[Component]) -> Iterator[Drift]:
    """TM409: once per kind and component; where a kind is claimed in part, once per thing that is not."""
    by_id = {f"{component.system}/{component.name}": component for component in components}
    for (owner, kind), items in sorted(found.items()):
        component = by_id.get(owner)
        partly = component is not None and any(claim.kind == kind for claim in component.claims)
        groups = [[item] for item in items] if partly else [items]
        for group in groups:
            keys = [item.key for item in group]
            shown = ", ".join(keys[:4]) + (f" and {len(keys) - 4} more" if len(keys) > 4 else "")
            name = component.name if component else OWNED_BY_NOBODY
            element = f"{owner} {keys[0] if partly else kind}"
            wanted = keys[0] if len(keys) == 1 else f"{kind}:*"
            model = component.path if component else "the model"
            fix = f'Add {{claim: "{wanted}"}} to components.{name}.surface of {model}, or do without it.'
            spot = group[0].places[0]
            light = kind in ("env", "outbound")
            said = f"{name} can do what nobody claimed: {shown}"
            yield Drift("TM409", element, said, spot, fix=fix, light=light)


def _stale(components: Sequence[Component], matched: set[tuple[str, str, int]]) -> Iterator[Drift]:
    for component in components:
        for claim in component.claims:
            if (component.system, component.name, claim.index) not in matched:
                yield Drift(
                    "TM402",
                    f"{component.system}/{component.name}/{claim.pattern}",
                    f"components.{component.name}.surface: {claim.pattern} matches nothing in its code",
                    path=component.path,
                    at=("components", component.name, "surface", claim.index),
                )


def _flows(component: Component, own: Sequence[Item]) -> Iterator[Drift]:
    """TM404 and TM408: what is reachable, against the flows that are drawn."""
    reachable = [item for item in own if not item.unresolved and item.bind not in LOOPBACK]
    at = ("components", component.name)
    if reachable and component.zones > 1 and not component.crossed:
        said = f"{reachable[0].key} lets others in, and no data flow over a trust boundary ends at {component.name}"
        yield Drift("TM404", f"{component.system}/{component.name}", said, path=component.path, at=at)
    ports = {item.locator.partition("/")[2].partition(" ")[0] for item in own if item.kind in ("listen", "dicom-scp")}
    if not ports or not all(port.isdigit() for port in ports):
        return
    for flow, port in component.flows:
        if port is not None and str(port) not in ports:
            said = f"data_flows.{flow} says port {port}, and {component.name} listens on {', '.join(sorted(ports))}"
            yield Drift(
                "TM408",
                f"{component.system}/{flow}/{port}",
                said,
                path=component.path,
                at=("data_flows", flow, "port"),
            )
