"""What the page about a surface shows, gathered: rows of plain text, so that Markdown and HTML say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdlc.reports import diagram
from sdlc.surface.attempts import attempts
from sdlc.surface.claim import Component
from sdlc.surface.delta import Delta, seen
from sdlc.surface.item import Item, Surface
from sdlc.surface.ports import ports
from sdlc.threats.evidence import ControlState
from sdlc.threats.load import LoadedModel
from sdlc.threats.model import Evidence, FuzzEvidence, SastEvidence, TestEvidence

SHOWN = 400
"""Rows of one table; the rest is counted."""


@dataclass(frozen=True)
class Table:
    """A table with its heading; `note` says what it leaves out, or why it is empty."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """One model's data-flow diagram, as SVG and as Mermaid."""

    title: str
    svg: str
    mermaid: str


@dataclass(frozen=True)
class Page:
    """All that is shown, in its order."""

    title: str
    sentence: str
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]


def gather(
    product: str,
    surface: Surface,
    components: Sequence[Component],
    models: Sequence[LoadedModel],
    states: Mapping[str, Mapping[str, ControlState]],
    delta: Delta | None,
    against: str,
) -> Page:
    """The page. `states` are the controls of each model (by its system's id) as the last check proved them."""
    entries = [item for item in surface.items if item.is_entry]
    bare = sum(item.guard == "none" for item in entries)
    unresolved = sum(bool(item.unresolved) for item in surface.items)
    sentence = (
        f"{len(entries)} entry points ({bare} without a guard), {len(surface.items) - len(entries)} capabilities, "
        f"{unresolved} unresolved, in {surface.files} files; {sum(surface.excluded.values())} files left out."
    )
    tables = [*_delta(delta, against), _ports(surface, components)]
    tables += [_matrix(loaded, states.get(loaded.model.system.id, {})) for loaded in models]
    tables += list(_by_component(surface, components))
    pictures = tuple(
        Picture(f"Data flows: {one.model.system.title}", diagram.svg(one.model), diagram.mermaid(one.model))
        for one in models
    )
    return Page(f"Attack surface of {product}", sentence, pictures, tuple(tables))


def ports_table(surface: Surface, components: Sequence[Component]) -> Table:
    """The generated table of ports and protocols."""
    return _ports(surface, components)


def _cut(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], empty: str = "") -> Table:
    left = len(rows) - SHOWN
    note = f"{left} more rows are not shown." if left > 0 else empty if not rows else ""
    return Table(title, heads, tuple(rows[:SHOWN]), note)


def _delta(delta: Delta | None, against: str) -> Iterator[Table]:
    if delta is None:
        return
    rows = [("new", item.key, seen(item), _place(item)) for item in delta.added]
    rows += [("gone", item.key, seen(item), "") for item in delta.removed]
    rows += [("changed", item.key, f"{was} → {now}", _place(item)) for item, was, now in delta.changed]
    yield _cut(f"What differs from {against}", ("what", "key", "seen", "where"), rows, "Nothing differs.")


def _ports(surface: Surface, components: Sequence[Component]) -> Table:
    heads = ("port", "protocol", "use", "address", "reached from", "TLS", "component", "flows of the model")
    rows = [
        (
            one.port,
            one.protocol,
            one.use,
            one.address,
            one.reach,
            one.tls,
            one.component,
            ", ".join(one.flows) or "none",
        )
        for one in ports(surface.items, components)
    ]
    return _cut("Ports and protocols", heads, rows, "Nothing listens.")


def _matrix(loaded: LoadedModel, states: Mapping[str, ControlState]) -> Table:
    """Threats × controls × evidence; a state is what the last check computed."""
    rows = []
    for name, threat in loaded.model.threats.items():
        controls = [(one, control) for one, control in loaded.model.controls.items() if name in control.mitigates]
        if not controls:
            rows.append((name, threat.stride, threat.status, "no control", "", ""))
        for one, control in controls:
            state = states.get(one)
            said = "not checked yet" if state is None else "verified" if state.verified else "not verified"
            why = "; ".join(sorted({finding.rule for finding in state.findings})) if state is not None else ""
            evidence = "\n".join(_evidence(item) for item in control.evidence)
            rows.append((name, threat.stride, threat.status, one, f"{said} {why}".strip(), evidence))
    heads = ("threat", "STRIDE", "status", "control", "state", "evidence")
    return _cut(f"Threats, controls, evidence: {loaded.model.system.title}", heads, rows, "The model names no threat.")


def _evidence(item: Evidence) -> str:
    match item:
        case TestEvidence():
            return item.id
        case FuzzEvidence():
            return f"fuzz {item.harness}"
        case SastEvidence():
            return f"sast {item.rule} over {item.over}"
        case _:
            return f"manual {item.activity}, until {item.valid_until}"


def _by_component(surface: Surface, components: Sequence[Component]) -> Iterator[Table]:
    heads = ("key", "seen", "unresolved", "where")
    owned: set[Item] = set()
    for component in components:
        items = tuple(i for i in surface.items if any(component.owns(spot.path) for spot in i.places))
        owned |= set(items)
        yield _cut(
            f"{component.name}: surface", heads, [_row(item) for item in items], "Nothing was found in its code."
        )
        tries = [(one.text, f"CWE-{one.cwe}", one.key) for one in attempts(items)]
        if tries:
            yield _cut(f"{component.name}: what would an attacker try here", ("try", "looks for", "at"), tries)
    rest = tuple(item for item in surface.items if item not in owned)
    if rest:
        yield _cut("In no component: surface", heads, [_row(item) for item in rest])
        tries = [(one.text, f"CWE-{one.cwe}", one.key) for one in attempts(rest)]
        yield _cut("In no component: what would an attacker try here", ("try", "looks for", "at"), tries)


def _row(item: Item) -> tuple[str, str, str, str]:
    return item.key, seen(item), item.unresolved, _place(item)


def _place(item: Item) -> str:
    spot = item.places[0]
    more = f" and {len(item.places) - 1} more" if len(item.places) > 1 else ""
    return f"{spot.path}:{spot.line}{more}"
