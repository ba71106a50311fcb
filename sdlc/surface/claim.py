"""What a model claims about the surface, as plain values, and what a claim's pattern matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache

from sdlc.surface.item import Item

SERVICES = {
    "storage": ("C-STORE",),
    "verification": ("C-ECHO",),
    "query-retrieve": ("C-FIND", "C-MOVE", "C-GET"),
    "worklist": ("C-FIND",),
    "storage-commitment": ("N-ACTION", "N-EVENT-REPORT"),
    "procedure-step": ("N-CREATE", "N-SET", "N-GET", "N-EVENT-REPORT"),
    "print": ("N-CREATE", "N-SET", "N-GET", "N-ACTION", "N-DELETE", "N-EVENT-REPORT"),
}
"""DICOM services by the words of a claim."""


@dataclass(frozen=True)
class Claim:
    """One claim: `auth`, `bind`, `tls` empty and `port` None where it is silent; `index` is its number in its list."""

    pattern: str
    index: int
    auth: str = ""
    bind: str = ""
    tls: str = ""
    port: int | None = None
    services: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The part before the colon."""
        return self.pattern.partition(":")[0]

    def matches(self, item: Item) -> bool:
        """True when `item` is what this claim speaks of."""
        if item.kind != self.kind:
            return False
        locator = item.locator
        if self.services:
            locator, _, service = locator.partition(" ")
            if service not in {word for name in self.services for word in SERVICES[name]}:
                return False
        return bool(_pattern(self.pattern.partition(":")[2], item.kind).fullmatch(locator))


@dataclass(frozen=True)
class Component:
    """One component of a model: whose files it owns, what it claims, where data reach it.

    `path` is the model's file. `flows` are pairs of a data flow's id and its port (None: not said) that end here;
    `crossed` is true when one of them does so over a declared boundary. `zones` counts the model's trust zones.
    """

    system: str
    name: str
    path: str
    code: tuple[str, ...]
    claims: tuple[Claim, ...]
    external: bool = False
    flows: tuple[tuple[str, int | None], ...] = ()
    crossed: bool = False
    zones: int = 1

    def owns(self, path: str) -> bool:
        """True when `path` matches one of the globs (`*` crosses folders)."""
        return any(fnmatch(path, glob) for glob in self.code)


def owners(components: Iterable[Component], path: str) -> tuple[Component, ...]:
    """The components that `path` belongs to."""
    return tuple(component for component in components if component.owns(path))


@lru_cache(maxsize=4096)
def _pattern(glob: str, kind: str) -> re.Pattern[str]:
    """`glob` as an expression: `**` is anything, `*` all but a slash; the method `*` of a route is any method."""
    method, space, path = glob.partition(" ")
    if kind == "http" and space:
        first = r"[A-Z*]+|\{\?method\}" if method == "*" else re.escape(method)
        return re.compile(f"(?:{first}) {_translated(path)}", re.DOTALL)
    return re.compile(_translated(glob), re.DOTALL)


def _translated(glob: str) -> str:
    parts = re.split(r"(\*\*|\*)", glob)
    return "".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
