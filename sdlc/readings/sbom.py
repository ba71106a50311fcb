"""
Reads the SBOM, what the lock says and what the wheel says, and whether the three agree.

=====================  ==========================================================================
SBOM-INVALID           the document is not strictly valid CycloneDX 1.6
SBOM-UNPINNED          a locked package has no exact version, or no sha256 hash
SBOM-CONFLICT          one lock pins a package at several versions for the target
SBOM-UNLOCKED          the wheel requires what no lock pins
SBOM-OUTSIDE           the wheel requires a version that the lock does not pin
SBOM-RECORD-DIFFERS    a member of the wheel is not what its RECORD says
SBOM-VERSION-DIFFERS   the wheel has another version than the product's configuration states
SBOM-OTHER-INSTALLED   what was built and tested with has another version than the lock pins for the target
SBOM-NO-WHEEL          the build gave no wheel, so there is nothing to compare the lock with
=====================  ==========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.components.agreement import Disagreement, conflicts, disagreements, is_python, on_target, same_version
from sdlc.components.declared import Key, graph, is_address, is_email, key_of
from sdlc.components.embedded import insides
from sdlc.components.nested_components import due, edges_differ, nested, written
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.bom_properties import FILENAME, SOURCE
from sdlc.formats.requirements_txt import Pin, addresses
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "cyclonedx-1.6/1"
GRADE = Grade.REPLAYED
NEEDS = ("build",)

_AUTHOR = re.compile(r"(?P<name>[^<>\x00-\x1f]{1,200}?) <(?P<place>[^<>\s]+)>")

UNBUILT_PYTHON = "3.11"
"""The target's Python where neither the settings nor a build name one."""

CWE: dict[str, tuple[int, ...]] = {
    "SBOM-UNPINNED": (494,),
    "SBOM-CONFLICT": (1357,),
    "SBOM-UNLOCKED": (1357,),
    "SBOM-OUTSIDE": (1357,),
    "SBOM-OTHER-INSTALLED": (1357,),
    "SBOM-RECORD-DIFFERS": (353,),
}
OWASP: dict[tuple[int, ...], tuple[str, ...]] = {
    (494,): ("A08:2021", "A08:2025"),
    (353,): ("A08:2021", "A08:2025"),
    (1357,): ("A03:2025",),
}


@dataclass(frozen=True)
class Settings:
    """What is shipped, and for which target.

    `requirements` are the locks of what is shipped (empty: discovered), `extras` those of the product that are shipped
    with it, `python` the version of the target (``3.11`` or ``3.11.7``; empty: that of the build's environment).
    `author` answers for the SBOM: ``Name <e-mail>`` or ``Name <https://…>``; empty: unknown, and the SBOM says so.
    """

    requirements: tuple[str, ...] = field(default=(), metadata={"change": "free"})
    extras: tuple[str, ...] = field(default=(), metadata={"change": "free"})
    python: str = field(default="", metadata={"change": "free"})
    author: str = field(default="", metadata={"change": "free"})


def python_of(settings: Settings, build: bytes | None) -> str:
    """The target's Python; `build` is the build gate's `build.json`. Raises UnreadableError when it is no version."""
    python = settings.python or UNBUILT_PYTHON
    if not settings.python and build is not None:
        python = str(strict_json.loads_object(build, what="build.json").get("python", ""))
    if not is_python(python):
        raise UnreadableError(
            f"sdlc.toml: gates.sbom.python: {python!r} is no version of Python", hint='write python = "3.12"'
        )
    return python


def author_of(settings: Settings) -> dict[str, Any] | None:
    """Who answers for the SBOM, as CycloneDX writes an organization; raises UnreadableError when it is nobody."""
    if not settings.author:
        return None
    if matched := _AUTHOR.fullmatch(settings.author):
        if is_email(matched["place"]):
            return {"name": matched["name"], "contact": [{"email": matched["place"]}]}
        if is_address(matched["place"]):
            return {"name": matched["name"], "url": [matched["place"]]}
    raise UnreadableError(
        f"sdlc.toml: gates.sbom.author: {settings.author!r:.80} names nobody who can be reached",
        hint='write author = "Maker <security@maker.example>"',
    )


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when the SBOM is valid, everything is pinned with a hash, and lock and wheel agree."""
    bom, validation, lock, wheels = (
        _document(raw, name) for name in ("bom.cdx.json", "validation.json", "lock.json", "wheels.json")
    )
    built = {
        name.removeprefix("build/dist/"): sha256(data)
        for name, data in raw.items()
        if name.startswith("build/dist/") and name.endswith(".whl")
    }
    python = python_of(settings, raw.get("build/build.json"))
    try:
        pins = _pins(lock)
        rows, product = wheels["wheels"], wheels["product"]
        components, listed = _components(bom), _listed(pins, rows, str(product["name"]))
        findings = (
            *_invalid(validation),
            *_of_locks(pins, python),
            *_of_build(built, pins, answered="build/build.json" in raw),
            *(_of_environment(raw, pins, python) if "embedded.json" in raw else ()),
            *(finding for row in rows for finding in _of_wheel(row, product, _available(pins, rows), python, settings)),
        )
        edges = sum(len(row.get("dependsOn", ())) for row in bom.get("dependencies", ()))
        version = str(bom["metadata"]["component"]["version"])
        unknown = sorted(set(settings.extras) - {extra for row in rows for extra in row["extras"]})
        seen = {str(row["file"]): str(row["sha256"]) for row in rows}
        own = frozenset(key_of(str(row["name"]), str(row["version"])) for row in rows)
        inside = _inside(raw, bom, own, python)
        signed_by, answers = bom["metadata"].get("manufacturer"), author_of(settings)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise UnreadableError(f"the evidence of sbom is malformed: {type(error).__name__}: {error}") from None
    if components != listed:
        name = min(key[0] for key, _ in components.items() ^ listed.items())
        raise UnreadableError(f"bom.cdx.json and the lock do not say the same of {name}", hint="run the gate again")
    if signed_by != answers:
        raise UnreadableError("bom.cdx.json and sdlc.toml name different authors", hint="run the gate again")
    if seen != built:
        raise UnreadableError("wheels.json is not about the wheels of the build", hint="run the gate again")
    counters = {"components": len(components), "edges": edges, "wheels": len(rows), **inside}
    plural = "" if len(rows) == 1 else "s"
    within = f"{inside['embedded']} parts inside of them, " if inside.get("embedded") else ""
    said = f"{len(components)} components, {within}{edges} edges, {len(rows)} wheel{plural}, CycloneDX 1.6"
    if not components:
        sentence, hint = "the lock pins nothing", "lock the dependencies: uv pip compile --generate-hashes"
        return Reading(Outcome.ERROR, counters=counters, sentence=sentence, hint=hint)
    if unknown and rows:
        sentence = f"sdlc.toml: gates.sbom.extras: no wheel of the build has the extra {unknown[0]!r}"
        return Reading(Outcome.ERROR, counters=counters, sentence=sentence, hint="mend the name, or add the extra")
    return Reading(Outcome.of(findings, work=len(components)), findings, counters, {"product-version": version}, said)


def _document(raw: RawArtifacts, name: str) -> dict[str, Any]:
    if name not in raw:
        raise UnreadableError(f"{name} is missing in the evidence of sbom", hint="run the gate again")
    return strict_json.loads_object(raw[name], what=name)


def _components(bom: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The hashes of every component, and where it and its files come from, by name and version."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in bom.get("components", ()):
        links = [link for link in one.get("externalReferences", ()) if link.get("hashes")]
        said = {row["content"] for link in links for row in link["hashes"]}
        said |= {link["url"] for link in links if not link["url"].startswith("urn:sha256:")}
        said |= {row["value"] for row in one.get("properties", ()) if row["name"] in (SOURCE, FILENAME)}
        found[str(one["name"]), str(one.get("version", ""))] = tuple(sorted(map(str, said)))
    return found


def _listed(
    pins: Mapping[str, tuple[Pin, ...]], wheels: Iterable[Mapping[str, Any]], product: str
) -> dict[tuple[str, str], tuple[str, ...]]:
    """What the components must be: everything that is locked, and every wheel of the build but the product's own."""
    hashes: dict[tuple[str, str], set[str]] = {}
    files: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    more: dict[tuple[str, str], set[str]] = {}
    for pin in (pin for lock in pins.values() for pin in lock):
        key = (pin.name, pin.version)
        hashes.setdefault(key, set()).update(pin.hashes)
        files.setdefault(key, set()).update(pin.files)
        more.setdefault(key, set()).update(filter(None, (pin.source, *(name for _, name, _ in pin.files))))
    for wheel in wheels:
        if wheel["name"] != product:
            hashes.setdefault((wheel["name"], wheel["version"]), set()).add(wheel["sha256"])
    for key, several in files.items():
        more[key] |= {address for digest, address in addresses(several).items() if digest in hashes[key]}
    return {key: tuple(sorted(several | more.get(key, set()))) for key, several in hashes.items()}


def _inside(raw: RawArtifacts, bom: Mapping[str, Any], built: frozenset[Key], python: str) -> dict[str, int]:
    """Counters of what is inside of the components; the SBOM must say what the observations give.

    Evidence whose `validation.json` has no `format` may lack `embedded.json`: it was written before anybody looked
    inside, and nests nothing. What the wheels of the
    build (`built`) require depends on the settings, and is judged against the lock.
    """
    new = "embedded.json" in raw or "format" in _document(raw, "validation.json")
    observed = _document(raw, "embedded.json")["distributions"] if new else []
    seen = insides(observed)
    said, must = written(bom), due(seen)
    differing = sorted(key for key in {*said, *must} if said.get(key) != must.get(key))
    if differing and ("embedded.json" in raw or any(nested(bom))):
        text = f"bom.cdx.json and embedded.json do not say the same of what is inside of {differing[0][0]}"
        raise UnreadableError(text, hint="run the gate again")
    edges = {key: names for key, names in graph(seen, python).items() if key not in built}
    if name := edges_differ(bom, edges):
        text = f"bom.cdx.json and embedded.json do not say the same of what {name} requires"
        raise UnreadableError(text, hint="run the gate again")
    if "embedded.json" not in raw:
        return {}
    parts = sum(len(one.parts) for one in seen.values())
    return {"embedded": parts, "unexplained": sum(len(one.unexplained) for one in seen.values())}


def _pins(lock: Mapping[str, Any]) -> dict[str, tuple[Pin, ...]]:
    """The pins of every lock, by its path."""
    return {
        str(row["path"]): tuple(
            Pin(
                *(str(p["name"]), str(p["version"]), tuple(p["hashes"]), str(p["marker"]), int(p["line"])),
                source=str(p.get("source", "")),  # older evidence has neither
                files=tuple((str(digest), str(name), str(address)) for digest, name, address in p.get("files", ())),
            )
            for p in row["pins"]
        )
        for row in lock["files"]
    }


def _available(pins: Mapping[str, tuple[Pin, ...]], wheels: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Pin, ...]]:
    """`pins` and, as if they were locked, the wheels of the build: they may require each other."""
    own = tuple(Pin(str(w["name"]), str(w["version"]), (str(w["sha256"]),), "", 0) for w in wheels)
    return {**pins, "": own}


def _invalid(validation: Mapping[str, Any]) -> Iterator[Finding]:
    if validation["valid"] is not True:
        errors = validation["errors"]
        text = f"the SBOM is not valid CycloneDX: {errors[0] if errors else 'no reason was given'}"
        yield _finding("SBOM-INVALID", text, "Report it: the gate made a wrong document.", "sbom")


def _of_locks(locks: Mapping[str, tuple[Pin, ...]], python: str) -> Iterator[Finding]:
    for path, pins in locks.items():
        fix = f"Lock again with hashes: uv pip compile --generate-hashes -o {path}."
        for pin in pins:
            if not pin.version or not pin.hashes:
                lacks = "an exact version" if not pin.version else "a sha256 hash"
                text = f"{pin.name} is locked {f'to {pin.source} ' if pin.source else ''}without {lacks}"
                yield _finding("SBOM-UNPINNED", text, fix, pin.name, Place(path, pin.line))
        for gap in conflicts(pins, python):
            text = f"{gap.name} is locked at {gap.required} for Python {python} on Linux"
            line = max(pin.line for pin in pins if pin.name == gap.name)
            yield _finding("SBOM-CONFLICT", text, fix, gap.name, Place(path, line))


def _of_build(built: Mapping[str, str], locks: Mapping[str, tuple[Pin, ...]], *, answered: bool) -> Iterator[Finding]:
    """Without a build and with one that made no wheel are two findings: the first is also that of a base commit."""
    if not built:
        why = "made no wheel" if answered else "gave no answer"
        text = f"the build {why}: nothing says whether the lock is that of what is shipped"
        yield _finding("SBOM-NO-WHEEL", text, "Let the build gate make the product's wheel.", why, _first(locks))


def _first(locks: Mapping[str, tuple[Pin, ...]], name: str = "") -> Place | None:
    """Where the locks begin, or where they pin `name` first."""
    rows = ((path, pin.line) for path, pins in locks.items() for pin in pins if path and name in ("", pin.name))
    return next((Place(path, line) for path, line in rows if line), None)


def _of_environment(raw: RawArtifacts, locks: Mapping[str, tuple[Pin, ...]], python: str) -> Iterator[Finding]:
    """What the build installed under a locked name, at a version that no row for the target has."""
    if "build/build.json" not in raw:
        return
    build = strict_json.loads_object(raw["build/build.json"], what="build.json")
    packages = build.get("packages", ())
    installed: dict[str, str] = {canonicalize_name(str(row["name"])): str(row["version"]) for row in packages}
    pinned: dict[str, list[tuple[str, Pin]]] = {}
    for path, pins in locks.items():
        for pin in pins:
            if pin.version and on_target(pin.marker, python):
                pinned.setdefault(pin.name, []).append((path, pin))
    for name, rows in sorted(pinned.items()):
        there = installed.get(name, "")
        if there and not any(same_version(pin.version, there) for _, pin in rows):
            path, pin = rows[0]
            text = f"{name} is locked at {pin.version}, but what was built and tested with is {there}"
            fix = "Let the lock of the build pin what is shipped: uv pip compile -c with the lock of what is shipped."
            yield _finding("SBOM-OTHER-INSTALLED", text, fix, name, Place(path, pin.line))


def _of_wheel(
    wheel: Mapping[str, Any],
    product: Mapping[str, Any],
    locks: Mapping[str, tuple[Pin, ...]],
    python: str,
    settings: Settings,
) -> Iterator[Finding]:
    for member in wheel["wrong"]:
        text = f"{wheel['file']}: {member} is not what the wheel's RECORD says"
        yield _finding("SBOM-RECORD-DIFFERS", text, "Build the wheel again, with a standard backend.", member)
    every = [pin for pins in locks.values() for pin in pins]
    for gap in disagreements(wheel["requires"], every, python, product=wheel["name"], extras=settings.extras):
        yield _of_gap(gap, str(wheel["name"]), locks)
    if wheel["name"] == product["name"] and not same_version(wheel["version"], product["version"]):
        text = f"the wheel is version {wheel['version']}, the configuration says {product['version']}"
        fix = "Let pyproject.toml and sdlc.toml say the same version."
        yield _finding("SBOM-VERSION-DIFFERS", text, fix, wheel["name"])


def _of_gap(gap: Disagreement, wheel: str, locks: Mapping[str, tuple[Pin, ...]]) -> Finding:
    named = " and ".join(filter(None, locks))
    text = f"{wheel} requires {gap.required!r}, which {named} does not pin"
    if gap.kind == "outside":
        text = f"{wheel} requires {gap.required!r}, but {named} pins {gap.pinned}"
    fix = "Lock again, so that what is tested is what users get."
    return _finding(f"SBOM-{gap.kind.upper()}", text, fix, gap.name, _first(locks, gap.name))


def _finding(rule: str, message: str, fix: str, subject: str, place: Place | None = None) -> Finding:
    cwe = CWE.get(rule, ())
    return Finding(
        rule=rule,
        message=message,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"{rule} {subject}".encode())[:32],
        place=place,
        subject=subject,
        fix=fix,
        reproduce="sdlc check --gate sbom -v",
        cwe=cwe,
        owasp=OWASP.get(cwe, ()),
    )
