"""
Open Threat Model 0.1 and 0.2 (JSON or YAML), in.

Assets become data sets, parents become zones, threats keep where they were seen, mitigations become controls. Sizes,
positions, tags, ratings of risk and comments have no place here; each kind of them is named once among the losses.
"""

from __future__ import annotations

import re
from typing import Any

from sdlc.threats.foreign import Ids, Imported, Node
from sdlc.threats.model import MODEL_SCHEMA

STRIDE = {
    "spoofing": "spoofing",
    "tampering": "tampering",
    "repudiation": "repudiation",
    "information disclosure": "information-disclosure",
    "information-disclosure": "information-disclosure",
    "denial of service": "denial-of-service",
    "denial-of-service": "denial-of-service",
    "elevation of privilege": "elevation-of-privilege",
    "elevation-of-privilege": "elevation-of-privilege",
}
STORES = ("database", "store", "storage", "bucket", "filesystem", "file-system", "cache")
CLIENTS = ("generic-client", "web-client", "mobile-client", "client", "user", "actor", "browser")
NOT_KEPT = ("representations", "tags", "attributes", "risk", "type")


def is_open_threat_model(document: Node) -> bool:
    """True for what says that it is one."""
    return isinstance(document.value, dict) and "otmVersion" in document.value


def import_open_threat_model(document: Node) -> Imported:
    """The model in `document`; raises UnreadableError."""
    return _Import(document).run()


class _Import:
    def __init__(self, document: Node) -> None:
        self._from = document
        self._ids = Ids()
        self._known: dict[str, str] = {}
        self._losses: dict[str, None] = {}
        self._kinds: dict[str, dict[str, Any]] = {
            "trust_zones": {},
            "actors": {},
            "components": {},
            "data_stores": {},
            "data_sets": {},
            "data_flows": {},
            "threats": {},
            "controls": {},
        }

    def run(self) -> Imported:
        project = self._from["project"]
        system = {
            "id": Ids().new(project["id"].name(), project["name"].text("system")),
            "title": project["name"].text(),
            "owner": project["owner"].text("nobody-yet"),
        }
        version = self._from["otmVersion"].text("")
        if not version.startswith(("0.1", "0.2")):
            self._losses[f"it is of version {version!r:.20}, and 0.1 and 0.2 are known here; look at all of it"] = None
        self._zones()
        self._data()
        self._elements()
        self._boundaries: dict[tuple[str, str], str] = {}
        self._flows()
        self._threats()
        if not self._kinds["threats"]:
            self._losses["the file names no threat; `sdlc threats propose` names usual ones"] = None
        kinds = {name: rows for name, rows in self._kinds.items() if rows or name in ("components", "threats")}
        boundaries = {name: {"between": list(pair)} for pair, name in self._boundaries.items()}
        document = {"schema": MODEL_SCHEMA, "system": system, **kinds, "trust_boundaries": boundaries}
        return Imported(document, tuple(self._losses))

    def _zones(self) -> None:
        for zone in self._from["trustZones"].items():
            rating = zone["risk"]["trustRating"].number(zone["trustRating"].number(0))
            name = self._new(zone)
            trust = "none" if rating < 34 else "semi" if rating < 67 else "high"
            self._kinds["trust_zones"][name] = {"title": zone["name"].text(name), "trust": trust}
            self._lost(zone, "trustZones")
        if not self._kinds["trust_zones"]:
            self._kinds["trust_zones"]["somewhere"] = {"title": "A zone that the file does not name", "trust": "none"}
            self._ids.taken.add("somewhere")
            self._losses["the file names no trust zone; everything is put into one"] = None

    def _data(self) -> None:
        for asset in self._from["assets"].items():
            name = self._new(asset)
            self._kinds["data_sets"][name] = {"title": asset["name"].text(name)}
            self._lost(asset, "assets")

    def _elements(self) -> None:
        rows = self._from["components"].items()
        zone_of = self._zone_of(rows)
        for row in rows:
            kind = row["type"].text("").lower()
            where = "components"
            if any(word in kind for word in STORES):
                where = "data_stores"
            elif kind in CLIENTS:
                where = "actors"
            name = self._new(row)
            entry: dict[str, Any] = {"title": row["name"].text(name), "trust_zone": zone_of[row["id"].name()]}
            stored = [self._named(one) for one in row["assets"]["stored"].items()]
            if where == "data_stores" and stored:
                entry["data"] = stored
            elif stored or row["assets"]["processed"].items():
                self._losses["components.assets: what a component processes is not kept, only what a store stores"] = (
                    None
                )
            self._kinds[where][name] = entry
            self._lost(row, "components")

    def _zone_of(self, rows: list[Node]) -> dict[str, str]:
        """The zone of each component: of its parent, where that is a component."""
        parents = {row["id"].name(): row["parent"] for row in rows}
        found: dict[str, str] = {}
        for name in parents:
            seen, at = {name}, parents[name]
            while at["component"]:
                above = at["component"].name()
                if above in seen or above not in parents:
                    at["component"].refuse(f"{above[:60]!r} is no component above this one")
                seen.add(above)
                at = parents[above]
            found[name] = self._named(at["trustZone"]) if at["trustZone"] else next(iter(self._kinds["trust_zones"]))
        return found

    def _flows(self) -> None:
        zones = {
            name: entry["trust_zone"]
            for kind in ("actors", "components", "data_stores")
            for name, entry in self._kinds[kind].items()
        }
        for row in self._from["dataflows"].items():
            name = self._new(row)
            ends = (self._named(row["source"]), self._named(row["destination"]))
            for end, key in zip(ends, ("source", "destination"), strict=True):
                if end not in zones:
                    row[key].refuse(f"{row[key].name()[:60]!r} is no component")
            entry: dict[str, Any] = {"from": ends[0], "to": ends[1]}
            pair = (zones[ends[0]], zones[ends[1]])
            if pair[0] != pair[1]:
                entry["boundary"] = self._boundary(pair)
            data = [self._named(one) for one in row["assets"].items()]
            if data:
                entry["data"] = data
            if row["bidirectional"].flag():
                self._losses["dataflows.bidirectional: a flow has one direction here, that of who begins"] = None
            self._kinds["data_flows"][name] = entry
            self._lost(row, "dataflows")

    def _boundary(self, pair: tuple[str, str]) -> str:
        if pair not in self._boundaries and pair[::-1] in self._boundaries:
            return self._boundaries[pair[::-1]]
        if pair not in self._boundaries:
            self._boundaries[pair] = self._ids.new(f"{pair[0]}-{pair[1]}")
        return self._boundaries[pair]

    def _threats(self) -> None:
        seen: dict[str, list[str]] = {}
        answers: dict[tuple[str, str], str] = {}
        for kind in ("components", "dataflows"):
            for row in self._from[kind].items():
                for used in row["threats"].items():
                    threat = used["threat"].name()
                    seen.setdefault(threat, []).append(self._named(row["id"]))
                    for answer in used["mitigations"].items():
                        key = (threat, answer["mitigation"].name())
                        state = answer["state"].text("")
                        answers[key] = state if state != "implemented" else answers.get(key, state)
        for row in self._from["threats"].items():
            theirs = row["id"].name()
            name = self._new(row)
            on = list(dict.fromkeys(seen.get(theirs, [])))
            if not on:
                self._losses[f"the threat {name} is on no component or flow, and is left out"] = None
                continue
            title = row["name"].text(name)
            entry: dict[str, Any] = {"on": on, "stride": self._stride(row, name)}
            entry["statement"] = row["description"].text(title)
            cwe = [int(n) for one in row["cwes"].items() for n in re.findall(r"\d{1,6}", one.name()) if int(n)]
            if cwe:
                entry["cwe"] = cwe
            self._kinds["threats"][name] = entry
            self._lost(row, "threats")
        unknown = sorted(set(seen) - set(self._known))
        if unknown:
            self._from["threats"].refuse(f"{unknown[0][:60]!r} is used, and there is no such threat")
        self._controls(answers)

    def _controls(self, answers: dict[tuple[str, str], str]) -> None:
        for row in self._from["mitigations"].items():
            theirs = row["id"].name()
            name = self._new(row)
            against = [
                self._known[threat]
                for threat, mitigation in answers
                if mitigation == theirs and self._known[threat] in self._kinds["threats"]
            ]
            if not against:
                self._losses[f"the mitigation {name} is against no threat, and is left out"] = None
                continue
            done = all(state == "implemented" for (_, one), state in answers.items() if one == theirs)
            title = row["name"].text(name)
            status = "implemented" if done else "planned"
            self._kinds["controls"][name] = {"title": title, "mitigates": against, "status": status}
            self._lost(row, "mitigations")

    def _stride(self, row: Node, name: str) -> str:
        known = [STRIDE[word] for one in row["categories"].items() if (word := one.text("").lower()) in STRIDE]
        if len(known) != 1:
            said = "several categories, of which the first is kept" if known else "no category of STRIDE; look at it"
            self._losses[f"the threat {name} has {said}"] = None
        return known[0] if known else "tampering"

    def _new(self, row: Node) -> str:
        theirs = row["id"].name()
        if theirs in self._known:
            row["id"].refuse(f"{theirs[:60]!r} stands twice")
        readable = not re.fullmatch(r"[0-9a-f-]{32,36}", theirs)
        name = self._ids.new(*((theirs,) if readable else ()), row["name"].text("entry"))
        self._known[theirs] = name
        return name

    def _named(self, node: Node) -> str:
        theirs = node.name()
        if theirs not in self._known:
            node.refuse(f"there is no {theirs[:60]!r}")
        return self._known[theirs]

    def _lost(self, row: Node, kind: str) -> None:
        for key in NOT_KEPT:
            if row[key].value not in (None, [], (), {}) and not (key == "type" and kind == "components"):
                self._losses[f"{kind}.{key} is not kept"] = None
