"""`NOTICES.txt`: the license texts of everything that is shipped, in one file; a text that is missing is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

RULE = "=" * 78


@dataclass(frozen=True)
class Entry:
    """One component: its `license` in words, the `files` that hold its texts (path, digest), and what is inside of
    it as (name, license)."""

    name: str
    version: str
    license: str
    files: tuple[tuple[str, str], ...]
    inside: tuple[tuple[str, str], ...] = ()


def notices(product: str, entries: Iterable[Entry], texts: Mapping[str, bytes]) -> bytes:
    """The file for `product`: every entry in order of name, every text once and by reference where it comes again."""
    rows = sorted(entries, key=lambda entry: (entry.name, entry.version))
    lacking = [entry for entry in rows if not entry.files]
    lines = [f"{product} contains software of others: {len(rows)} components.", ""]
    if lacking:
        lines += ["No license text was found of:", *(f"  {one.name} {one.version}" for one in lacking), ""]
    first: dict[str, str] = {}
    for entry in rows:
        title = f"{entry.name} {entry.version}".strip()
        lines += [RULE, title, f"License: {entry.license}"]
        if entry.inside:
            lines += ["Inside of it:", *(f"  {name}: {license}" for name, license in entry.inside)]
        for path, digest in entry.files:
            lines += ["", f"--- {path}"]
            if digest in first:
                lines.append(f"(the same text as {first[digest]})")
                continue
            first[digest] = f"{path} of {title}"
            lines += ["", *(line.rstrip() for line in _text(texts[digest]).splitlines())]
        lines.append("")
    return "\n".join(lines).encode("utf-8")


def _text(data: bytes) -> str:
    """The text of a file of a stranger: what is no UTF-8 is replaced, and what moves a terminal is left out."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    return "".join(one for one in text if one in "\n\r\t" or one.isprintable() or one == "\x0c").replace("\x0c", "\n")
