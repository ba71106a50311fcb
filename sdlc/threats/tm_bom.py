"""
TM-BOM, the JSON of OWASP's Threat Model Library 1.0.2: its names are ours, so most of it is the same in another order.

What only it knows is kept under `extensions.tm-bom` of our model, what only we know under its own `extensions`; so a
model comes back as it went, both ways. What it asks for and we do not know is written as a common word, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.threats.risk import eases, severities_of
from sdlc.threats.risk_model import DEFAULT_EASE, EXPLOITABILITIES, SEVERITIES, Harm, Risk

SCHEMA = "https://github.com/OWASP/www-project-threat-model-library/blob/v1.0.2/threat-model.schema.json"
EXTENSION = "secure-sdlc.example/threat-model"
KEPT = "tm-bom"

LIKELIHOODS = ("rare", "unlikely", "possible", "likely", "certain")
IMPACTS = ("negligible", "minor", "moderate", "major", "severe")
NOBODY = "anybody"
"""The persona of a threat that names none: TM-BOM asks for one."""

SECTIONS = (
    "trust_zones",
    "actors",
    "components",
    "data_stores",
    "data_sets",
    "data_flows",
    "threat_personas",
    "threats",
    "controls",
    "risks",
)
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "scope": {"business_criticality": "moderate", "tier": "important"},
    "actors": {"type": "user"},
    "data_stores": {"type": "object"},
    "threat_personas": {
        "is_person": True,
        "skill_level": "engineer",
        "access_level": "anonymous",
        "malicious_intent": True,
        "applicability_to_org": "moderate",
    },
    "threats": {"sources": ["adversary"]},
    "controls": {"priority": "medium"},
}
"""What TM-BOM requires and our model does not hold."""


def export_tm_bom(document: Mapping[str, Any], harms: Mapping[str, Harm]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """
    `document` (our model as JSON values) as TM-BOM, and what was written without being known.

    Raises UnreadableError for a risk whose vector is none.
    """
    return _Export(document, harms).run()


class _Export:
    def __init__(self, document: Mapping[str, Any], harms: Mapping[str, Harm]) -> None:
        self._ours = document
        self._harms = harms
        self._kept = _object(_object(document, "extensions"), KEPT)
        self._made_up: dict[str, None] = {}
        self._called = {
            name: str(row["symbolic_name"])
            for section in SECTIONS
            for name, row in _object(self._kept, section).items()
            if isinstance(row, Mapping) and "symbolic_name" in row
        }

    def run(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        system = self._ours["system"]
        sensitive = sorted(
            {one for row in self._ours.get("data_sets", {}).values() for one in row.get("data_sensitivity", ())}
        )
        scope = {
            "title": system["title"],
            "description": system["title"],
            "data_sensitivity": sensitive,
            "exposure": system.get("exposure", "internal"),
        }
        rows = {name: self._section(name) for name in SECTIONS}
        if any(row["threat_persona"] == NOBODY for row in rows["threats"]):
            persona = {"symbolic_name": NOBODY, "title": "Anybody", "description": "Nobody in particular"}
            rows["threat_personas"].append({**DEFAULTS["threat_personas"], **persona})
        said: dict[str, Any] = {"version": "1.0", **_object(self._kept, "document")}
        extensions = {**_object(said, "extensions"), EXTENSION: dict(self._ours)}
        result = {
            "$schema": SCHEMA,
            **said,
            "scope": self._with("scope", scope, _object(self._kept, "scope")),
            "trust_boundaries": self._boundaries(),
            "assumptions": self._assumptions(),
            **rows,
            "extensions": extensions,
        }
        return result, tuple(self._made_up)

    def _section(self, section: str) -> list[dict[str, Any]]:
        make = getattr(self, f"_{section}")
        return [
            self._with(section, {
                "symbolic_name": self._name(name),
                "title": row.get("title", name),
                "description": row.get("title", name),
                **make(name, row),
            }, _object(_object(self._kept, section), name))
            for name, row in self._ours.get(section, {}).items()
        ]  # fmt: skip

    def _with(self, section: str, row: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
        defaults = DEFAULTS.get(section, {})
        for key in defaults:
            if key not in kept and key not in row:
                self._made_up[f"{section}.{key} is not in our model; {defaults[key]!r} is written"] = None
        return {**defaults, **row, **{key: value for key, value in kept.items() if _still(section, key, row, value)}}

    def _name(self, name: str) -> str:
        return self._called.get(name, name)

    def _boundaries(self) -> list[dict[str, Any]]:
        kept = _object(self._kept, "trust_boundaries")
        return [
            {
                "trust_zone_a": self._name(row["between"][0]),
                "trust_zone_b": self._name(row["between"][1]),
                **_object(kept, name),
            }
            for name, row in self._ours.get("trust_boundaries", {}).items()
        ]

    def _assumptions(self) -> list[dict[str, Any]]:
        kept = _object(self._kept, "assumptions")
        return [
            {"description": text, "validity": "unconfirmed", **_object(kept, name)}
            for name, text in self._ours.get("assumptions", {}).items()
        ]

    def _trust_zones(self, _name: str, _row: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def _actors(self, _name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        return {"trust_zone": self._name(row["trust_zone"])}

    _components = _data_stores = _actors

    def _data_sets(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        stores = self._ours.get("data_stores", {})
        placed = [{"data_store": self._name(store)} for store, one in stores.items() if name in one.get("data", ())]
        made = {"placements": placed, "data_sensitivity": list(row.get("data_sensitivity", ()))}
        return made | ({"record_count": row["record_count"]} if "record_count" in row else {})

    def _data_flows(self, _name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        sets = self._ours.get("data_sets", {})
        secret = any(sets.get(one, {}).get("data_sensitivity") for one in row.get("data", ()))
        return {
            "source": self._end(row["from"]),
            "destination": self._end(row["to"]),
            "has_sensitive_data": secret,
            "encrypted": row.get("transport_security", "none") != "none",
        }

    def _end(self, name: str) -> dict[str, str]:
        for kind, section in (("actor", "actors"), ("data-store", "data_stores")):
            if name in self._ours.get(section, {}):
                return {"type": kind, "object": self._name(name)}
        return {"type": "component", "object": self._name(name)}

    def _threat_personas(self, _name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        return {"description": row["description"]} if "description" in row else {}

    def _threats(self, _name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        components = self._ours.get("components", {})
        return {
            "description": row["statement"],
            "event": row["statement"],
            "components_affected": [self._name(one) for one in row["on"] if one in components],
            "threat_persona": self._name(row.get("persona", NOBODY)),
            "attack_mechanisms": [{"capec_id": number} for number in row.get("capec", ())],
            "weaknesses": [{"cwe_id": number} for number in row.get("cwe", ())],
        }

    def _controls(self, _name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        status = "active" if row["status"] == "implemented" else "scheduled"
        return {"threats": [self._name(one) for one in row["mitigates"]], "status": status}

    def _risks(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        try:
            risk = Risk.model_validate_json(strict_json.dumps(dict(row)))
        except ValueError as error:
            raise UnreadableError(f"risks.{name}: {error}") from None
        ease, _ = eases(risk, DEFAULT_EASE)
        harm = self._harms.get(risk.harm)
        impact = 2
        if harm is None:
            self._made_up[f"the harm {risk.harm} is in no table; {IMPACTS[impact]!r} is written"] = None
        else:
            found = severities_of(harm, multi_patient=risk.multi_patient).values()
            impact = max(SEVERITIES.index(severity) for severity in found)
        likelihood = EXPLOITABILITIES.index(ease)
        return {
            "threats": [self._name(one) for one in row["threats"]],
            "likelihood": LIKELIHOODS[likelihood],
            "impact": IMPACTS[impact],
            "impact_description": harm.title if harm else risk.harm,
            "score": (likelihood + 1) * (impact + 1),
            "level": row.get("level", {}).get("pre", "medium"),
        }


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object `name` of `value`; an empty one for what is none, since extensions are anybody's."""
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _still(section: str, key: str, row: Mapping[str, Any], kept: object) -> bool:
    """True when what was kept still says what the model says now."""
    now = row.get(key)
    if section == "threats" and key == "description":
        return isinstance(kept, str) and " ".join(kept.split())[:4000] == now
    if key in ("weaknesses", "attack_mechanisms"):
        number = "cwe_id" if key == "weaknesses" else "capec_id"
        rows = kept if isinstance(kept, list) else []
        return [one.get(number) for one in rows if isinstance(one, Mapping)] == [one[number] for one in now or ()]
    if section == "controls" and key == "status":
        return (kept == "active") is (now == "active")
    if key in ("source", "destination"):
        return isinstance(kept, Mapping) and kept.get("object") == (now or {}).get("object")
    if key in ("likelihood", "encrypted", "exposure"):
        return kept == now
    return True
