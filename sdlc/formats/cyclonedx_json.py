"""CycloneDX 1.6 through its own library: same inputs, same bytes; and strict validation on a fast path.

The library's validator takes seconds for a small document, nearly all of it for `iri-reference`; the same strict schema
in jsonschema-rs takes milliseconds. A test holds the two against each other.
"""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema_rs
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import (
    AnalysisTechnique,
    ComponentEvidence,
    Identity,
    IdentityField,
    Method,
    Occurrence,
)
from cyclonedx.model.contact import OrganizationalContact, OrganizationalEntity
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import LicenseAcknowledgement, LicenseExpression
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.schema._res import BOM_JSON_STRICT, CRYPTOGRAPHY_DEFS, JSF, SPDX_JSON
from packageurl import PackageURL
from packaging.utils import canonicalize_version

from sdlc import __version__
from sdlc.formats import strict_json
from sdlc.formats.bom_properties import DECLARED, FILENAME, LOOKED, MARKER, SOURCE, UNEXPLAINED, UNKNOWN
from sdlc.formats.requirements_txt import addresses
from sdlc.model.embedded import Declared, Embedded, Evidence, Inside

SCHEMAS = "http://cyclonedx.org/schema/"
"""How the schemas name each other; they come with the library and are never fetched."""

UNSAID = {
    "timestamp": "same inputs give the same bytes; the attestation of this document has the time",
    "author": "the configuration of the product names no author of its SBOM",
}
ELSEWHERE = "a document of its own says what is known of its support"
NOT_LOOKED = "no: it is not in the build's environment"


@dataclass(frozen=True)
class Part:
    """One distribution.

    `version` is empty when it is unknown; `hashes` are sha256 of the files that the lock admits; `requires` names other
    parts; `markers` are the PEP 508 conditions under which it is installed (empty: always), `sources` the repositories,
    addresses or paths that it comes from instead of an index, `files` (sha256, file name, address) of what is known of
    the files with these hashes.
    """

    name: str
    version: str
    hashes: tuple[str, ...] = ()
    license: str = ""
    requires: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    files: tuple[tuple[str, str, str], ...] = ()


def dump_bom(
    root: Part,
    parts: Iterable[Part],
    inside: Mapping[tuple[str, str], Inside] | None = None,
    author: Mapping[str, Any] | None = None,
) -> bytes:
    """The SBOM of `root`, for which `author` answers; no clock and no randomness: its serial number is a UUID of it.

    `parts` may hold several versions of one name (a lock for several targets); the same version twice is one component.
    `inside` says what is in them, by name and normalized version (the root's too); None when nobody looked.
    """
    components = [(part, _component(part, ComponentType.LIBRARY)) for part in _merged(parts)]
    bom = Bom()
    bom.metadata.component = product = _component(root, ComponentType.APPLICATION, ref="product")
    if inside is not None:
        for part, component in [(root, product), *components]:
            _fill(component, inside.get((part.name, canonicalize_version(part.version))))
    bom.metadata.lifecycles.add(PredefinedLifecycle(LifecyclePhase.BUILD))
    bom.metadata.tools.components.add(
        Component(name="secure-sdlc", version=__version__, type=ComponentType.APPLICATION, bom_ref="tool")
    )
    for _, component in components:
        bom.components.add(component)
    by_name: dict[str, list[Dependency]] = {}
    for part, component in components:
        by_name.setdefault(part.name, []).append(Dependency(component.bom_ref))
    bom.dependencies = [  # its own way to register one looks at all others
        Dependency(component.bom_ref, [one for name in part.requires for one in by_name.get(name, ())])
        for part, component in [(root, product), *components]
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a product of which no wheel was seen has no edges, and says so
        document = json.loads(JsonV1Dot6(bom).output_as_string())
    document["metadata"].pop("timestamp", None)
    document.pop("serialNumber", None)
    if inside is not None:
        if author is not None:
            document["metadata"]["manufacturer"] = dict(author)
        unsaid = sorted(key for key in UNSAID if key != "author" or author is None)
        document["metadata"]["properties"] = [{"name": f"{UNKNOWN}{key}", "value": UNSAID[key]} for key in unsaid]
        for one in (document["metadata"]["component"], *document.get("components", ())):
            _order(one.get("components", ()))
        document["compositions"] = _compositions([(root, product), *components], inside)
    content = strict_json.dumps(document).decode()
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:secure-sdlc:bom:{content}").urn
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def validation_errors(document: Any, spec: str = "1.6") -> list[str]:
    """Every way in which `document` is not strictly valid CycloneDX `spec`; empty when it is. Never fetches."""
    return [
        f"{'/'.join(str(part) for part in error.instance_path) or '.'}: {error.message}"[:300]
        for error in _validator(spec).iter_errors(document)
    ]


def _merged(parts: Iterable[Part]) -> list[Part]:
    """`parts` by name and version; one that stands in several rows is installed under any of their markers."""
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = (part.name, part.version)
        other = found.get(key, part)
        always = not part.markers or not other.markers
        found[key] = Part(
            *key,
            hashes=tuple(sorted({*part.hashes, *other.hashes})),
            license=part.license or other.license,
            requires=tuple(sorted({*part.requires, *other.requires})),
            markers=() if always else tuple(sorted({*part.markers, *other.markers})),
            sources=tuple(sorted({*part.sources, *other.sources})),
            files=tuple(sorted({*part.files, *other.files})),
        )
    return [found[key] for key in sorted(found)]


def _component(part: Part, kind: ComponentType, *, ref: str = "") -> Component:
    purl = PackageURL("pypi", None, part.name, part.version or None)
    places = addresses(part.files)
    references = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(places.get(digest, f"urn:sha256:{digest}")),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        )
        for digest in part.hashes
    ]
    return Component(
        name=part.name,
        version=part.version or None,
        type=kind,
        purl=purl,
        bom_ref=ref or str(purl),
        licenses=[LicenseExpression(part.license)] if part.license else None,
        external_references=references,
        properties=[
            *(Property(name=MARKER, value=marker) for marker in part.markers),
            *(Property(name=SOURCE, value=source) for source in part.sources),
            *(Property(name=FILENAME, value=name) for name in sorted({name for _, name, _ in part.files if name})),
        ],
    )


def _fill(component: Component, inside: Inside | None) -> None:
    """Nest what is in `component`, say what it declares, how far anybody looked, and which fields nobody knows."""
    looked = NOT_LOOKED if inside is None else f"{inside.looked} files"
    component.properties.add(Property(name=LOOKED, value=looked))
    about = inside.declared if inside is not None else Declared()
    if inside is not None:
        declared = LicenseAcknowledgement.DECLARED
        licenses = [LicenseExpression(about.license, acknowledgement=declared)] if about.license else []
        component.licenses = licenses
    if about.producer or about.email:
        contacts = [OrganizationalContact(email=about.email)] if about.email else None
        component.manufacturer = OrganizationalEntity(name=about.producer or None, contacts=contacts)
    for kind, url in ((ExternalReferenceType.WEBSITE, about.site), (ExternalReferenceType.VCS, about.source)):
        if url:
            component.external_references.add(ExternalReference(type=kind, url=XsUri(url)))
    for field, reason in _unknown(component, inside):
        component.properties.add(Property(name=f"{UNKNOWN}{field}", value=reason))
    for number, part in enumerate(inside.parts if inside is not None else ()):
        component.components.add(_nested(part, f"{component.bom_ref.value}#{number}"))
    for one in inside.unexplained if inside is not None else ():
        component.properties.add(Property(name=UNEXPLAINED, value=f"{one.path}: {one.why}"))


def _unknown(component: Component, inside: Inside | None) -> list[tuple[str, str]]:
    """The fields that are asked for and stay empty, each with the reason; nothing is invented."""
    silent = "its metadata do not say it" if inside is not None else NOT_LOOKED.removeprefix("no: ")
    said = inside.declared if inside is not None else Declared()
    hashed = any(link.hashes for link in component.external_references)
    addressed = any(link.hashes and str(link.url).startswith("http") for link in component.external_references)
    reasons = {
        "version": "" if component.version else "the lock pins no version",
        "hash": "" if hashed else "the lock has no hash of it, and no wheel of it was built",
        "producer": "" if said.email or said.site else silent,
        "license-declared": "" if component.licenses else silent,
        "license-concluded": "no person has concluded one",
        "source-code": "" if said.source else silent,
        "distribution-address": "" if addressed else "its lock names no address",
        "filename": "" if any(one.name == FILENAME for one in component.properties) else "its lock names no file",
        "level-of-support": ELSEWHERE,
        "end-of-support": ELSEWHERE,
    }
    return [(field, reason) for field, reason in reasons.items() if reason]


def _nested(part: Embedded, ref: str) -> Component:
    """An embedded part: identified by what was seen, at every place where it was seen."""
    best: dict[str, Evidence] = {}
    for one in part.evidence:
        best[one.technique] = max(best.get(one.technique, one), one, key=lambda seen: (seen.confidence, seen.text))
    methods = [
        Method(technique=AnalysisTechnique(name), confidence=Decimal(str(one.confidence)), value=one.text)
        for name, one in best.items()
    ]
    identity = Identity(
        field=IdentityField.PURL,
        concluded_value=part.purl,
        confidence=max(method.confidence for method in methods),
        methods=methods,
    )
    places = [
        Occurrence(location=one.path, offset=one.offset, additional_context=f"{one.technique}: {one.text}")
        for one in part.evidence
    ]
    properties = [Property(name=DECLARED, value=part.license)] if part.license else []
    return Component(
        name=part.name,
        version=part.version or None,
        type=ComponentType.LIBRARY,
        purl=_purl(part.purl),
        bom_ref=ref,
        evidence=ComponentEvidence(identity=[identity], occurrences=places),
        properties=properties,
    )


def _order(nested: Iterable[dict[str, Any]]) -> None:
    """One order of what the library leaves in that of a set."""
    for part in nested:
        part["evidence"]["identity"][0]["methods"].sort(key=lambda method: str(method["technique"]))
        places = part["evidence"]["occurrences"]
        places.sort(key=lambda one: (one["location"], one.get("offset", -1), one["additionalContext"]))


def _purl(text: str) -> PackageURL | None:
    try:
        return PackageURL.from_string(text)
    except ValueError:
        return None


def _compositions(
    components: list[tuple[Part, Component]], inside: Mapping[tuple[str, str], Inside]
) -> list[dict[str, Any]]:
    """How complete the SBOM is, of the inside of each component and of what it requires.

    Incomplete is what holds something unexplained; of all else nobody can know: a static library need not tell. What an
    installed distribution requires is complete when every name that it declares for the target is a component.
    """
    found: dict[str, list[str]] = {"incomplete": [], "unknown": []}
    for part, component in components:
        seen = inside.get((part.name, canonicalize_version(part.version)))
        found["incomplete" if seen is not None and seen.unexplained else "unknown"].append(str(component.bom_ref.value))
    rows: list[dict[str, Any]] = [
        {"aggregate": aggregate, "assemblies": sorted(refs)} for aggregate, refs in found.items() if refs
    ]
    named = {part.name for part, _ in components}
    edges: dict[str, list[str]] = {"complete": [], "incomplete": [], "unknown": []}
    for part, component in components[1:]:
        installed = (part.name, canonicalize_version(part.version)) in inside
        known = "complete" if set(part.requires) <= named else "incomplete"
        edges[known if installed else "unknown"].append(str(component.bom_ref.value))
    return [*rows, *({"aggregate": key, "dependencies": sorted(refs)} for key, refs in edges.items() if refs)]


@cache
def _validator(spec: str) -> jsonschema_rs.Draft7Validator:
    """The strict schema of CycloneDX `spec` (``1.2`` to ``1.7``), with every checker of formats."""
    names = {"spdx.SNAPSHOT": SPDX_JSON, "jsf-0.82.SNAPSHOT": JSF}
    if spec == "1.7":
        names["cryptography-defs.SNAPSHOT"] = CRYPTOGRAPHY_DEFS
    registry = jsonschema_rs.Registry([(f"{SCHEMAS}{name}.schema.json", _load(path)) for name, path in names.items()])
    schema = _load(BOM_JSON_STRICT[SchemaVersion[f"V{spec.replace('.', '_')}"]])
    return jsonschema_rs.Draft7Validator(schema, registry=registry, validate_formats=True, offline=True)


def _load(path: Any) -> dict[str, Any]:
    with open(path, encoding="utf-8") as stream:
        document: dict[str, Any] = json.load(stream)
    return document
