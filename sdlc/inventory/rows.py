"""
A CycloneDX document as rows: each component once, with what it requires, what carries it, and how it was found.

Ours and those of others are read alike. A document is first validated strictly against the schema of the version that
it names, because a view of a document that means something else than it seems to would be worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sdlc.errors import UnreadableError, UsageError
from sdlc.formats import strict_json
from sdlc.formats.bom_properties import DECLARED, MARKER, SOURCE, UNEXPLAINED, UNKNOWN

MAX_BYTES = 128 * 1024 * 1024
MAX_ITEMS = 200_000
VERSIONS = ("1.4", "1.5", "1.6", "1.7")

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One component; what the document does not say is empty.

    `ref` is its bom-ref, `carrier` that of the component which it is nested in, `requires` those of what it depends on.
    `license` is what it declares (an SPDX expression, an identifier, or the name of a license), `concluded` what a
    person concluded. `sources` are the repositories, addresses or paths that it comes from instead of an index.
    `hashes` are ``algorithm:digest`` of the files that are this component, `addresses` those of such files. `evidence`
    are ``path: what was seen`` of an embedded part, and `confidence` is from 0 to 1, None where nobody says one.
    `unknown` holds (field, reason) of what is known to be unknown, `identified` the package URL that was concluded from
    the evidence, as it was read. `inside_known` and `requires_known` say how complete
    the parts inside and the requirements are, in the words of CycloneDX (``complete``, ``incomplete``, ``unknown``, …).
    """

    ref: str
    kind: str
    name: str
    version: str
    purl: str = ""
    license: str = ""
    concluded: str = ""
    producer: str = ""
    email: str = ""
    site: str = ""
    source: str = ""
    hashes: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    carrier: str = ""
    evidence: tuple[str, ...] = ()
    confidence: float | None = None
    unexplained: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    identified: str = ""
    inside_known: str = ""
    requires_known: str = ""

    @property
    def ecosystem(self) -> str:
        """The type of its package URL (``pypi``, ``cargo``, ``generic``), or nothing."""
        return self.purl.removeprefix("pkg:").partition("/")[0] if self.purl else ""


@dataclass(frozen=True)
class Inventory:
    """One document: the product, and every other component, carriers before what they carry.

    `serial` is its ``urn:uuid:…`` (empty without one), `number` its own version, `spec` that of CycloneDX, `created`
    its time stamp or empty. `unknown` is about the document itself.
    """

    root: Item
    items: tuple[Item, ...]
    serial: str
    number: int
    spec: str
    created: str
    tools: tuple[str, ...]
    unknown: tuple[tuple[str, str], ...]

    @property
    def every(self) -> tuple[Item, ...]:
        """The product and all others."""
        return (self.root, *self.items)

    def by_ref(self) -> dict[str, Item]:
        """Each component by its bom-ref."""
        return {item.ref: item for item in self.every}

    def carried(self) -> dict[str, list[Item]]:
        """What is nested in each component, by its bom-ref."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            if item.carrier:
                found.setdefault(item.carrier, []).append(item)
        return found


def load_inventory(data: bytes, *, what: str) -> Inventory:
    """The rows of the document in `data`.

    Raises UnreadableError, whose message begins with `what`, and UsageError without the extra `gates`.
    """
    document = strict_json.loads_object(data, what=what, max_bytes=MAX_BYTES)
    spec = document.get("specVersion")
    if document.get("bomFormat") != "CycloneDX" or spec not in VERSIONS:
        raise UnreadableError(
            f"{what}: not an SBOM in CycloneDX {VERSIONS[0]} to {VERSIONS[-1]} (JSON)",
            hint="SPDX and older forms can be converted by other tools",
        )
    try:
        from sdlc.formats.cyclonedx_json import validation_errors
    except ImportError as error:
        raise UsageError(
            f"SBOMs are validated with packages that are not installed: {error}",
            hint="pip install 'secure-sdlc[gates]'",
        ) from None
    if errors := validation_errors(document, spec):
        raise UnreadableError(f"{what}: not valid CycloneDX {spec}: {errors[0]}")
    return _inventory(document, what)


def _inventory(document: _Row, what: str) -> Inventory:
    about = document.get("metadata", {})
    edges: dict[str, list[str]] = {}
    for row in document.get("dependencies", ()):
        edges.setdefault(row["ref"], []).extend(row.get("dependsOn", ()))
    top = about.get("component", {"type": "application", "name": "(the document names no product)"})
    pairs = [*_walk([top], "", "product"), *_walk(document.get("components", ()), "", "components")]
    if len(pairs) > MAX_ITEMS:
        raise UnreadableError(f"{what}: more than {MAX_ITEMS} components")
    inside, required = _completeness(document)
    items = [
        replace(
            _item(row, ref, carrier),
            requires=tuple(sorted(set(edges.get(ref, ())))),
            inside_known=inside.get(ref, ""),
            requires_known=required.get(ref, ""),
        )
        for row, ref, carrier in pairs
    ]
    refs = {item.ref for item in items}
    if len(refs) != len(items):
        raise UnreadableError(f"{what}: two components have one bom-ref, so nobody knows which one is meant")
    lost = sorted({ref for item in items for ref in item.requires} - refs)
    if lost:
        raise UnreadableError(f"{what}: a component requires {lost[0]!r:.120}, which the document does not hold")
    return Inventory(
        root=items[0],
        items=tuple(items[1:]),
        serial=document.get("serialNumber", ""),
        number=document.get("version", 1),
        spec=document["specVersion"],
        created=about.get("timestamp", ""),
        tools=tuple(_tools(about.get("tools", ()))),
        unknown=_unknown(about),
    )


def _walk(rows: Any, carrier: str, place: str) -> Iterator[tuple[_Row, str, str]]:
    """(component, its bom-ref, that of its carrier), and then what is nested in it."""
    for number, row in enumerate(rows):
        ref = row.get("bom-ref", f"#/{place}/{number}")
        yield row, ref, carrier
        yield from _walk(row.get("components", ()), ref, f"{place}/{number}")


def _completeness(document: _Row) -> tuple[dict[str, str], dict[str, str]]:
    """How complete the inside and the requirements of each component are, by its bom-ref."""
    found: dict[str, dict[str, str]] = {"assemblies": {}, "dependencies": {}}
    for row in document.get("compositions", ()):
        for key, said in found.items():
            said.update(dict.fromkeys(row.get(key, ()), row["aggregate"]))
    return found["assemblies"], found["dependencies"]


def _item(row: _Row, ref: str, carrier: str) -> Item:
    links = row.get("externalReferences", ())
    maker = row.get("manufacturer") or row.get("supplier") or {}
    properties = [(str(one.get("name", "")), str(one.get("value", ""))) for one in row.get("properties", ())]
    places, confidence, identified = _seen(row.get("evidence", {}))
    declared, concluded = _licenses(row, properties)
    return Item(
        ref=ref,
        kind=row["type"],
        name=row["name"],
        version=row.get("version", ""),
        purl=row.get("purl", ""),
        license=declared,
        concluded=concluded,
        producer=maker.get("name", "") or row.get("author", "") or row.get("publisher", ""),
        email="".join(one.get("email", "") for one in maker.get("contact", ())[:1]),
        site=next((link["url"] for link in links if link["type"] == "website"), ""),
        source=next((link["url"] for link in links if link["type"] == "vcs"), ""),
        hashes=tuple(sorted({*_hashes(row), *(one for link in links for one in _of_file(link))})),
        markers=tuple(value for name, value in properties if name == MARKER),
        sources=tuple(value for name, value in properties if name == SOURCE),
        addresses=tuple(sorted({link["url"] for link in links if _of_file(link) and "://" in link["url"]})),
        carrier=carrier,
        evidence=places,
        confidence=confidence,
        identified=identified,
        unexplained=tuple(value for name, value in properties if name == UNEXPLAINED),
        unknown=_unknown(row),
    )


def _licenses(row: _Row, properties: list[tuple[str, str]]) -> tuple[str, str]:
    """What is declared and what was concluded; several licenses without an expression are joined with ``AND``."""
    found: dict[str, list[str]] = {"declared": [], "concluded": []}
    for choice in row.get("licenses", ()):
        one = choice.get("license", choice)
        said = one.get("expression") or one.get("id") or one.get("name") or ""
        found[one.get("acknowledgement", "declared")].append(said)
    if not found["declared"]:
        found["declared"] = [value for name, value in properties if name == DECLARED]
    declared, concluded = (
        " AND ".join(f"({one})" if len(several) > 1 and " " in one else one for one in several)
        for several in found.values()
    )
    return declared, concluded


def _hashes(row: _Row) -> list[str]:
    return [f"{one['alg'].lower().replace('sha-', 'sha')}:{one['content'].lower()}" for one in row.get("hashes", ())]


def _of_file(link: _Row) -> list[str]:
    return _hashes(link) if link["type"] == "distribution" else []


def _seen(evidence: _Row) -> tuple[tuple[str, ...], float | None, str]:
    rows = evidence.get("occurrences", ())
    places = [f"{row['location']}: {row.get('additionalContext', '')}".removesuffix(": ") for row in rows]
    said = evidence.get("identity", ())
    identities = [said] if isinstance(said, dict) else said
    sure = [float(one["confidence"]) for one in identities if "confidence" in one]
    purls = [str(one.get("concludedValue", "")) for one in identities if one.get("field") == "purl"]
    return tuple(places), max(sure, default=None), "".join(purls[:1])


def _tools(said: Any) -> Iterator[str]:
    rows = said.get("components", ()) if isinstance(said, dict) else said
    for row in rows:
        yield f"{row.get('name', '')} {row.get('version', '')}".strip()


def _unknown(row: _Row) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.removeprefix(UNKNOWN), str(one.get("value", "")))
        for one in row.get("properties", ())
        if (name := str(one.get("name", ""))).startswith(UNKNOWN)
    )
