"""
Threat Dragon 1 and 2 (JSON), in.

Boundary boxes become trust zones of what lies in them; a boundary that is only a curve has no inside, and is named
among the losses. Places and sizes of shapes are used for that, and not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdlc.threats.foreign import Ids, Imported, Node
from sdlc.threats.model import MODEL_SCHEMA
from sdlc.threats.open_threat_model import STRIDE

LINDDUN = {
    "linkability": "linking",
    "linking": "linking",
    "identifiability": "identifying",
    "identifying": "identifying",
    "non-repudiation": "non-repudiation",
    "detectability": "detecting",
    "detecting": "detecting",
    "disclosure of information": "data-disclosure",
    "data disclosure": "data-disclosure",
    "unawareness": "unawareness",
    "non-compliance": "non-compliance",
}
KINDS = {"actor": "actors", "process": "components", "store": "data_stores", "flow": "data_flows"}
OUTSIDE = "outside"


@dataclass(frozen=True)
class Cell:
    """A shape of either version: its `kind` is actor, process, store, flow, box or curve; `data` holds its words."""

    node: Node
    kind: str
    data: Node

    @property
    def id(self) -> str:
        """What flows refer to it by."""
        return self.node["id"].name()

    def name(self) -> str:
        """The words on it."""
        words = self.data["name"].text("")
        if not words and self.node["attrs"]:
            words = self.node["attrs"]["text"]["text"].text("")
        labels = self.node["labels"].items() if not words else []
        if not words and labels:
            attributes = labels[0]["attrs"]
            words = (attributes["text"]["text"] if attributes["text"] else attributes["label"]["text"]).text("")
        return words or self.kind

    def inside(self, box: Cell) -> bool:
        """True when the middle of this shape lies in `box`."""
        for axis, length in (("x", "width"), ("y", "height")):
            middle = self.node["position"][axis].number(0) + self.node["size"][length].number(0) / 2
            start = box.node["position"][axis].number(0)
            if not start <= middle <= start + box.node["size"][length].number(0):
                return False
        return True

    def area(self) -> float:
        """The size of a box."""
        return self.node["size"]["width"].number(0) * self.node["size"]["height"].number(0)


def is_threat_dragon(document: Node) -> bool:
    """True for what has its summary and its diagrams."""
    return isinstance(document.value, dict) and {"summary", "detail"} <= set(document.value)


def import_threat_dragon(document: Node) -> Imported:
    """The model in `document`; raises UnreadableError."""
    return _Import(document).run()


class _Import:
    def __init__(self, document: Node) -> None:
        self._from = document
        self._ids = Ids({OUTSIDE})
        self._losses: dict[str, None] = {}
        self._rows: dict[str, dict[str, Any]] = {
            kind: {} for kind in ("actors", "components", "data_stores", "data_flows", "threats", "controls")
        }
        self._zones: dict[str, dict[str, Any]] = {}
        self._boundaries: dict[str, dict[str, Any]] = {}

    def run(self) -> Imported:
        summary = self._from["summary"]
        title = summary["title"].text()
        version = self._from["version"].text("1")
        if version.partition(".")[0] not in ("1", "2"):
            self._losses[f"it is of version {version!r:.20}, and 1 and 2 are known here; look at all of it"] = None
        system = {"id": Ids().new(title, "system"), "title": title, "owner": summary["owner"].text("nobody-yet")}
        for diagram in self._from["detail"]["diagrams"].items():
            self._diagram(diagram)
        if not self._zones:
            self._zones[OUTSIDE] = {"title": "Outside of every boundary", "trust": "none"}
        if not self._rows["threats"]:
            self._losses["the file names no threat; `sdlc threats propose` names usual ones"] = None
        rows = {kind: found for kind, found in self._rows.items() if found or kind in ("components", "threats")}
        document: dict[str, Any] = {"schema": MODEL_SCHEMA, "system": system, "trust_zones": self._zones}
        if self._boundaries:
            document["trust_boundaries"] = self._boundaries
        return Imported({**document, **rows}, tuple(self._losses))

    def _diagram(self, diagram: Node) -> None:
        cells = [cell for node in self._cells(diagram) if (cell := self._cell(node)) is not None]
        boxes = sorted((cell for cell in cells if cell.kind == "box"), key=Cell.area)
        zone_of_box = {}
        for box in boxes:
            zone_of_box[box.id] = name = self._ids.new(box.name())
            self._zones[name] = {"title": box.name(), "trust": "semi"}
            self._losses[f"the zone {name} is drawn without a degree of trust; semi is written, look at it"] = None
        known: dict[str, str] = {}
        zones: dict[str, str] = {}
        for cell in cells:
            if cell.kind in ("actor", "process", "store"):
                zone = next((zone_of_box[box.id] for box in boxes if cell.inside(box)), OUTSIDE)
                if zone == OUTSIDE:
                    self._zones.setdefault(OUTSIDE, {"title": "Outside of every boundary", "trust": "none"})
                if cell.id in known:
                    cell.node["id"].refuse(f"{cell.id[:60]!r} stands twice")
                known[cell.id] = name = self._ids.new(cell.name())
                zones[name] = zone
                self._rows[KINDS[cell.kind]][name] = entry = {"title": cell.name(), "trust_zone": zone}
                if cell.kind == "store" and cell.data["isEncrypted"].flag():
                    entry["encryption"] = "encrypted"
            elif cell.kind == "curve":
                said = f"the boundary {cell.name()!r:.60} is a curve without an inside; put the zones in by hand"
                self._losses[said] = None
        for cell in cells:
            if cell.kind == "flow":
                self._flow(cell, known, zones)
        for cell in cells:
            if cell.id in known:
                self._threats(cell, known[cell.id])

    def _cells(self, diagram: Node) -> list[Node]:
        old = diagram["diagramJson"]
        return (old["cells"] if old else diagram["cells"]).items()

    def _cell(self, node: Node) -> Cell | None:
        data = node["data"] if node["data"] else node
        kind = (data["type"].text("") or node["type"].text("") or node["shape"].text("")).lower()
        for word, ours in (
            ("boundarybox", "box"),
            ("boundary-box", "box"),
            ("boundary", "curve"),
            ("actor", "actor"),
            ("process", "process"),
            ("store", "store"),
            ("flow", "flow"),
        ):
            if word in kind:
                return Cell(node, ours, data)
        if "text" in kind:
            self._losses["texts that stand beside the shapes are not kept"] = None
            return None
        return node.refuse(f"{kind[:40]!r} is no shape of Threat Dragon")

    def _flow(self, cell: Cell, known: dict[str, str], zones: dict[str, str]) -> None:
        ends = []
        for key in ("source", "target"):
            end = cell.node[key]["cell"] if cell.node[key]["cell"] else cell.node[key]["id"]
            if not end or end.name() not in known:
                self._losses[f"the flow {cell.name()!r:.60} has a loose end, and is left out"] = None
                return
            ends.append(known[end.name()])
        known[cell.id] = name = self._ids.new(cell.name())
        entry: dict[str, Any] = {"from": ends[0], "to": ends[1]}
        pair = (zones[ends[0]], zones[ends[1]])
        if pair[0] != pair[1]:
            entry["boundary"] = self._boundary(pair)
        protocol = cell.data["protocol"].text("")
        if protocol:
            entry["protocol"] = protocol
        if cell.data["isEncrypted"].flag():
            entry["transport_security"] = "encrypted"
        if cell.data["isBidirectional"].flag():
            self._losses["isBidirectional: a flow has one direction here, that of who begins"] = None
        self._rows["data_flows"][name] = entry

    def _boundary(self, pair: tuple[str, str]) -> str:
        for name, entry in self._boundaries.items():
            if set(entry["between"]) == set(pair):
                return name
        name = self._ids.new(f"{pair[0]}-{pair[1]}")
        self._boundaries[name] = {"between": list(pair)}
        return name

    def _threats(self, cell: Cell, element: str) -> None:
        for row in cell.data["threats"].items():
            title = row["title"].text(row["ruleId"].text("threat"))
            name = self._ids.new(f"{element}-{title}")
            kind = row["type"].text("").lower()
            entry: dict[str, Any] = {"on": [element], "stride": STRIDE.get(kind, "tampering")}
            entry["statement"] = row["description"].text(title)
            if kind in LINDDUN:
                entry["linddun"] = [LINDDUN[kind]]
                entry["stride"] = "information-disclosure"
            elif kind not in STRIDE:
                self._losses[f"the threat {name} is of the kind {kind!r:.40}; tampering is written, look at it"] = None
            answer = row["mitigation"].text("")
            status = row["status"].text("open").lower().replace(" ", "")
            if status in ("notapplicable", "n/a"):
                entry |= {"status": "not_applicable", "rationale": answer or "TODO: why does it not apply"}
            elif status == "mitigated" or (answer and not answer.lower().startswith("provide remediation")):
                done = "implemented" if status == "mitigated" else "planned"
                control = {"title": answer or "TODO: what is done", "mitigates": [name], "status": done}
                self._rows["controls"][self._ids.new(f"against-{name}")] = control
            self._rows["threats"][name] = entry
            if row["severity"]:
                self._losses["severities of threats are not kept: add a risk, which is computed"] = None
