"""
What an SBOM says of its components, against what the observations give: both must say the same.

A part that only the document has would be invented, and one that only the observations have would be hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sdlc.components.declared import Key, due_of, key_of, written_of
from sdlc.formats.bom_properties import DECLARED, UNEXPLAINED
from sdlc.model.embedded import Embedded, Inside

Said = tuple[Any, ...]
"""One part with its evidence, one place that is unexplained, or what a component declares."""


def written(bom: Mapping[str, Any]) -> dict[Key, frozenset[Said]]:
    """What the document says is inside of each of its components.

    Raises KeyError, TypeError, AttributeError or ValueError when it is malformed.
    """
    found: dict[Key, frozenset[Said]] = {}
    for component in (bom["metadata"]["component"], *bom.get("components", ())):
        parts = [
            (str(part["name"]), str(part.get("version", "")), purl_in(part), _license(part), _places(part))
            for part in component.get("components", ())
        ]
        properties = component.get("properties", ())
        named: list[Said] = [("unexplained", str(row["value"])) for row in properties if row["name"] == UNEXPLAINED]
        if len(set(parts)) != len(parts):
            raise ValueError(f"a part of {component['name']} stands twice")
        about = written_of(component)
        if any(about):
            named.append(("about", *about))
        if parts or named:
            found[key_of(str(component["name"]), str(component.get("version", "")))] = frozenset([*parts, *named])
    return found


def due(seen: Mapping[Key, Inside]) -> dict[Key, frozenset[Said]]:
    """What a document must say, so that it says what was seen."""
    found = {
        key: frozenset(
            [
                *((part.name, part.version, part.purl, part.license, _evidence(part)) for part in inside.parts),
                *(("unexplained", f"{one.path}: {one.why}") for one in inside.unexplained),
                *([("about", *due_of(inside.declared))] if any(due_of(inside.declared)) else []),
            ]
        )
        for key, inside in seen.items()
    }
    return {key: said for key, said in found.items() if said}


def edges_differ(bom: Mapping[str, Any], edges: Mapping[Key, tuple[str, ...]]) -> str:
    """The name of a component that the document lets require something else than `edges` say, or nothing."""
    rows = list(bom.get("components", ()))
    names = {str(row["bom-ref"]): str(row["name"]) for row in rows}
    said = {str(row["ref"]): {names[ref] for ref in row.get("dependsOn", ())} for row in bom.get("dependencies", ())}
    for row in rows:
        key = key_of(str(row["name"]), str(row.get("version", "")))
        if key in edges and said.get(str(row["bom-ref"]), set()) != set(edges[key]) & set(names.values()):
            return str(row["name"])
    return ""


def nested(bom: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(carrier, part) for each part of the document; the product itself carries, too."""
    for component in (bom.get("metadata", {}).get("component", {}), *bom.get("components", ())):
        for part in component.get("components", ()):
            yield component, part


def purl_in(part: Mapping[str, Any]) -> str:
    """The package URL that a nested part was identified by."""
    return str(part["evidence"]["identity"][0]["concludedValue"])


def places_in(part: Mapping[str, Any]) -> list[str]:
    """Where a nested part was seen, each file once."""
    return sorted({str(row["location"]) for row in part["evidence"]["occurrences"]})


def _license(part: Mapping[str, Any]) -> str:
    return "".join(str(row["value"]) for row in part.get("properties", ()) if row["name"] == DECLARED)


def _places(part: Mapping[str, Any]) -> frozenset[Said]:
    rows = part["evidence"]["occurrences"]
    return frozenset((str(row["location"]), row.get("offset"), str(row["additionalContext"])) for row in rows)


def _evidence(part: Embedded) -> frozenset[Said]:
    return frozenset((one.path, one.offset, f"{one.technique}: {one.text}") for one in part.evidence)
