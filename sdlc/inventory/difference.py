"""
Two SBOMs compared: which components came, went, changed their version, or are other files or under another license.

A component is the same in both when its package URL without the version, else its kind and name, is the same, and what
carries it is the same as well. Where either side has several versions of it, versions that both have are paired, and
the others came or went, unless exactly one is left on each side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sdlc.inventory.rows import Inventory, Item

SCHEMA = "sdlc.sbom-diff/1"
WORDS = ("added", "removed", "version", "hashes", "license")
Identity = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One difference: `word` is one of WORDS; `old` or `new` is None for what came or went.

    `carriers` are the names of what carries it, the outermost first.
    """

    word: str
    old: Item | None
    new: Item | None
    carriers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The component's name, with what carries it."""
        one = self.new or self.old
        return " / ".join((*self.carriers, one.name if one is not None else ""))

    @property
    def values(self) -> tuple[str, str]:
        """What was and what is; empty where there is nothing."""
        read: Callable[[Item], str] = {
            "hashes": lambda item: " ".join(item.hashes),
            "license": lambda item: item.concluded or item.license,
        }.get(self.word, lambda item: item.version)
        return read(self.old) if self.old else "", read(self.new) if self.new else ""


def differences(old: Inventory, new: Inventory) -> tuple[Change, ...]:
    """Every change, the product's own first, then by carrier and name."""
    before, after = _grouped(old), _grouped(new)
    root = _of_pair(old.root, new.root, ())
    rest = [
        change
        for key in sorted({*before, *after})
        for change in _of_group(before.get(key, []), after.get(key, []), key[:-1])
    ]
    return (*root, *rest)


def to_json(old: Inventory, new: Inventory, changes: tuple[Change, ...]) -> dict[str, Any]:
    """The document of `sdlc sbom diff --json`, schema sdlc.sbom-diff/1."""
    return {
        "schema": SCHEMA,
        "old": _about(old),
        "new": _about(new),
        "counts": {word: sum(change.word == word for change in changes) for word in WORDS},
        "changes": [
            {
                "what": change.word,
                "name": (change.new or change.old or old.root).name,
                "carriers": list(change.carriers),
                "purl": {"old": change.old.purl if change.old else "", "new": change.new.purl if change.new else ""},
                "old": change.values[0],
                "new": change.values[1],
            }
            for change in changes
        ],
    }


def _about(inventory: Inventory) -> dict[str, Any]:
    return {
        "product": inventory.root.name,
        "version": inventory.root.version,
        "serialNumber": inventory.serial,
        "components": len(inventory.items),
    }


def _grouped(inventory: Inventory) -> dict[Identity, list[Item]]:
    by_ref = inventory.by_ref()
    found: dict[Identity, list[Item]] = {}
    for item in inventory.items:
        carriers: list[str] = []
        one = item
        while one.carrier:
            one = by_ref[one.carrier]
            carriers.insert(0, one.name if one is not inventory.root else "")
        found.setdefault((*carriers, _identity(item)), []).append(item)
    return found


def _identity(item: Item) -> str:
    if item.purl:
        bare, _, inside = item.purl.partition("#")
        return f"{bare.partition('?')[0].rpartition('@')[0] or bare}{f'#{inside}' if inside else ''}"
    return f"{item.kind} {item.name}"


def _of_group(old: list[Item], new: list[Item], carriers: tuple[str, ...]) -> Iterator[Change]:
    paired: list[tuple[Item, Item]] = []
    left, right = list(old), list(new)
    for item in old:
        same = next((other for other in right if other.version == item.version), None)
        if same is not None:
            paired.append((item, same))
            left.remove(item)
            right.remove(same)
    if len(left) == len(right) == 1:
        paired.append((left.pop(), right.pop()))
    for before, after in paired:
        yield from _of_pair(before, after, carriers)
    yield from (Change("removed", item, None, carriers) for item in left)
    yield from (Change("added", None, item, carriers) for item in right)


def _of_pair(old: Item, new: Item, carriers: tuple[str, ...]) -> tuple[Change, ...]:
    """A new version has other files by nature; only its license is worth a second row."""
    found = [Change("version", old, new, carriers)] if old.version != new.version else []
    if old.version == new.version and old.hashes != new.hashes:
        found.append(Change("hashes", old, new, carriers))
    if (old.license, old.concluded) != (new.license, new.concluded):
        found.append(Change("license", old, new, carriers))
    return tuple(found)
