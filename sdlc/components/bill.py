"""From pins, wheels and what is inside of them to the parts of an SBOM."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from packaging.utils import canonicalize_name

from sdlc.components.agreement import required
from sdlc.components.declared import Key, graph, key_of
from sdlc.formats.cyclonedx_json import Part
from sdlc.formats.requirements_txt import Pin
from sdlc.formats.wheel_metadata import WheelMetadata
from sdlc.model.embedded import Inside


def locked_parts(pins: Iterable[Pin], inside: Mapping[Key, Inside], python: str) -> list[Part]:
    """What is locked; what it requires is known of what is installed."""
    edges = graph(inside, python)
    return [
        Part(
            pin.name,
            pin.version,
            pin.hashes,
            requires=edges.get(key_of(pin.name, pin.version), ()),
            markers=(pin.marker,) if pin.marker else (),
            sources=(pin.source,) if pin.source else (),
            files=pin.files,
        )
        for pin in pins
    ]


def unchanged(old: Iterable[Pin], new: Iterable[Pin]) -> set[Key]:
    """What both lock at one version with the same hashes, at least one: the same files, whoever brings them."""
    before, after = _hashes(old), _hashes(new)
    return {key for key, hashes in before.items() if hashes and after.get(key) == hashes}


def _hashes(pins: Iterable[Pin]) -> dict[Key, frozenset[str]]:
    found: dict[Key, frozenset[str]] = {}
    for pin in pins:
        key = key_of(pin.name, pin.version)
        found[key] = found.get(key, frozenset()) | frozenset(pin.hashes)
    return found


def wheel_part(wheel: WheelMetadata, digest: str, python: str, extras: Collection[str]) -> Part:
    """A wheel of the build, whose sha256 is `digest`, with what it requires on the target with `extras`."""
    needed = required(wheel.requires, python, product=wheel.name, extras=extras)
    names = tuple(canonicalize_name(one.name) for one in needed if not isinstance(one, str))
    return Part(wheel.name, wheel.version, (digest,), wheel.license, names)


def root_part(product: str, version: str, wheels: list[Part]) -> Part:
    """The product as one part: its wheels (for several platforms) joined; without one, what the files declare."""
    own = [part for part in wheels if part.name == product] or [part for part in wheels if part.name == wheels[0].name]
    if not own:
        return Part(product, version or "unknown")
    hashes = tuple(digest for part in own for digest in part.hashes)
    requires = tuple(sorted({name for part in own for name in part.requires}))
    return Part(own[0].name, own[0].version, hashes, own[0].license, requires)
