"""CycloneDX 1.6 through its own library: same inputs, same bytes; and strict validation on a fast path."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.schema._res import BOM_JSON, JSF, SPDX_JSON
from packageurl import PackageURL

from sdlc import __version__

SPDX_URI = "http://cyclonedx.org/schema/spdx.schema.json"
JSF_URI = "http://cyclonedx.org/schema/jsf-0.82.schema.json"


@dataclass(frozen=True)
class Part:
    """One distribution: `hashes` are sha256 of the files that the lock admits; `requires` names other parts."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()
    license: str = ""
    requires: tuple[str, ...] = ()


def dump_bom(root: Part, parts: Iterable[Part]) -> bytes:
    """The SBOM of `root`; no clock and no randomness: its serial number is a UUID of its content."""
    parts = sorted(parts, key=lambda part: (part.name, part.version))
    components = {part.name: _component(part, ComponentType.LIBRARY) for part in parts}
    bom = Bom()
    bom.metadata.component = _component(root, ComponentType.APPLICATION)
    bom.metadata.lifecycles.add(PredefinedLifecycle(LifecyclePhase.BUILD))
    bom.metadata.tools.components.add(
        Component(name="secure-sdlc", version=__version__, type=ComponentType.APPLICATION, bom_ref="secure-sdlc")
    )
    for component in components.values():
        bom.components.add(component)
    for part, component in [(root, bom.metadata.component), *((p, components[p.name]) for p in parts)]:
        bom.register_dependency(component, [components[name] for name in part.requires if name in components])
    seed = json.dumps([[p.name, p.version, *p.hashes] for p in (root, *parts)])
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:secure-sdlc:bom:{seed}")
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    document["metadata"].pop("timestamp", None)
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def validation_errors(document: Any) -> list[str]:
    """Every way in which `document` is not strictly valid CycloneDX 1.6; empty when it is. Never fetches."""
    return [
        f"{'/'.join(str(part) for part in error.instance_path) or '.'}: {error.message}"[:300]
        for error in _validator().iter_errors(document)
    ]


def _component(part: Part, kind: ComponentType) -> Component:
    purl = PackageURL("pypi", None, part.name, part.version)
    references = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(f"urn:sha256:{digest}"),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        )
        for digest in part.hashes
    ]
    return Component(
        name=part.name,
        version=part.version,
        type=kind,
        purl=purl,
        bom_ref=str(purl),
        licenses=[LicenseExpression(part.license)] if part.license else None,
        external_references=references,
    )


@cache
def _validator() -> Any:
    schema, spdx, jsf = (_load(path) for path in (BOM_JSON[SchemaVersion.V1_6], SPDX_JSON, JSF))
    registry = jsonschema_rs.Registry([(SPDX_URI, spdx), (JSF_URI, jsf)])
    return jsonschema_rs.validator_for(schema, registry=registry)


def _load(path: Any) -> Mapping[str, Any]:
    with open(path, encoding="utf-8") as stream:
        document: dict[str, Any] = json.load(stream)
    return document
