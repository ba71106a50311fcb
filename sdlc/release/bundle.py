"""
The evidence bundle: one zip, written so that the same content gives the same bytes, read as if by an enemy.

Members are stored, not compressed: a compressor's output differs between its versions, and the bundle must not. The
reader also takes a deflated copy, but walks the file itself from the first byte to the last: every local header must
agree with the central directory, and between, before and behind them nothing may lie. Nothing is ever written to
disk. Whether the members are the right ones is not decided here: `verify` holds them against the signed lists.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from sdlc.errors import BlockedError
from sdlc.release.candidate import check_names

MANIFEST = "manifest.sigstore.json"
RAW_MANIFEST = "manifest.dsse.json"
CANDIDATE = "candidate.dsse.json"
POLICY = "policy.toml"
WAIVERS = "waivers.toml"
PAGE = "report.html"
REDACTION = "redaction.dsse.json"
HEADS = (MANIFEST, RAW_MANIFEST, CANDIDATE, POLICY, WAIVERS, PAGE, REDACTION)
ARTIFACTS = "artifacts/"
EVIDENCE = "evidence/"
DECISIONS = "decisions/"
ATTESTATIONS = "attestations/"

MAX_MEMBER = 256 * 2**20
MAX_TOTAL = 1024 * 2**20
MAX_MEMBERS = 20_000
MAX_RATIO = 200
HARMLESS = 2**20
"""A member up to this size may be packed as tightly as it likes."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DAY_ONE = 0x0021  # 1980-01-01, the first day a zip can name
_UTF8 = 0x0800
_REDEFINING = {0x0001, 0x7075}  # extra fields that give other sizes or another name than the header
_FOLDERS = re.compile(
    r"decisions/[0-9]{4}\.dsse\.json|evidence/[0-9a-f]{64}|artifacts/[^/]+|attestations/[a-z-]+\.intoto\.json"
)


@dataclass(frozen=True)
class _Entry:
    """What the directory and the member's own header must say alike; sizes and `offset` in bytes."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def decision_name(number: int) -> str:
    """The member that holds decision `number`, counted from 1."""
    return f"{DECISIONS}{number:04d}.dsse.json"


def write_bundle(members: Mapping[str, bytes]) -> bytes:
    """One zip of `members`, equal for equal members. Raises BlockedError for one that no reader would take."""
    _check_limits({name: len(data) for name, data in members.items()})
    body, directory = bytearray(), bytearray()
    for name in sorted(members, key=lambda n: (HEADS.index(n) if n in HEADS else len(HEADS), n)):
        data, path = members[name], name.encode("utf-8")
        flags = 0 if path.isascii() else _UTF8
        shared = (20, flags, 0, 0, _DAY_ONE, zlib.crc32(data), len(data), len(data), len(path), 0)
        directory += _CENTRAL.pack(b"PK\1\2", 0x0314, *shared, 0, 0, 0, 0o100644 << 16, len(body)) + path
        body += _LOCAL.pack(b"PK\3\4", *shared) + path + data
    count = len(members)
    return bytes(body + directory) + _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)


def read_bundle(data: bytes) -> dict[str, bytes]:
    """The members of the zip in `data`. Raises BlockedError with a reason code, and never anything else."""
    try:
        return _read(data)
    except (struct.error, zlib.error, UnicodeDecodeError, IndexError) as error:
        raise BlockedError("bundle-malformed", f"the bundle is damaged: {error}") from None


def _read(data: bytes) -> dict[str, bytes]:
    if len(data) < _END.size or data[:4] not in (b"PK\3\4", b"PK\5\6"):
        raise BlockedError("bundle-malformed", "this is no evidence bundle: it does not begin as a zip does")
    end = len(data) - _END.size
    magic, disk, first_disk, here, count, size, start, comment = _END.unpack_from(data, end)
    if magic != b"PK\5\6" or disk or first_disk or here != count or comment or start + size != end:
        raise BlockedError("bundle-malformed", "the end of the zip is not where or what it must be")
    if count > MAX_MEMBERS:
        raise BlockedError("bundle-too-large", f"{count} members, at most {MAX_MEMBERS} are read")
    entries = _directory(data, start, end)
    if len(entries) != count:
        raise BlockedError("bundle-malformed", f"the directory has {len(entries)} entries and claims {count}")
    _check_limits({entry.name: entry.size for entry in entries})
    members: dict[str, bytes] = {}
    position = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset != position:
            raise BlockedError("bundle-malformed", f"something lies before {entry.name!r:.80}, or two members overlap")
        members[entry.name], position = _member(data, entry)
    if position != start:
        raise BlockedError("bundle-malformed", "something lies between the members and the directory")
    return members


def _directory(data: bytes, start: int, end: int) -> list[_Entry]:
    entries: list[_Entry] = []
    seen: set[str] = set()
    position = start
    while position < end:
        fields = _CENTRAL.unpack_from(data, position)
        magic, made_by, _, flags, method, _, _, crc, packed, size = fields[:10]
        length, extra, comment, disk, _, external, offset = fields[10:]
        after = position + _CENTRAL.size
        raw, more = data[after : after + length], data[after + length : after + length + extra]
        name = raw.decode("utf-8")
        if magic != b"PK\1\2" or flags & ~_UTF8 or disk or comment or method not in (0, 8):
            raise BlockedError(
                "bundle-malformed",
                f"{name!r:.80} is encrypted, commented, or packed in a way that is not read",
            )
        kind = external >> 28 if made_by >> 8 == 3 else 0
        if kind not in (0, 0o10) or external & 0x10:
            raise BlockedError("member-name-unsafe", f"{name!r:.80} is not a plain file")
        _check_name(name)
        _check_extra(more, name)
        if name in seen:
            raise BlockedError("member-duplicate", f"{name!r:.80} stands twice in the bundle")
        seen.add(name)
        entries.append(_Entry(name, flags, method, crc, packed, size, offset))
        position = after + length + extra
    return entries


def _member(data: bytes, entry: _Entry) -> tuple[bytes, int]:
    """The bytes of one member and the position behind it."""
    name, size, packed, position = entry.name, entry.size, entry.packed, entry.offset
    header = _LOCAL.unpack_from(data, position)
    magic, _, flags, method, _, _, crc, local_packed, local_size, length, extra = header
    path = data[position + _LOCAL.size : position + _LOCAL.size + length].decode("utf-8")
    begin = position + _LOCAL.size + length + extra
    _check_extra(data[begin - extra : begin], name)
    if magic != b"PK\3\4" or entry != _Entry(path, flags, method, crc, local_packed, local_size, position):
        raise BlockedError("bundle-malformed", f"{name!r:.80} differs between directory and member")
    content = data[begin : begin + packed]
    if method == 8:
        if size > max(MAX_RATIO * packed, HARMLESS):
            raise BlockedError("bundle-too-large", f"{name!r:.80} unpacks to more than {MAX_RATIO} times its size")
        inflate = zlib.decompressobj(-15)
        content = inflate.decompress(content, size + 1)
        if not inflate.eof or inflate.unused_data or inflate.unconsumed_tail:
            raise BlockedError("bundle-malformed", f"{name!r:.80} is packed to another size than it claims")
    if len(content) != size or (method == 0 and packed != size):
        raise BlockedError("bundle-malformed", f"{name!r:.80} is not as long as it claims")
    if zlib.crc32(content) != crc:
        raise BlockedError("member-damaged", f"{name!r:.80} was changed after the bundle was written")
    return content, begin + packed


def _check_name(name: str) -> None:
    """Our own names and plain files under three folders; a stranger's file at the top is `verify`'s to refuse."""
    parts = name.split("/")
    try:
        check_names([parts[-1]])
        if len(parts) > 2 or (len(parts) == 2 and not _FOLDERS.fullmatch(name)):
            raise ValueError("only decisions/, evidence/ and artifacts/ are folders of a bundle")
    except ValueError as error:
        raise BlockedError("member-name-unsafe", f"the member {name!r:.80}: {error}") from None


def _check_extra(extra: bytes, name: str) -> None:
    position = 0
    while position < len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind in _REDEFINING or position + 4 + length > len(extra):
            raise BlockedError("bundle-malformed", f"{name!r:.80} redefines its name or size")
        position += 4 + length


def _check_limits(sizes: Mapping[str, int]) -> None:
    largest = max(sizes, key=lambda name: sizes[name], default="")
    if sizes and sizes[largest] > MAX_MEMBER:
        raise BlockedError("bundle-too-large", f"{largest!r:.80} is larger than {MAX_MEMBER // 2**20} MiB")
    if sum(sizes.values()) > MAX_TOTAL or len(sizes) > MAX_MEMBERS:
        raise BlockedError("bundle-too-large", f"the members are more than {MAX_TOTAL // 2**20} MiB together")
    for name in sizes:
        _check_name(name)
