"""Reads the SBOM, what the lock says and what the wheel says, and whether the three agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sdlc.components.agreement import disagreements
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.requirements_txt import Pin
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "cyclonedx-1.6/1"
GRADE = Grade.REPLAYED
NEEDS = ("build",)


@dataclass(frozen=True)
class Settings:
    """`requirements` are the locks of what is shipped (empty: discovered); `python` the version of the target."""

    requirements: tuple[str, ...] = field(default=(), metadata={"change": "free"})
    python: str = field(default="3.11", metadata={"change": "free"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when the SBOM is valid, everything is pinned with a hash, and lock and wheel agree."""
    bom = strict_json.loads_object(raw["bom.cdx.json"], what="bom.cdx.json")
    validation = strict_json.loads_object(raw["validation.json"], what="validation.json")
    lock = strict_json.loads_object(raw["lock.json"], what="lock.json")
    wheels = strict_json.loads_object(raw["wheels.json"], what="wheels.json")
    try:
        findings = tuple(_findings(validation, lock, wheels, settings))
        components = {(c["name"], c["version"]) for c in bom.get("components", ())}
        edges = sum(len(row.get("dependsOn", ())) for row in bom.get("dependencies", ()))
        unlisted = {(p["name"], p["version"]) for f in lock["files"] for p in f["pins"]} - components
        version = str(bom["metadata"]["component"]["version"])
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(f"the evidence of sbom is malformed: {type(error).__name__}: {error}") from None
    if unlisted:
        raise UnreadableError(f"bom.cdx.json does not list {min(unlisted)[0]}, which the lock pins")
    counters = {"components": len(components), "edges": edges, "wheels": len(wheels["wheels"])}
    said = f"{counters['components']} components, {edges} edges, {counters['wheels']} wheels, CycloneDX 1.6"
    if not components:
        return Reading(
            Outcome.ERROR, counters=counters, sentence="the lock pins nothing", hint="lock the dependencies with hashes"
        )
    outcome = Outcome.of(findings, work=len(components))
    return Reading(outcome, findings, counters, {"product-version": version}, said)


def _findings(
    validation: dict[str, Any], lock: dict[str, Any], wheels: dict[str, Any], settings: Settings
) -> Iterator[Finding]:
    if validation["valid"] is not True:
        errors = validation["errors"]
        text = f"the SBOM is not valid CycloneDX: {errors[0] if errors else 'no reason was given'}"
        yield _finding("SBOM-INVALID", text, "Report it: the gate made a wrong document.", "sbom")
    for path, pins in _pins(lock):
        for pin in pins:
            if not pin.version or not pin.hashes:
                lacks = "an exact version" if not pin.version else "a sha256 hash"
                text = f"{pin.name} is locked without {lacks}"
                fix = f"Lock again with hashes: uv pip compile --generate-hashes -o {path}."
                yield _finding("SBOM-UNPINNED", text, fix, pin.name, Place(path, pin.line))
    every = tuple(pin for _, pins in _pins(lock) for pin in pins)
    locks = ", ".join(path for path, _ in _pins(lock))
    for wheel in wheels["wheels"]:
        for member in wheel["wrong"]:
            text = f"{wheel['file']}: {member} is not what the wheel's RECORD says"
            yield _finding("SBOM-RECORD-DIFFERS", text, "Build the wheel again, with a standard backend.", member)
        for gap in disagreements(wheel["requires"], every, settings.python):
            if gap.kind == "unlocked":
                text = f"{wheel['name']} requires {gap.required!r}, which {locks} does not pin"
            else:
                text = f"{wheel['name']} requires {gap.required!r}, but {locks} pins {gap.pinned}"
            fix = "Lock again, so that what is tested is what users get."
            yield _finding(f"SBOM-{gap.kind.upper()}", text, fix, gap.name)
        if wheel["version"] != wheels["product"]["version"] and wheel["name"] == wheels["product"]["name"]:
            text = f"the wheel is version {wheel['version']}, sdlc.toml says {wheels['product']['version']}"
            yield _finding("SBOM-VERSION-DIFFERS", text, "Let both say the same version.", wheel["name"])


def _pins(lock: dict[str, Any]) -> Iterable[tuple[str, tuple[Pin, ...]]]:
    return [
        (
            str(row["path"]),
            tuple(
                Pin(str(p["name"]), str(p["version"]), tuple(p["hashes"]), str(p["marker"]), int(p["line"]))
                for p in row["pins"]
            ),
        )
        for row in lock["files"]
    ]


def _finding(rule: str, message: str, fix: str, subject: str, place: Place | None = None) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"{rule} {subject}".encode())[:32],
        place=place,
        subject=subject,
        fix=fix,
        reproduce="sdlc check --gate sbom",
        cwe=(1395,) if rule != "SBOM-INVALID" else (),
    )
