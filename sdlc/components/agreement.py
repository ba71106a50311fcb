"""
Lock and wheel, compared: everything that the wheel requires must be pinned, at a version that it accepts.

Markers are evaluated for one stated target, CPython on Linux, because a universal lock holds rows for others too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from sdlc.formats.requirements_txt import Pin

TARGET = {
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "platform_release": "",
    "platform_version": "",
    "extra": "",
}


@dataclass(frozen=True)
class Disagreement:
    """`kind` is `unlocked` or `outside`; `required` is the wheel's own line, `pinned` the lock's version."""

    kind: str
    required: str
    name: str
    pinned: str = ""


def on_target(marker: str, python: str) -> bool:
    """True when `marker` (PEP 508, or empty) holds on the stated target with Python `python` (``3.11``)."""
    if not marker:
        return True
    environment = {**TARGET, "python_version": python, "python_full_version": f"{python}.0"}
    try:
        return bool(Marker(marker).evaluate(environment | {"implementation_version": f"{python}.0"}))
    except InvalidMarker:
        return True


def disagreements(requires: Iterable[str], pins: Iterable[Pin], python: str) -> tuple[Disagreement, ...]:
    """Where the lock does not give what the wheel `requires`."""
    pinned = {pin.name: pin for pin in pins if on_target(pin.marker, python)}
    found: list[Disagreement] = []
    for line in requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            found.append(Disagreement("unlocked", line, line))
            continue
        if not on_target(str(requirement.marker or ""), python):
            continue
        name = canonicalize_name(requirement.name)
        pin = pinned.get(name)
        if pin is None:
            found.append(Disagreement("unlocked", line, name))
        elif pin.version and not _accepts(requirement, pin.version):
            found.append(Disagreement("outside", line, name, pin.version))
    return tuple(found)


def _accepts(requirement: Requirement, version: str) -> bool:
    try:
        return requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False
