"""What came, went and changed between two surfaces; moving, renaming and reformatting are no difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sdlc.surface.item import Item, Surface


@dataclass(frozen=True)
class Delta:
    """`changed` are keys that both have, with what was seen of guard, address and TLS, before and now."""

    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[tuple[Item, str, str], ...]

    @property
    def is_empty(self) -> bool:
        """True when nothing differs."""
        return not (self.added or self.removed or self.changed)


def compare(old: Surface, new: Surface) -> Delta:
    """From `old` to `new`, in order of the keys."""
    before, after = _by_key(old), _by_key(new)
    added = tuple(one for key in after if key not in before for one in after[key])
    removed = tuple(one for key in before if key not in after for one in before[key])
    changed = []
    for key in after:
        was, now = _seen(before.get(key, [])), _seen(after[key])
        if key in before and was != now:
            changed.append((after[key][0], was, now))
    return Delta(added, removed, tuple(changed))


def seen(item: Item) -> str:
    """What is known of guard, address and TLS, in words."""
    return ", ".join(_words(item)) or "-"


def _words(item: Item) -> Iterator[str]:
    if item.guard:
        yield f"guard {item.guard}"
    if item.bind:
        yield f"bound to {item.bind}"
    if item.tls:
        yield f"TLS {item.tls}"


def _seen(items: list[Item]) -> str:
    return "; ".join(sorted({seen(item) for item in items}))


def _by_key(surface: Surface) -> dict[str, list[Item]]:
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for item in surface.items:
        found[item.key].append(item)
    return dict(sorted(found.items()))
