"""Ports and protocols: what listens, as the code and the deployment say, beside the flows that the model draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sdlc.surface.claim import Component
from sdlc.surface.item import LOOPBACK, Item


@dataclass(frozen=True)
class Port:
    """One row: `reach` is `this machine`, `network` or `unknown`; `flows` are ids of the model."""

    port: str
    protocol: str
    use: str
    address: str
    reach: str
    tls: str
    component: str
    flows: tuple[str, ...]


def ports(items: Iterable[Item], components: Sequence[Component]) -> tuple[Port, ...]:
    """Every listener once for each component that owns it, in order of the numbers."""
    rows = set()
    for item in items:
        if item.kind not in ("listen", "dicom-scp"):
            continue
        protocol, _, rest = item.locator.partition("/")
        number, _, service = rest.partition(" ")
        owning: list[Component | None] = [one for one in components if any(one.owns(spot.path) for spot in item.places)]
        for one in owning or [None]:
            flows = one.flows if one is not None else ()
            drawn = tuple(sorted(flow for flow, port in flows if str(port) == number))
            use = f"DICOM {service}".strip() if item.kind == "dicom-scp" else item.seen_by
            name = one.name if one is not None else "-"
            rows.add(Port(number, protocol, use, item.bind or "-", _reach(item), item.tls or "unknown", name, drawn))
    return tuple(sorted(rows, key=lambda row: (not row.port.isdigit(), row.port.zfill(6), row.protocol, row.component,
                                               row.use, row.address, row.tls)))  # fmt: skip


def _reach(item: Item) -> str:
    if item.bind in LOOPBACK or item.bind.startswith("unix:"):
        return "this machine"
    return "unknown" if item.bind in ("", "?") else "network"
