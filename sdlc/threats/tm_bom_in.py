"""TM-BOM, in: the other half of `tm_bom`, which says what is kept where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.threats.foreign import Ids, Imported, Node, is_id
from sdlc.threats.load import model_of
from sdlc.threats.model import MODEL_SCHEMA
from sdlc.threats.tm_bom import EXTENSION, KEPT, LIKELIHOODS, NOBODY, SECTIONS, export_tm_bom

EASE = dict(zip(LIKELIHOODS, ("E1", "E2", "E3", "E4", "E5"), strict=True))
METHODS = (("authentication", "authentication_methods"), ("authorization", "access_control_methods"))
MAPPED: Mapping[str, tuple[str, ...]] = {
    "trust_zones": (),
    "actors": ("trust_zone",),
    "components": ("trust_zone",),
    "data_stores": ("trust_zone",),
    "data_sets": ("data_sensitivity", "record_count"),
    "data_flows": (),
    "threat_personas": (),
    "threats": ("threat_persona",),
    "controls": ("threats",),
    "risks": ("threats",),
}
"""Keys of which all is in our model, beside names and titles; every other key is kept as it was."""


def is_tm_bom(document: Node) -> bool:
    """True for what says that it is one, or has its scope and its zones."""
    value = document.value
    if not isinstance(value, dict):
        return False
    return "threat-model.schema.json" in str(value.get("$schema", "")) or {"scope", "trust_zones"} <= set(value)


def import_tm_bom(document: Node) -> Imported:
    """The model in `document`; raises UnreadableError."""
    mapped = _Import(document).run()
    ours = document["extensions"].object().get(EXTENSION)
    if not isinstance(ours, dict) or ours.get("schema") != MODEL_SCHEMA:
        return mapped
    try:
        model_of(ours, path=EXTENSION)
        again, _ = export_tm_bom(ours, {})
    except UnreadableError:  # the extension is anybody's text
        return Imported(mapped.document, (*mapped.losses, f"extensions.{EXTENSION} is not of our making, and not read"))
    if _visible(again) == _visible(document.value):
        return Imported(ours)
    said = "it was changed since we wrote it: what TM-BOM has no word for is as it was"
    return Imported(_merged(ours, mapped.document), (said,))


def _visible(document: Mapping[str, Any]) -> dict[str, Any]:
    """What another tool shows and changes; of risks, the numbers depend on a table that does not travel along."""
    shown = {key: value for key, value in document.items() if key != "extensions" and value != []}
    for key, rows in shown.items():
        if isinstance(rows, list):
            shown[key] = sorted(rows, key=strict_json.dumps)
    if "risks" in shown:
        shown["risks"] = [{key: row.get(key) for key in ("symbolic_name", "threats")} for row in shown["risks"]]
    return shown


def _merged(ours: Mapping[str, Any], mapped: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of `mapped`, each over the one of the same id in `ours`."""
    merged = dict(mapped)
    for section, rows in mapped.items():
        before = ours.get(section)
        if not isinstance(rows, dict) or not isinstance(before, dict):
            continue
        if section in ("system", "extensions", "assumptions", "trust_boundaries"):
            merged[section] = {**before, **rows} if section == "system" else rows
            continue
        merged[section] = {
            name: {**before[name], **_said(section, row)} if isinstance(before.get(name), dict) else row
            for name, row in rows.items()
        }
    return merged


def _said(section: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What TM-BOM itself said of an entry: not what had to be made up for our schema."""
    made_up = {"trust_zones": ("trust",), "threats": ("on", "stride"), "risks": ("harm", "expert")}.get(section, ())
    return {key: value for key, value in row.items() if key not in made_up}


class _Import:
    def __init__(self, document: Node) -> None:
        self._from = document
        self._ids = Ids()
        self._known: dict[tuple[str, str], str] = {}
        self._losses: dict[str, None] = {}
        self._kept: dict[str, Any] = {}

    def run(self) -> Imported:
        scope = self._from["scope"]
        title = scope["title"].text()
        system: dict[str, Any] = {"id": Ids().new(title, "system"), "title": title, "owner": "nobody-yet"}
        exposure = scope["exposure"].text("internal")
        if exposure not in ("internal", "external"):
            scope["exposure"].refuse("internal or external is expected")
        system["exposure"] = exposure
        for section in SECTIONS:
            self._name_all(section)
        rows = {section: self._section(section) for section in SECTIONS}
        self._place(rows)
        rows = {section: found for section, found in rows.items() if found or section in ("components", "threats")}
        if not rows.get("trust_zones"):
            self._from["trust_zones"].refuse("at least one trust zone is expected")
        own = {key: value for key, value in scope.object().items() if key not in ("title", "exposure")}
        known = {"$schema", "scope", "trust_boundaries", "assumptions", *SECTIONS}
        self._kept["scope"] = own
        rest = {key: value for key, value in self._from.object().items() if key not in known}
        extensions = {key: one for key, one in rest.pop("extensions", {}).items() if key != EXTENSION}
        self._kept["document"] = {**rest, **({"extensions": extensions} if extensions else {})}
        document: dict[str, Any] = {"schema": MODEL_SCHEMA, "system": system, **rows}
        document["trust_boundaries"] = self._boundaries(rows)
        document["assumptions"] = self._assumptions()
        kept = _without_floats({section: found for section, found in self._kept.items() if found}, self._losses)
        document["extensions"] = {KEPT: kept}
        return Imported({key: value for key, value in document.items() if value != {} or key in
                         ("components", "threats")}, tuple(self._losses))  # fmt: skip

    def _name_all(self, section: str) -> None:
        for row in self._from[section].items():
            theirs = row["symbolic_name"].text()
            if (section, theirs) in self._known:
                row["symbolic_name"].refuse(f"{theirs[:60]!r} stands twice")
            name = theirs if is_id(theirs) and theirs not in self._ids.taken else self._ids.new(theirs, section)
            self._ids.taken.add(name)
            self._known[section, theirs] = name
            if name != theirs:
                self._losses[f"{section}.{theirs[:60]} is called {name} here"] = None

    def _section(self, section: str) -> dict[str, Any]:
        found = {}
        for row in self._from[section].items():
            theirs = row["symbolic_name"].text()
            name = self._known[section, theirs]
            if section == "threat_personas" and name == NOBODY:
                continue
            entry = getattr(self, f"_{section}")(name, row)
            found[name] = entry
            done = ("title", *MAPPED[section], *(("symbolic_name",) if name == theirs else ()))
            extras = {key: value for key, value in row.object().items() if key not in done}
            if "title" not in entry:
                extras["title"] = row["title"].value
            self._kept.setdefault(section, {})[name] = extras
        return found

    def _trust_zones(self, name: str, row: Node) -> dict[str, Any]:
        self._losses["trust_zones.*.trust is not in the file; semi is written, look at it"] = None
        return {"title": row["title"].text(name), "trust": "semi"}

    def _actors(self, name: str, row: Node) -> dict[str, Any]:
        return {"title": row["title"].text(name), "trust_zone": self._ref(row["trust_zone"], "trust_zones")}

    _components = _data_stores = _actors

    def _data_sets(self, name: str, row: Node) -> dict[str, Any]:
        entry: dict[str, Any] = {"title": row["title"].text(name)}
        kinds = [one.text() for one in row["data_sensitivity"].items()]
        if kinds:
            entry["data_sensitivity"] = kinds
        if row["record_count"]:
            entry["record_count"] = row["record_count"].integer()
        return entry

    def _data_flows(self, name: str, row: Node) -> dict[str, Any]:
        del name
        entry = {"from": self._end(row["source"]), "to": self._end(row["destination"])}
        return entry | ({"transport_security": "encrypted"} if row["encrypted"].flag() else {})

    def _end(self, node: Node) -> str:
        kind = node["type"].text().rpartition("/")[2].replace("_", "-")
        section = {"actor": "actors", "component": "components", "data-store": "data_stores"}.get(kind)
        if section is None:
            node["type"].refuse(f"{kind[:40]!r} is no actor, component or data-store")
        return self._ref(node["object"], section)

    def _threat_personas(self, name: str, row: Node) -> dict[str, Any]:
        return {"title": row["title"].text(name)}

    def _threats(self, name: str, row: Node) -> dict[str, Any]:
        on = [self._ref(one, "components") for one in row["components_affected"].items()]
        if not on:
            components = self._from["components"].items()
            if not components:
                row.refuse("a threat affects a component, and there is none")
            on = [self._known["components", components[0]["symbolic_name"].text()]]
            self._losses[f"the threat {name} affects no component; the first is written, look at it"] = None
        self._losses["threats.*.stride is not in the file; tampering is written, look at it"] = None
        entry: dict[str, Any] = {"on": on, "stride": "tampering"}
        entry["statement"] = row["description"].text(row["title"].text(name))
        for ours, theirs, key in (("cwe", "weaknesses", "cwe_id"), ("capec", "attack_mechanisms", "capec_id")):
            numbers = [one[key].integer() for one in row[theirs].items()]
            if numbers:
                entry[ours] = numbers
        persona = row["threat_persona"]
        if persona and persona.text() != NOBODY:
            entry["persona"] = self._ref(persona, "threat_personas")
        return entry

    def _controls(self, name: str, row: Node) -> dict[str, Any]:
        threats = [self._ref(one, "threats") for one in row["threats"].items()]
        if not threats:
            row["threats"].refuse("a control is against at least one threat")
        status = "implemented" if row["status"].text("suggested") == "active" else "planned"
        return {"title": row["title"].text(name), "mitigates": threats, "status": status}

    def _risks(self, name: str, row: Node) -> dict[str, Any]:
        word, impact = row["likelihood"].text(), row["impact"].text("moderate")
        if word not in EASE:
            row["likelihood"].refuse(f"one of {', '.join(EASE)} is expected")
        harm = f"impact-{impact}"
        self._losses[f"the risk {name} names the harm {harm}, which harms.yaml has to say"] = None
        why = row["impact_description"].text(row["title"].text(name))
        threats = [self._ref(one, "threats") for one in row["threats"].items()]
        return {"threats": threats, "harm": harm, "expert": {"pre": EASE[word], "rationale": why}}

    def _place(self, rows: Mapping[str, dict[str, Any]]) -> None:
        """Data sets lie in stores there, stores hold data sets here."""
        for row in self._from["data_sets"].items():
            name = self._known["data_sets", row["symbolic_name"].text()]
            for placement in row["placements"].items():
                if placement["data_store"]:
                    store = self._ref(placement["data_store"], "data_stores")
                    held = rows["data_stores"][store].setdefault("data", [])
                    if name not in held:
                        held.append(name)

    def _boundaries(self, rows: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in self._from["trust_boundaries"].items():
            pair = [self._ref(row[key], "trust_zones") for key in ("trust_zone_a", "trust_zone_b")]
            name = self._ids.new(f"{pair[0]}-{pair[1]}")
            found[name] = {"between": pair}
            for ours, theirs in METHODS:
                words = [one.text() for one in row[theirs].items() if one.text() != "none"]
                if words:
                    found[name][ours] = words
            extras = {key: value for key, value in row.object().items() if not key.startswith("trust_zone_")}
            if extras:
                self._kept.setdefault("trust_boundaries", {})[name] = extras
        zones = {
            name: entry["trust_zone"]
            for kind in ("actors", "components", "data_stores")
            for name, entry in rows.get(kind, {}).items()
        }
        for flow in rows.get("data_flows", {}).values():
            crossed = {zones[flow["from"]], zones[flow["to"]]}
            name = next((one for one, entry in found.items() if set(entry["between"]) == crossed), "")
            if len(crossed) == 2 and name:
                flow["boundary"] = name
        return found

    def _assumptions(self) -> dict[str, str]:
        found = {}
        for number, row in enumerate(self._from["assumptions"].items(), start=1):
            name = f"assumption-{number}"
            found[name] = row["description"].text()
            self._kept.setdefault("assumptions", {})[name] = dict(row.object())
        return found

    def _ref(self, node: Node, section: str) -> str:
        theirs = node.text()
        if (section, theirs) not in self._known:
            node.refuse(f"there is no {theirs[:60]!r} among {section}")
        return self._known[section, theirs]


def _without_floats(value: Any, losses: dict[str, None]) -> Any:
    """`value` as our strict YAML can hold it."""
    if isinstance(value, float):
        losses["numbers with a fraction are kept as texts"] = None
        return str(value)
    if isinstance(value, dict):
        return {key: _without_floats(one, losses) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_floats(one, losses) for one in value]
    return value
