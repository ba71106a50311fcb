"""
What a release is made of, in tables that can be compared with those of another: each row has a key and named texts.

The candidate names its inventory by digest, and that of the release before, so that the page of a release can say what
changed. A verifier makes the first again from the evidence; the second is the runner's word until somebody compares it
with the bundle before (`sdlc diff` does). A table that is missing was not known: its gate did not answer. Who signed,
and which findings persons closed, is in no candidate: `with_signers` and `with_closed` add it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sdlc.components.nested_components import nested, purl_in
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json, strict_toml
from sdlc.formats.bom_properties import DECLARED
from sdlc.formats.test_records import load_records
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest, sha256
from sdlc.model.finding import Severity
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import Closed
from sdlc.policy.waivers import load_waivers
from sdlc.release.decisions import SignedDecision
from sdlc.release.model_tables import model_rows
from sdlc.surface.item import load_surface

SCHEMA = "sdlc.inventory/1"
BEFORE_SCHEMA = "sdlc.release-before/1"
MAX_HISTORY = 50

Fields = Mapping[str, str]
Table = Mapping[str, Fields]
Blobs = Callable[[Digest], bytes]

TABLES = (
    *("gates", "findings", "components", "tests", "policy", "waivers", "closed", "surface", "workflows"),
    *("elements", "flows", "threats", "controls", "requirements", "tools", "signers"),
)
"""Every table, in the order in which people read them."""


@dataclass(frozen=True)
class Point:
    """One release of the past in numbers: findings by severity; components and tests are None where not known."""

    version: str
    sequence: int
    signed: datetime
    findings: Mapping[str, int]
    components: int | None
    tests: int | None


@dataclass(frozen=True)
class Inventory:
    """`tables` by name; `history` are the releases before, the oldest first."""

    tables: Mapping[str, Table]
    history: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Before:
    """The release before: which one it was, and what it was made of, its signers among that."""

    manifest: Digest
    version: str
    sequence: int
    signed: datetime
    inventory: Inventory


@dataclass(frozen=True)
class Holdings:
    """What a release is made of, and the release before, where it is known."""

    now: Inventory = field(default_factory=lambda: Inventory({}))
    before: Before | None = None


def inventory_of(
    results: Sequence[GateResult], policy: bytes, waivers: bytes | None, blobs: Blobs, before: Before | None = None
) -> Inventory:
    """The tables of a release, from its results and their bytes; whoever signed comes later (`with_signers`)."""
    raw = {result.gate: result.raw for result in results if result.reading.outcome in (Outcome.PASSED, Outcome.FAILED)}
    readers: tuple[tuple[str, str, str, Callable[[bytes], Iterable[tuple[str, Fields]]]], ...] = (
        ("components", "sbom", "bom.cdx.json", _components),
        ("tests", "tests", "records.jsonl", _tests),
        ("surface", "attack-surface", "surface.json", _surface),
        ("workflows", "workflows", "files.json", _workflows),
        ("requirements", "requirements", "trace.json", _requirements),
    )
    tables: dict[str, Table] = {
        "gates": _table(map(_gate, results)),
        "findings": _table(_findings(results)),
        "tools": _table(
            (f"{result.gate} {tool.name}", {"version": tool.version}) for result in results for tool in result.tools
        ),
        "policy": _table(_flat(strict_toml.loads(policy))),
        "waivers": _table(_waivers(waivers)),
    }
    for name, gate, file, read in readers:
        if file in raw.get(gate, {}):
            try:
                tables[name] = _table(read(blobs(raw[gate][file])))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                said = f"{file} of {gate}: {type(error).__name__}: {error}"
                raise UnreadableError(said, hint="run the gate again") from None
    folder = next((str(one.settings.get("folder", "")) for one in results if one.gate == "threat-model"), "")
    tables |= {name: _table(rows) for name, rows in model_rows(raw, blobs, folder).items()}
    past = (*before.inventory.history, point_of(before)) if before else ()
    return Inventory(tables, past[-MAX_HISTORY:])


def with_signers(inventory: Inventory, decisions: Sequence[SignedDecision]) -> Inventory:
    """`inventory` with the persons who decided, each with what they meant."""
    rows = ((one.decision.name, {"said": one.decision.kind, "meaning": one.decision.meaning}) for one in decisions)
    return replace(inventory, tables={**inventory.tables, "signers": _table(rows)})


def with_closed(inventory: Inventory, closed: Sequence[Closed]) -> Inventory:
    """`inventory` with the findings that a person's VEX decision closes; the verdict says which those are."""
    rows = (
        (
            f"{one.finding.rule} {one.finding.properties.get('component') or one.finding.subject}",
            {
                "decision": one.decision,
                "status": one.status,
                "justification": one.justification,
                "by": one.name,
                "until": one.expires.isoformat(),
            },
        )
        for one in closed
    )
    return replace(inventory, tables={**inventory.tables, "closed": _table(rows)})


def point_of(before: Before) -> Point:
    """A release in numbers."""
    tables = before.inventory.tables
    counts = counts_of(before.inventory)
    numbers = [len(tables[name]) if name in tables else None for name in ("components", "tests")]
    return Point(before.version, before.sequence, before.signed, counts, *numbers)


def counts_of(inventory: Inventory) -> dict[str, int]:
    """How many findings of each severity there are."""
    found = [row.get("severity", "") for row in inventory.tables.get("findings", {}).values()]
    return {severity.value: found.count(severity.value) for severity in Severity}


def dump_inventory(inventory: Inventory) -> bytes:
    """The one byte form of `inventory`."""
    return strict_json.dumps(_inventory_to_json(inventory))


def load_inventory(data: bytes, *, what: str = "inventory") -> Inventory:
    """The inventory in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    try:
        return _inventory_from_json(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None


def dump_before(before: Before) -> bytes:
    """The one byte form of `before`."""
    return strict_json.dumps(
        {
            "schema": BEFORE_SCHEMA,
            "manifest": before.manifest,
            "version": before.version,
            "sequence": before.sequence,
            "signed": time_to_text(before.signed),
            "inventory": _inventory_to_json(before.inventory),
        }
    )


def load_before(data: bytes, *, what: str = "the release before") -> Before:
    """The release before in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    try:
        if document["schema"] != BEFORE_SCHEMA:
            raise ValueError(f"the schema is not {BEFORE_SCHEMA}")
        return Before(
            manifest=parse_digest(document["manifest"]),
            version=str(document["version"]),
            sequence=int(document["sequence"]),
            signed=time_from_text(document["signed"]),
            inventory=_inventory_from_json(document["inventory"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None


def _inventory_to_json(inventory: Inventory) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "tables": {
            name: {key: dict(fields) for key, fields in table.items()} for name, table in inventory.tables.items()
        },
        "history": [
            {
                "version": point.version,
                "sequence": point.sequence,
                "signed": time_to_text(point.signed),
                "findings": dict(point.findings),
                "components": point.components,
                "tests": point.tests,
            }
            for point in inventory.history
        ],
    }


def _inventory_from_json(document: Mapping[str, Any]) -> Inventory:
    if document["schema"] != SCHEMA:
        raise ValueError(f"the schema is not {SCHEMA}")
    tables = {
        str(name): {str(key): {str(k): str(v) for k, v in row.items()} for key, row in sorted(table.items())}
        for name, table in document["tables"].items()
    }
    if unknown := set(tables) - set(TABLES):
        raise ValueError(f"there is no table {min(unknown)!r:.40}")
    points = tuple(
        Point(
            version=str(row["version"]),
            sequence=int(row["sequence"]),
            signed=time_from_text(row["signed"]),
            findings={str(key): int(number) for key, number in row["findings"].items()},
            components=None if row["components"] is None else int(row["components"]),
            tests=None if row["tests"] is None else int(row["tests"]),
        )
        for row in document["history"]
    )
    return Inventory(tables, points)


def _table(rows: Iterable[tuple[str, Fields]]) -> Table:
    """Rows by key, sorted; a key that stands several times is numbered, in the order of what its rows say."""
    made: dict[str, Fields] = {}
    for key, fields in sorted(rows, key=lambda row: (row[0], sorted(row[1].items()))):
        name, number = key, 2
        while name in made:
            name, number = f"{key} #{number}", number + 1
        made[name] = {name: value for name, value in fields.items() if value}
    return made


def _gate(result: GateResult) -> tuple[str, Fields]:
    reading = result.reading
    findings = str(len(reading.findings)) if reading.outcome in (Outcome.PASSED, Outcome.FAILED) else ""
    said = {"outcome": reading.outcome.value, "findings": findings, "grade": result.grade.value}
    return result.gate, {**said, "settings": sha256(strict_json.dumps(dict(result.settings)))[:16]}


def _findings(results: Sequence[GateResult]) -> Iterator[tuple[str, Fields]]:
    for result in results:
        for one in result.reading.findings:
            yield (
                f"{result.gate} {one.rule} {one.fingerprint}",
                {
                    "severity": one.severity.value,
                    "suppressed": "yes" if one.suppressed else "",
                    "place": str(one.place or one.subject),
                    "message": one.message[:300],
                },
            )


def _components(data: bytes) -> Iterator[tuple[str, Fields]]:
    bom = strict_json.loads_object(data, what="bom.cdx.json")
    rows = bom.get("components", ())
    names = {str(row.get("bom-ref", "")): str(row["name"]) for row in rows}
    needs = {str(row["ref"]): row.get("dependsOn", ()) for row in bom.get("dependencies", ())}
    for row in rows:
        required = (names[ref] for ref in needs.get(str(row.get("bom-ref", "")), ()) if ref in names)
        yield str(row["name"]), {**_component(row), "requires": " ".join(sorted(required))}
    for carrier, part in nested(bom):
        fields = {**_component(part), "purl": purl_in(part), "inside": str(carrier["name"])}
        yield f"{carrier['name']} > {part['name']}", fields


def _component(row: Mapping[str, Any]) -> Fields:
    hashes = {str(one["content"]) for link in row.get("externalReferences", ()) for one in link.get("hashes", ())}
    hashes |= {str(one["content"]) for one in row.get("hashes", ())}
    licenses = [
        str(one.get("expression") or one["license"].get("id") or one["license"].get("name", ""))
        for one in row.get("licenses", ())
    ]
    licenses += [str(one["value"]) for one in row.get("properties", ()) if one["name"] == DECLARED]
    return {
        "version": str(row.get("version", "")),
        "license": "; ".join(sorted(licenses)),
        "hashes": " ".join(sorted(hashes)),
        "purl": str(row.get("purl", "")),
    }


def _tests(data: bytes) -> Iterator[tuple[str, Fields]]:
    for name, result in load_records(data).results.items():
        said = {"outcome": result.outcome, "seconds": f"{result.seconds:.3f}", "message": result.message[:300]}
        yield name, said


def _surface(data: bytes) -> Iterator[tuple[str, Fields]]:
    for item in load_surface(data).items:
        places = ", ".join(f"{spot.path}:{spot.line}" for spot in item.places)
        about = {"guard": item.guard, "bind": item.bind, "tls": item.tls, "unresolved": item.unresolved}
        yield item.key, {**about, "places": places[:300]}


def _requirements(data: bytes) -> Iterator[tuple[str, Fields]]:
    for row in strict_json.loads_object(data, what="trace.json")["rows"]:
        state = "shown by this build" if row["verified"] else "not shown"
        said = {"kind": str(row["kind"]), "state": state, "title": str(row["title"]), "category": str(row["category"])}
        yield str(row["id"]), {**said, "proofs": ", ".join(map(str, row["proofs"]))}


def _workflows(data: bytes) -> Iterator[tuple[str, Fields]]:
    for path, text in strict_json.loads_object(data, what="files.json").items():
        yield str(path), {"sha256": sha256(str(text).encode())}


def _waivers(data: bytes | None) -> Iterator[tuple[str, Fields]]:
    for one in load_waivers(data, "the waivers") if data is not None else ():
        what = one.fingerprint or f"{one.component} {one.versions}"
        said = {"gate": one.gate, "rule": one.rule, "what": what, "owner": one.owner, "approver": one.approver}
        yield one.id, {**said, "expires": one.expires.isoformat(), "reason": one.reason}


def _flat(value: object, path: str = "") -> Iterator[tuple[str, Fields]]:
    """Every leaf of a policy with the way to it; a rule goes by its id, so that its place in the file means nothing."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _flat(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for number, one in enumerate(value, start=1):
            yield from _flat(one, f"{path}.{one.get('id', number)}")
    else:
        yield path, {"value": strict_json.dumps(value).decode() if isinstance(value, list) else str(value)}
