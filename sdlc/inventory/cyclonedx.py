"""
An SBOM in another version of CycloneDX, through the library of that project; what gets lost is said, never hidden.

The same version gives the same bytes. The library knows no `compositions`, so they are carried over as they are, which
both versions allow; whatever else it does not know is lost and named by its place.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from cyclonedx.model.bom import Bom
from cyclonedx.output.json import JsonV1Dot6, JsonV1Dot7

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.cyclonedx_json import validation_errors

OUTPUTS = {"1.6": JsonV1Dot6, "1.7": JsonV1Dot7}
KEPT = ("compositions",)
"""Members of the document that the library drops and both versions have in one form."""

WRITTEN = ("$schema", "specVersion")


def recast(data: bytes, spec: str, *, what: str) -> tuple[bytes, tuple[str, ...]]:
    """The document in `data` as CycloneDX `spec`, strictly valid, and what of it was lost.

    `load_inventory` has read `data` before. Raises UnreadableError when the library cannot read it.
    """
    document = strict_json.loads_object(data, what=what)
    if document["specVersion"] == spec:
        return data, ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of components without edges; the document says so itself
            bom = Bom.from_json(data=json.loads(data))  # type: ignore[attr-defined]
            made: dict[str, Any] = json.loads(OUTPUTS[spec](bom).output_as_string())
    except Exception as error:  # a parser of somebody else: whatever it raises, it could not read the document
        reason = f"{type(error).__name__}: {error}"[:200]
        raise UnreadableError(f"{what}: the library of CycloneDX cannot read it: {reason}") from None
    for member in KEPT:
        if member in document:
            made[member] = document[member]
    for holder, key in ((made, "serialNumber"), (made["metadata"], "timestamp")):
        if key not in (document if holder is made else document.get("metadata", {})):
            holder.pop(key, None)  # nothing is invented
    for component in (made["metadata"].get("component", {}), *made.get("components", ())):
        _order(component)
    if errors := validation_errors(made, spec):
        raise UnreadableError(f"{what}: as CycloneDX {spec} it would not be valid: {errors[0]}")
    lost = sorted(set(_places(document)) - set(_places(made)))
    text = json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False)
    return text.encode() + b"\n", tuple(f"{place} has no place in what the library writes" for place in lost)


def _order(component: dict[str, Any]) -> None:
    """One order of what the library leaves in that of a set."""
    evidence = component.get("evidence", {})
    for one in evidence.get("identity", ()) if isinstance(evidence.get("identity"), list) else ():
        one.get("methods", []).sort(key=_text)
    evidence.get("occurrences", []).sort(key=_text)
    for part in component.get("components", ()):
        _order(part)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _places(value: Any, path: str = "") -> Iterator[str]:
    """Every place of the document that holds something, without the numbers in lists: ``components[].purl``."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if path or key not in WRITTEN:
                yield from _places(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for one in value:
            yield from _places(one, f"{path}[]")
    else:
        yield path
