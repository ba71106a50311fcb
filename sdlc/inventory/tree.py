"""
The dependency tree of an SBOM as lines of text: what requires what, and what each component carries inside.

A component that several others require is shown in full once, and named at the other places. What nothing reaches from
the product (the rows that a universal lock has for other targets) comes last, under a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sdlc.inventory.rows import Inventory, Item

UNREACHED = "not reached from the product:"


@dataclass(frozen=True)
class Line:
    """One line: its `prefix` of lines and corners, the component (None for a heading), and a `note` behind it."""

    prefix: str
    item: Item | None
    note: str

    def __str__(self) -> str:
        if self.item is None:
            return f"{self.prefix}{self.note}"
        said = f"{self.item.name} {self.item.version or '(no version)'}"
        return f"{self.prefix}{said}{f'  {self.note}' if self.note else ''}"


def tree(inventory: Inventory, *, depth: int | None = None) -> Iterator[Line]:
    """The lines, the product first; below `depth` levels nothing is shown, and the line above says how much that is."""
    by_ref, carried = inventory.by_ref(), inventory.carried()
    shown: set[str] = set()
    yield from _branch(inventory.root, "", "", "", by_ref, carried, shown, depth)
    reached = _reached(inventory.root, by_ref, carried)
    others = [item for item in inventory.items if item.ref not in reached and not item.carrier]
    if others:
        yield Line("", None, UNREACHED)
        needed = {ref for item in others for ref in item.requires}
        roots = [item for item in others if item.ref not in needed]
        printed: set[str] = set()
        for item in [*_sorted(roots), *_sorted(others)]:  # at the end what only a circle reaches
            if item.ref not in printed:
                branch = list(_branch(item, "", "", "", by_ref, carried, shown, depth))
                printed.update(line.item.ref for line in branch if line.item is not None)
                yield from branch


def _branch(
    top: Item,
    prefix: str,
    below: str,
    why: str,
    by_ref: dict[str, Item],
    carried: dict[str, list[Item]],
    shown: set[str],
    depth: int | None,
) -> Iterator[Line]:
    """`top` and what hangs on it. A stack of our own: a document decides how deep it goes."""
    stack = [(top, prefix, below, why, depth)]
    while stack:
        item, prefix, below, why, left = stack.pop()
        inside = _sorted(carried.get(item.ref, []))
        required = _sorted([by_ref[ref] for ref in item.requires])
        again = item.ref in shown and bool(inside or required)
        cut = left == 0 and bool(inside or required) and not again
        hidden = f"… {len(required)} required, {len(inside)} inside" if cut else ""
        yield Line(prefix, item, "  ".join(filter(None, (why, _note(item), "(see above)" if again else "", hidden))))
        if again or cut:
            continue
        shown.add(item.ref)
        children = [(one, f"inside, {one.ecosystem or one.kind}") for one in inside] + [(one, "") for one in required]
        rest = None if left is None else left - 1
        for number, (child, relation) in reversed(list(enumerate(children))):
            last = number == len(children) - 1
            corner, line = ("└─ ", "   ") if last else ("├─ ", "│  ")
            stack.append((child, below + corner, below + line, relation, rest))


def _note(item: Item) -> str:
    """What there is to say of a component on its line."""
    ways = sorted({_way(one) for one in item.evidence})
    said = [
        f"[{', '.join(ways)}; {item.confidence:g}]" if item.evidence and item.confidence is not None else "",
        f"({' or '.join(item.markers)})" if item.markers else "",
        f"from {', '.join(item.sources)}" if item.sources else "",
        f"{len(item.unexplained)} unexplained" if item.unexplained else "",
    ]
    return "  ".join(filter(None, said))


def _way(evidence: str) -> str:
    """How an embedded part was seen: the word before the colon of ``path: manifest-analysis: text``."""
    parts = evidence.split(": ")
    return parts[1] if len(parts) > 2 else "seen"


def _reached(root: Item, by_ref: dict[str, Item], carried: dict[str, list[Item]]) -> set[str]:
    found: set[str] = set()
    queue = [root]
    while queue:
        item = queue.pop()
        if item.ref not in found:
            found.add(item.ref)
            queue += [by_ref[ref] for ref in item.requires] + carried.get(item.ref, [])
    return found


def _sorted(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.name, item.version, item.ref))
