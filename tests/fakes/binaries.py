"""ELF files made in memory: sections with content, machine code among them, as a linker would lay them out."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION = struct.Struct("<IIQQQQIIQQ")


def make_elf(sections: Mapping[str, bytes] | None = None, *, code: bytes = b"") -> bytes:
    """A 64-bit little-endian shared object of `sections` by name; `code` is its executable section `.text`."""
    every = [("", 0, 0, b""), (".text", 1, 6, code), *((name, 1, 2, data) for name, data in (sections or {}).items())]
    names = b"".join(name.encode() + b"\0" for name, _, _, _ in every) + b".shstrtab\0"
    every.append((".shstrtab", 3, 0, names))
    body, table, at = b"", b"", HEADER.size
    for name, kind, flags, data in every:
        place = names.index(name.encode() + b"\0")
        table += SECTION.pack(place, kind, flags, 0, at + len(body), len(data), 0, 0, 1, 0)
        body += data
    start = at + len(body)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = HEADER.pack(ident, 3, 62, 1, 0, 0, start, 0, 64, 0, 0, 64, len(every), len(every) - 1)
    return head + body + table


def audited(*crates: tuple[str, str]) -> bytes:
    """The section that `cargo auditable` writes."""
    rows = [{"name": name, "version": version, "source": "crates.io"} for name, version in crates]
    return zlib.compress(json.dumps({"packages": rows}).encode())
