"""
An SBOM as SPDX 2.3 in JSON; what has no place in that form is named, and where it can it stands in a comment.

A component is a package of which no file was analyzed. What it requires is ``DEPENDS_ON``, what it carries
``CONTAINS``. A checksum of SPDX is that of *the* file of a package; a locked distribution may be any of several, and
then all of them stand in the comment and none is the checksum.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from sdlc import __version__
from sdlc.formats import strict_json
from sdlc.inventory.rows import Inventory, Item

NOTHING = "NOASSERTION"
NAMELESS = "(no name)"
ALGORITHMS = {"sha1": "SHA1", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512", "md5": "MD5"}
PURPOSES = {
    "application": "APPLICATION",
    "framework": "FRAMEWORK",
    "library": "LIBRARY",
    "container": "CONTAINER",
    "operating-system": "OPERATING-SYSTEM",
    "device": "DEVICE",
    "firmware": "FIRMWARE",
    "file": "FILE",
}
LOSSES = {
    "evidence": "how an embedded part was found, and how sure that is (kept as text in its comment)",
    "hashes": "which of several files a hash belongs to (kept as text in the comment)",
    "markers": "under which condition a component is installed (kept as text in the comment)",
    "unexplained": "what of a component nobody can explain (kept as text in the comment)",
    "license": "a license that is no SPDX expression (kept as text in the comment)",
    "unknown": "why a field is unknown: SPDX says NOASSERTION and no reason",
    "compositions": "how complete the list is",
    "created": "the SBOM has no time stamp, and SPDX demands one: it is the time of this export",
}
_REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_ADDRESS = re.compile(r"((git|hg|svn|bzr)\+)?https?://[!-~]+")
_BRACKETS = re.compile(r"[()]")


def to_spdx(inventory: Inventory, *, created: str) -> tuple[bytes, tuple[str, ...]]:
    """The document, and what of `inventory` it cannot say. `created` (``2026-01-31T12:00:00Z``) is when it is made."""
    writer = _Writer(inventory)
    packages = [writer.package(item) for item in inventory.every]
    lost = writer.lost | {"compositions"} | (set() if inventory.created else {"created"})
    content: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": _line(f"{inventory.root.name} {inventory.root.version}") or NAMELESS,
        "creationInfo": {
            "created": inventory.created or created,
            "creators": [f"Tool: secure-sdlc-{__version__}"],
            "comment": f"Made of the CycloneDX document {inventory.serial or '(without a serial number)'} "
            f"version {inventory.number}, which {', '.join(inventory.tools) or 'nobody named'} wrote.",
        },
        "packages": packages,
        "relationships": list(writer.relationships()),
    }
    if writer.references:
        content["hasExtractedLicensingInfos"] = [
            {"licenseId": name, "name": name, "extractedText": f"{name}: the SBOM names it and has no text of it."}
            for name in sorted(writer.references)
        ]
    digest = uuid.uuid5(uuid.NAMESPACE_URL, "urn:secure-sdlc:spdx:" + strict_json.dumps(content).decode())
    document = {**content, "documentNamespace": f"urn:uuid:{digest}"}
    return strict_json.pretty(document), tuple(text for key, text in LOSSES.items() if key in lost)


class _Writer:
    """Gives every component its identifier, and remembers what was lost."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.ids: dict[str, str] = {}
        taken: set[str] = set()
        for number, item in enumerate(inventory.every):
            plain = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{item.name}-{item.version}").strip("-") or "package"
            name = f"SPDXRef-Package-{plain}"
            while name in taken:
                name = f"{name}-{number}"
            self.ids[item.ref] = name
            taken.add(name)
        self.lost: set[str] = set()
        self.references: set[str] = set()

    def package(self, item: Item) -> dict[str, Any]:
        notes: list[str] = []
        declared, concluded = self.license(item.license, notes), self.license(item.concluded, notes)
        row: dict[str, Any] = {
            "SPDXID": self.ids[item.ref],
            "name": _line(item.name) or NAMELESS,
            "downloadLocation": _address(item),
            "filesAnalyzed": False,
            "licenseDeclared": declared,
            "licenseConcluded": concluded,
            "copyrightText": NOTHING,
            "supplier": NOTHING,
            "primaryPackagePurpose": PURPOSES.get(item.kind, "OTHER"),
        }
        if item.version:
            row["versionInfo"] = item.version
        producer, email = (_line(_BRACKETS.sub(" ", text)) for text in (item.producer, item.email))
        if producer:
            row["originator"] = f"Organization: {producer}{f' ({email})' if email else ''}"
        if item.site:
            row["homepage"] = item.site
        if item.source:
            notes.append(f"source code: {item.source}")
        if item.purl:
            row["externalRefs"] = [
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": item.purl}
            ]
        self.checksums(item, row, notes)
        for key, texts in (("evidence", item.evidence), ("markers", item.markers), ("unexplained", item.unexplained)):
            if texts:
                self.lost.add(key)
                notes.append(f"{key}: " + "; ".join(texts))
        if item.unknown:
            self.lost.add("unknown")
        if notes:
            row["comment"] = "\n".join(notes)
        return row

    def license(self, said: str, notes: list[str]) -> str:
        if not said:
            return NOTHING
        try:
            expression = str(canonicalize_license_expression(said))
        except InvalidLicenseExpression:
            self.lost.add("license")
            notes.append(f"license: {said}")
            return NOTHING
        self.references.update(_REFERENCE.findall(expression))
        return expression

    def checksums(self, item: Item, row: dict[str, Any], notes: list[str]) -> None:
        found: dict[str, list[str]] = {}
        for one in item.hashes:
            algorithm, _, digest = one.partition(":")
            found.setdefault(algorithm, []).append(digest)
        single = {name: digests[0] for name, digests in found.items() if len(digests) == 1 and name in ALGORITHMS}
        if single:
            row["checksums"] = [
                {"algorithm": ALGORITHMS[name], "checksumValue": digest} for name, digest in sorted(single.items())
            ]
        rest = [one for one in item.hashes if one.partition(":")[0] not in single]
        if rest:
            self.lost.add("hashes")
            notes.append("hashes of the files that it may be: " + " ".join(rest))

    def relationships(self) -> Iterator[Mapping[str, str]]:
        yield _relation("SPDXRef-DOCUMENT", "DESCRIBES", self.ids[self.inventory.root.ref])
        for item in self.inventory.every:
            if item.carrier:
                yield _relation(self.ids[item.carrier], "CONTAINS", self.ids[item.ref])
            for ref in item.requires:
                yield _relation(self.ids[item.ref], "DEPENDS_ON", self.ids[ref])


def _address(item: Item) -> str:
    """Where it is loaded from, as far as a lock names one place; a path of the product's own tree is none."""
    places = item.sources or item.addresses
    return places[0] if len(places) == 1 and _ADDRESS.fullmatch(places[0]) else NOTHING


def _line(text: str) -> str:
    """`text` on one line, for fields that readers take line by line."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
