"""
Lock and wheel, compared: everything that the wheel requires must be pinned, at a version that it accepts.

Markers are evaluated for one stated target, CPython on Linux, because a universal lock holds rows for others too. A
doubt is never agreement: a marker that cannot be evaluated counts as required in the wheel and as absent in the lock.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

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
}

_PYTHON = re.compile(r"3\.\d{1,3}(\.\d{1,3})?\Z")


@dataclass(frozen=True)
class Disagreement:
    """`kind` is `unlocked`, `outside` or `conflict`; `required` is the wheel's line, or the versions that conflict.

    `pinned` is the lock's version, empty for `unlocked`.
    """

    kind: str
    required: str
    name: str
    pinned: str = ""


def is_python(version: str) -> bool:
    """True when `version` names a Python that a target can have: ``3.11`` or ``3.11.7``."""
    return _PYTHON.match(version) is not None


def on_target(marker: str, python: str, *, extra: str = "", doubt: bool = True) -> bool:
    """True when `marker` (PEP 508, or empty) holds on the stated target with Python `python`; `doubt` if nobody knows.

    ``3.11`` stands for its first release, because a marker such as ``python_full_version < "3.11.3"`` may then hold.
    """
    if not marker:
        return True
    full = python if python.count(".") == 2 else f"{python}.0"
    version = {
        "python_version": full.rpartition(".")[0],
        "python_full_version": full,
        "implementation_version": full,
    }
    try:
        return bool(Marker(marker).evaluate({**TARGET, **version, "extra": extra}))
    except (ValueError, RecursionError):  # what the errors of packaging.markers have in common
        return doubt


def required(
    requires: Iterable[str], python: str, *, product: str = "", extras: Collection[str] = ()
) -> tuple[Requirement | str, ...]:
    """What of the Requires-Dist lines holds on the target with `extras`; a line that nobody can read stays text.

    A requirement on `product` itself (``product[fast]``) is replaced by what its extras require.
    """
    lines = tuple(requires)
    wanted = {"", *map(canonicalize_name, extras)}
    seen: set[str] = set()
    found: dict[str, Requirement | str] = {}
    while wanted - seen:
        extra = min(wanted - seen)
        seen.add(extra)
        for line in lines:
            try:
                requirement = Requirement(line)
            except (InvalidRequirement, RecursionError):
                found[line] = line
                continue
            if not on_target(str(requirement.marker or ""), python, extra=extra):
                continue
            if canonicalize_name(requirement.name) == product:
                wanted |= {canonicalize_name(name) for name in requirement.extras}
            else:
                found[line] = requirement
    return tuple(found.values())


def disagreements(
    requires: Iterable[str],
    pins: Iterable[Pin],
    python: str,
    *,
    product: str = "",
    extras: Collection[str] = (),
) -> tuple[Disagreement, ...]:
    """Where the lock does not give what the wheel `requires`; parameters as for `required`."""
    pinned: dict[str, list[Pin]] = {}
    for pin in pins:
        if on_target(pin.marker, python, doubt=False):
            pinned.setdefault(pin.name, []).append(pin)
    found: list[Disagreement] = []
    for requirement in required(requires, python, product=product, extras=extras):
        if isinstance(requirement, str):
            found.append(Disagreement("unlocked", requirement, requirement))
            continue
        name = canonicalize_name(requirement.name)
        if name not in pinned:
            found.append(Disagreement("unlocked", str(requirement), name))
        found += [
            Disagreement("outside", str(requirement), name, pin.version)
            for pin in pinned.get(name, ())
            if pin.version and not _accepts(requirement, pin.version)
        ]
    return tuple(found)


def conflicts(pins: Iterable[Pin], python: str) -> tuple[Disagreement, ...]:
    """Names that one lock pins at several versions for the same target: an installer takes one of them, or none."""
    versions: dict[str, set[str]] = {}
    for pin in pins:
        if on_target(pin.marker, python):
            versions.setdefault(pin.name, set()).add(pin.version)
    return tuple(
        Disagreement("conflict", ", ".join(sorted(several)), name, max(several))
        for name, several in sorted(versions.items())
        if len(several) > 1
    )


def same_version(one: str, other: str) -> bool:
    """True when both say the same version (PEP 440: ``1.0`` is ``1.0.0``), or are the same text."""
    try:
        return Version(one) == Version(other)
    except ValueError:
        return one == other


def _accepts(requirement: Requirement, version: str) -> bool:
    """A URL is no version that a lock could pin, so it accepts none."""
    try:
        return not requirement.url and requirement.specifier.contains(version, prereleases=True)
    except ValueError:
        return False
