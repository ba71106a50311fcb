"""
Does an advisory affect a version? OSV's own rule: listed among `versions`, or inside one of the `ranges`.

Versions are compared by PEP 440, prereleases like any other. A listed version that PEP 440 cannot read is compared as
text; a range that cannot be read affects everything, because a doubt is never a pass.
"""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from sdlc.formats.osv_json import Advisory, Affected


def is_affected(affected: Affected, version: str) -> bool:
    """True when `version` is listed or lies in a range of `affected`."""
    if version in affected.versions:
        return True
    try:
        parsed = Version(version)
    except InvalidVersion:
        return bool(affected.ranges)
    for listed in affected.versions:
        try:
            if Version(listed) == parsed:
                return True
        except InvalidVersion:
            continue
    return any(_inside(events, parsed) for events in affected.ranges)


def smallest_fix(advisory: Advisory, name: str, version: str) -> str:
    """The smallest fixed version above `version`, or an empty string."""
    fixed: list[Version] = []
    for affected in advisory.affected:
        for events in affected.ranges if affected.name == name else ():
            for kind, text in events:
                if kind == "fixed":
                    try:
                        if Version(text) > Version(version):
                            fixed.append(Version(text))
                    except InvalidVersion:
                        continue
    return str(min(fixed)) if fixed else ""


def _inside(events: tuple[tuple[str, str], ...], version: Version) -> bool:
    """Walk the events in order of version: after `introduced` affected, after `fixed` not, `last_affected` included."""
    try:
        ordered = sorted(
            ((_parse(text), kind) for kind, text in events), key=lambda pair: (pair[0], pair[1] != "fixed")
        )
    except InvalidVersion:
        return True
    inside = False
    for at, kind in ordered:
        if kind == "introduced" and at <= version:
            inside = True
        elif (kind == "fixed" and at <= version) or (kind == "last_affected" and at < version):
            inside = False
    return inside


def _parse(text: str) -> Version:
    return Version("0.dev0") if text == "0" else Version(text)
