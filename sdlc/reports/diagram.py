"""The data-flow diagram of a threat model with its trust zones: as Mermaid, as DOT, and as a picture (SVG)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sdlc.drawing.graph import Edge, Node, Zone, picture
from sdlc.threats.model import ThreatModel

_UNSAFE = re.compile(r'["\\\r\n<>`|{}\[\]#;&]')


def svg(model: ThreatModel, *, standalone: bool = True) -> str:
    """A picture: actors, components and stores in bands of their trust zones; a flow over a boundary is marked."""
    nodes = [Node(name, title, zone, kind) for name, title, zone, kind in _elements(model)]
    known = {node.id for node in nodes}
    edges = [
        Edge(flow.source, flow.target, _label(model, name), "warn" if _crosses(model, name) else "")
        for name, flow in model.data_flows.items()
        if {flow.source, flow.target} <= known
    ]
    zones = [Zone(name, f"{zone.title} (trust: {zone.trust})") for name, zone in model.trust_zones.items()]
    crossing = sum(_crosses(model, name) for name in model.data_flows)
    said = f"{len(nodes)} elements in {len(zones)} trust zones, {len(edges)} flows, {crossing} over a boundary"
    return picture(nodes, edges, zones, title=model.system.title, description=said, standalone=standalone)


def mermaid(model: ThreatModel) -> str:
    """A flowchart that GitHub and GitLab draw; ids are numbers, so no name can be taken for syntax."""
    number = {name: f"n{count}" for count, (name, _, _, _) in enumerate(_elements(model))}
    form = {"external": ('["', '"]'), "store": ('[("', '")]'), "process": ('("', '")')}
    lines = ["flowchart LR"]
    for count, (zone_id, zone) in enumerate(model.trust_zones.items()):
        lines.append(f'  subgraph z{count}["{_plain(zone.title)} (trust: {zone.trust})"]')
        for name, title, where, kind in _elements(model):
            if where == zone_id:
                lines.append(f"    {number[name]}{form[kind][0]}{_plain(title)}{form[kind][1]}")
        lines.append("  end")
    for flow_id, flow in model.data_flows.items():
        if flow.source in number and flow.target in number:
            arrow = "==>" if _crosses(model, flow_id) else "-->"
            label = _plain(_label(model, flow_id))
            lines.append(f'  {number[flow.source]} {arrow}|"{label}"| {number[flow.target]}')
    return "\n".join(lines) + "\n"


def dot(model: ThreatModel) -> str:
    """A graph for Graphviz."""
    shape = {"external": "box", "store": "cylinder", "process": "ellipse"}
    lines = ["digraph model {", "  rankdir=LR;", '  node [fontname="sans-serif"]; edge [fontname="sans-serif"];']
    for count, (zone_id, zone) in enumerate(model.trust_zones.items()):
        lines += [
            f"  subgraph cluster_{count} {{",
            f'    label="{_plain(zone.title)} (trust: {zone.trust})"; style=dashed;',
        ]
        lines += [
            f'    "{name}" [label="{_plain(title)}", shape={shape[kind]}];'
            for name, title, where, kind in _elements(model)
            if where == zone_id
        ]
        lines.append("  }")
    for flow_id, flow in model.data_flows.items():
        width = 2 if _crosses(model, flow_id) else 1
        label = _plain(_label(model, flow_id))
        lines.append(f'  "{flow.source}" -> "{flow.target}" [label="{label}", penwidth={width}];')
    return "\n".join([*lines, "}"]) + "\n"


def _elements(model: ThreatModel) -> Iterator[tuple[str, str, str, str]]:
    for name, actor in model.actors.items():
        yield name, name, actor.trust_zone, "external"
    for name, component in model.components.items():
        yield name, name, component.trust_zone, "process"
    for name, store in model.data_stores.items():
        yield name, name, store.trust_zone, "store"


def _label(model: ThreatModel, name: str) -> str:
    flow = model.data_flows[name]
    about = [flow.protocol or "", f":{flow.port}" if flow.port is not None else "", f" {flow.transport_security or ''}"]
    return "".join(about).strip() or name


def _crosses(model: ThreatModel, name: str) -> bool:
    zone = {element: where for element, _, where, _ in _elements(model)}
    flow = model.data_flows[name]
    return zone.get(flow.source) != zone.get(flow.target)


def _plain(text: str) -> str:
    return _UNSAFE.sub(" ", text)
