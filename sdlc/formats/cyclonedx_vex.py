"""
CycloneDX VEX (1.6), read and written: `vulnerabilities` with an analysis, linked to the SBOM and never inside of it.

CycloneDX has six states and nine justifications, OpenVEX four and five. Where a word has no twin the nearest weaker one
is taken and named as a loss; a property keeps our own word, so that what was written here comes back as it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.openvex_json import MAX_ROWS, PRODUCT, apart, shape_problem, versioned
from sdlc.formats.timestamp import time_to_text
from sdlc.model.vex import JUSTIFICATIONS, Statement

OURS = "secure-sdlc:vex:"
"""What a property's name begins with that holds a word of ours."""

STATES = {
    "not_affected": "not_affected",
    "affected": "exploitable",
    "fixed": "resolved",
    "under_investigation": "in_triage",
}
FROM_STATES = {ours: name for name, ours in STATES.items()} | {
    "resolved_with_pedigree": "fixed",
    "false_positive": "not_affected",
}
JUSTIFIED = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "code_not_reachable",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
FROM_JUSTIFIED = {
    "code_not_present": "vulnerable_code_not_present",
    "code_not_reachable": "vulnerable_code_not_in_execute_path",
    "requires_configuration": "vulnerable_code_not_in_execute_path",
    "requires_dependency": "component_not_present",
    "requires_environment": "vulnerable_code_not_in_execute_path",
    "protected_by_compiler": "inline_mitigations_already_exist",
    "protected_at_runtime": "inline_mitigations_already_exist",
    "protected_at_perimeter": "inline_mitigations_already_exist",
    "protected_by_mitigating_control": "inline_mitigations_already_exist",
}
EXACT = ("vulnerable_code_not_present", "vulnerable_code_not_in_execute_path", "inline_mitigations_already_exist")
"""Justifications that come back without a property."""


def dump_cyclonedx_vex(statements: Sequence[Statement], *, author: str, at: datetime) -> tuple[bytes, tuple[str, ...]]:
    """The document and what it does not say; all `statements` are about one product. Raises ValueError otherwise."""
    products = {(one.product, one.product_versions) for one in statements}
    if len(products) != 1:
        raise ValueError("a CycloneDX document is about one product in one range of versions")
    [(product, versions)] = products
    version = versions[2:] if versions.startswith("==") and "," not in versions else versions
    ref = versioned(f"{PRODUCT}{quote(product, safe='')}", versions)
    losses = [
        f"{one.advisories[0]}: {one.justification} becomes {JUSTIFIED[one.justification]}; a property keeps it"
        for one in statements
        if one.justification and one.justification not in EXACT
    ]
    losses.append("who signed each decision, until when it counts, and which state of the advisory it is about")
    content = strict_json.dumps([asdict(one) for one in statements]).decode()
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"urn:secure-sdlc:vex:{content}").urn,
        "version": 1,
        "metadata": {
            "timestamp": time_to_text(at),
            "authors": [{"name": author}],
            "component": {"type": "application", "name": product, "version": version, "bom-ref": ref},
        },
        "vulnerabilities": [_row(one, f"vex-{number}") for number, one in enumerate(statements, 1)],
    }
    return strict_json.dumps(document), tuple(losses)


def load_cyclonedx_vex(data: bytes, *, what: str) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """The statements in `data`, one for each affected component, and what was left out. Raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    losses: list[str] = []
    try:
        if document.get("bomFormat") != "CycloneDX":
            raise ValueError("bomFormat: no CycloneDX document")
        component = document["metadata"]["component"]
        product, version = str(component["name"]), str(component["version"])
        versions = version if version[:1] in "<>=!" else f"=={version}"
        rows = document["vulnerabilities"]
        if not isinstance(rows, list) or len(rows) > MAX_ROWS:
            raise ValueError(f"vulnerabilities: a list of at most {MAX_ROWS} is expected")
        found = [one for row in rows for one in _statements(row, product, versions, losses)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: no CycloneDX VEX: {shape_problem(error)}") from None
    return tuple(found), tuple(losses)


def _row(one: Statement, ref: str) -> dict[str, Any]:
    analysis = {"state": STATES[one.status]}
    if one.justification:
        analysis["justification"] = JUSTIFIED[one.justification]
    if one.impact:
        analysis["detail"] = one.impact
    kept = {"carrier": one.carrier}
    if one.justification and one.justification not in EXACT:
        kept["justification"] = one.justification
    properties = [{"name": f"{OURS}{key}", "value": value} for key, value in sorted(kept.items()) if value]
    source = {"name": "OSV"}
    row: dict[str, Any] = {
        "bom-ref": ref,
        "id": one.advisories[0],
        "references": [{"id": name, "source": source} for name in one.advisories[1:]],
        "analysis": analysis,
        "affects": [{"ref": versioned(one.component, one.versions)}],
    }
    if one.action:
        row["recommendation"] = one.action
    return row | ({"properties": properties} if properties else {})


def _statements(row: Mapping[str, Any], product: str, product_versions: str, losses: list[str]) -> Iterator[Statement]:
    name, analysis = str(row["id"]), row.get("analysis", {})
    state, said = str(analysis.get("state", "in_triage")), str(analysis.get("justification", ""))
    if state not in FROM_STATES or said not in ("", *FROM_JUSTIFIED):
        raise ValueError(f"{name:.60}: state {state!r:.40} or justification {said!r:.60} is not of CycloneDX")
    properties = {str(one.get("name", "")): str(one.get("value", "")) for one in row.get("properties", ())}
    kept = properties.get(f"{OURS}justification", "")
    justification = FROM_JUSTIFIED.get(said, "")
    if kept in JUSTIFICATIONS and JUSTIFIED[kept] == said:
        justification = kept
    elif said and JUSTIFIED.get(justification) != said:
        losses.append(f"{name}: the justification {said} becomes {justification}")
    if state not in STATES.values():
        losses.append(f"{name}: the state {state} becomes {FROM_STATES[state]}")
    losses += [f"{name}: the response {response} is not kept" for response in analysis.get("response", ())]
    ids = {name, *(str(one["id"]) for one in row.get("references", ()))}
    for affected in row.get("affects", ()):
        try:
            component, versions = apart(_purl_in(str(affected["ref"])))
        except ValueError as error:
            losses.append(f"{name}: {error}")
            continue
        yield Statement(
            advisories=tuple(sorted(ids)),
            product=product,
            product_versions=product_versions,
            component=component,
            versions=versions,
            status=FROM_STATES[state],
            carrier=properties.get(f"{OURS}carrier", ""),
            justification=justification if FROM_STATES[state] == "not_affected" else "",
            impact=str(analysis.get("detail", "")),
            action=str(row.get("recommendation", "")),
        )


def _purl_in(ref: str) -> str:
    """The package URL in a reference: as it is, or at the end of a BOM-Link."""
    plain = unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref
    if not plain.startswith("pkg:"):
        raise ValueError(f"{ref!r:.100} is no package URL, so nobody can tell which component it is")
    return plain
