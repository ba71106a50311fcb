"""
Documents beside an SBOM that point into it (BOM-Link): known vulnerabilities, and the status of support.

Some who read an SBOM must not find vulnerabilities in it, and others ask for them, so each is a document of its own
with its own life: the SBOM stays as it was built, while reports about it are made again. A pointer is
``urn:cdx:SERIAL/VERSION#BOM-REF``, and both documents name the SBOM by its SHA-256 as well.
"""

from __future__ import annotations

import json
import re
import uuid
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.impact_analysis import ImpactAnalysisAffectedStatus
from cyclonedx.model.vulnerability import (
    BomTarget,
    BomTargetVersionRange,
    Vulnerability,
    VulnerabilityAdvisory,
    VulnerabilityRating,
    VulnerabilityReference,
    VulnerabilitySeverity,
    VulnerabilitySource,
)
from cyclonedx.output.json import JsonV1Dot6

from sdlc import __version__
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.bom_properties import UNKNOWN
from sdlc.formats.cyclonedx_json import validation_errors
from sdlc.inventory.rows import Inventory, Item
from sdlc.inventory.support import NO_FILE, NO_ROW, Support
from sdlc.model.digest import sha256
from sdlc.model.finding import Finding, Severity

OURS = "secure-sdlc:"
SEVERITIES = {
    Severity.CRITICAL: VulnerabilitySeverity.CRITICAL,
    Severity.HIGH: VulnerabilitySeverity.HIGH,
    Severity.MEDIUM: VulnerabilitySeverity.MEDIUM,
    Severity.LOW: VulnerabilitySeverity.LOW,
    Severity.NOTE: VulnerabilitySeverity.INFO,
}
_SERIAL = re.compile(r"urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def bom_link(inventory: Inventory, ref: str = "") -> str:
    """The address of the SBOM, or of its component `ref`. Raises UnreadableError for one without a serial number."""
    matched = _SERIAL.fullmatch(inventory.serial)
    if matched is None:
        raise UnreadableError("the SBOM has no serial number, so nothing can point into it")
    return f"urn:cdx:{matched[1]}/{inventory.number}" + (f"#{quote(ref, safe='')}" if ref else "")


def vulnerability_report(
    inventory: Inventory, data: bytes, findings: Sequence[Finding], feed: Mapping[str, str], created: datetime
) -> bytes:
    """The known vulnerabilities of the SBOM in `data`, each with the components that it affects.

    `findings` are those of the gate `vulnerabilities` over that very SBOM, `feed` what identifies the feed. Nothing is
    decided here: what does not concern the product is said in a VEX document. Raises UnreadableError for a finding
    about a component that the SBOM does not hold.
    """
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((finding.rule, finding.properties.get("aliases", "")), []).append(finding)
    bom = _document(inventory, data, created)
    for name, value in sorted(feed.items()):
        bom.metadata.properties.add(Property(name=f"{OURS}{name}", value=value))
    for (rule, _), several in sorted(grouped.items()):
        bom.vulnerabilities.add(_vulnerability(rule, several, inventory))
    return _dump(bom)


def support_status(
    inventory: Inventory, data: bytes, support: Support | None, created: datetime
) -> tuple[bytes, dict[str, int]]:
    """Level and end of support of every component, or why they are unknown; and how many are of each kind.

    The counts are `known`, `unknown` and `ended` (known, and over on the day of `created`).
    """
    bom = _document(inventory, data, created)
    if support is not None:
        bom.metadata.properties.add(Property(name=f"{OURS}support:as-of", value=support.as_of.isoformat()))
    counts = {"known": 0, "unknown": 0, "ended": 0}
    for item in inventory.items:
        row = support.of(item) if support is not None else None
        counts["unknown" if row is None else "known"] += 1
        properties: dict[str, str]
        if row is None:
            why = NO_ROW if support is not None else NO_FILE
            properties = {f"{UNKNOWN}level-of-support": why, f"{UNKNOWN}end-of-support": why}
        else:
            properties = {f"{OURS}support:level": row.level, f"{OURS}support:source": row.source}
            properties |= _end(row.end, row.reason, created.date())
            counts["ended"] += f"{OURS}support:ended" in properties
        bom.components.add(
            Component(
                name=item.name,
                version=item.version or None,
                type=ComponentType(item.kind),
                bom_ref=f"support of {item.ref}",
                external_references=[_pointer(inventory, item)],
                properties=[Property(name=name, value=value) for name, value in properties.items()],
            )
        )
    return _dump(bom), counts


def _end(end: date | None, reason: str, today: date) -> dict[str, str]:
    if end is None:
        return {f"{UNKNOWN}end-of-support": reason}
    over = {f"{OURS}support:ended": "yes"} if end < today else {}
    return {f"{OURS}support:end": end.isoformat(), **over}


def _pointer(inventory: Inventory, item: Item) -> ExternalReference:
    return ExternalReference(type=ExternalReferenceType.BOM, url=XsUri(bom_link(inventory, item.ref)))


def _document(inventory: Inventory, data: bytes, created: datetime) -> Bom:
    """A document about the same product that points to the SBOM."""
    bom, root = Bom(), inventory.root
    bom.metadata.timestamp = created
    bom.metadata.component = Component(
        name=root.name, version=root.version or None, type=ComponentType(root.kind), bom_ref="product"
    )
    bom.metadata.tools.components.add(
        Component(name="secure-sdlc", version=__version__, type=ComponentType.APPLICATION, bom_ref="tool")
    )
    bom.external_references.add(
        ExternalReference(
            type=ExternalReferenceType.BOM,
            url=XsUri(bom_link(inventory)),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(data))],
        )
    )
    return bom


def _vulnerability(rule: str, findings: Sequence[Finding], inventory: Inventory) -> Vulnerability:
    worst = max(findings, key=lambda finding: finding.severity.rank)
    aliases = sorted({*filter(None, worst.properties.get("aliases", "").split(", "))} - {rule})
    closed = all(finding.suppressed for finding in findings)
    said = {
        f"{OURS}exploited-since": worst.properties.get("exploited", ""),
        f"{OURS}epss": worst.properties.get("epss", ""),
        f"{OURS}disputed": worst.properties.get("disputed", ""),
        f"{OURS}closed": worst.suppressed if closed else "",
    }
    return Vulnerability(
        bom_ref=f"vulnerability {rule} {' '.join(aliases)}".strip(),
        id=rule,
        source=_source(rule),
        references=[VulnerabilityReference(id=alias, source=_source(alias)) for alias in aliases],
        ratings=[VulnerabilityRating(severity=SEVERITIES[worst.severity], source=VulnerabilitySource(name="OSV"))],
        cwes=[number for number in worst.cwe if number != 1395],  # that it depends on something is no weakness of it
        description=worst.message,
        recommendation=" ".join(sorted({finding.fix for finding in findings if finding.fix})) or None,
        advisories=[VulnerabilityAdvisory(url=XsUri(link)) for link in worst.links],
        affects=[
            BomTarget(
                ref=bom_link(inventory, item.ref),
                versions=[BomTargetVersionRange(version=item.version, status=ImpactAnalysisAffectedStatus.AFFECTED)]
                if item.version
                else None,
            )
            for finding in findings
            for item in _affected(finding, inventory)
        ],
        properties=[Property(name=name, value=value) for name, value in said.items() if value],
    )


def _affected(finding: Finding, inventory: Inventory) -> Iterable[Item]:
    """The components that a finding is about: by its subject, a package URL or ``inside CARRIER: package URL``."""
    carrier = finding.properties.get("carrier", "")
    purl = finding.subject.removeprefix(f"inside {carrier}: ") if carrier else finding.subject
    by_ref = inventory.by_ref()
    found = [
        item for item in inventory.items if purl in (item.identified, item.purl) and _carrier(item, by_ref) == carrier
    ]
    if not found:
        raise UnreadableError(
            f"{finding.rule} is about {finding.subject:.120}, which the SBOM does not hold", hint="check again"
        )
    return found


def _carrier(item: Item, by_ref: Mapping[str, Item]) -> str:
    return f"{by_ref[item.carrier].name} {by_ref[item.carrier].version}" if item.carrier else ""


def _source(identifier: str) -> VulnerabilitySource:
    """Who publishes under such identifiers, by their beginning."""
    return VulnerabilitySource(name=identifier.partition("-")[0] or "OSV")


def _dump(bom: Bom) -> bytes:
    """One byte form; the serial number is a UUID of the content. Raises UnreadableError when it is not valid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it has no edges: they are in the SBOM
        document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    document.pop("serialNumber", None)
    document.pop("dependencies", None)
    if "vulnerabilities" not in document and "components" not in document:
        document["vulnerabilities"] = []
    content = strict_json.dumps(document).decode()
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:secure-sdlc:linked:{content}").urn
    if errors := validation_errors(document):
        raise UnreadableError(f"the document would not be valid CycloneDX 1.6: {errors[0]}")
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
