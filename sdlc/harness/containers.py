"""
Small whole files of binary formats: chunks, boxes, tags, sequences and frames, each with its lengths and sums right.

What reads such a format mostly refuses the rest, and a length or a sum is seldom found by chance. With them come bombs:
compressed zeros inside of what carries compressed parts.
"""

from __future__ import annotations

import base64
import io
import tarfile
import zipfile
import zlib
from contextlib import suppress
from struct import pack

ZEROS = bytes(1 << 20)
"""What a bomb of about a thousand bytes grows to: enough for a limit of proportion, harmless for the machine."""

LARGE = 16 * len(ZEROS)
"""What some grow to: more than the eight MiB that `bounded_memory` spares."""

BLOCK = 900_000
"""Bytes that one block of bzip2 holds; of zeros it takes forty."""

UNDEFINED = b"\xff\xff\xff\xff"


def containers() -> list[bytes]:
    """One of each format."""
    return [*_archives(), *_pictures(), *_sounds(), *_medical(), *_messages(), *_programs()]


def bombs() -> list[bytes]:
    """Compressed zeros, alone and inside of something."""
    packed, gzipped, bare = _pressed(1)
    found = [packed, gzipped, bare]
    found += [base64.b64encode(one) for one in found]
    found += _pressed(LARGE // len(ZEROS))[:2]
    found.append(_png(_chunk(b"zTXt", b"a\0\0" + packed), _chunk(b"iCCP", b"a\0\0" + packed), _chunk(b"IDAT", packed)))
    found.append(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(gzipped), gzipped))
    found.append(_pdf(b"<</Length %d /Filter /FlateDecode>>" % len(packed), packed))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(zipfile.ZipInfo("a"), bytes(LARGE), zipfile.ZIP_DEFLATED)
    found.append(zipped.getvalue())
    with suppress(ImportError):  # not every Python was built with them
        import bz2

        found.append(bz2.compress(ZEROS))
        for streams in (20, 250):  # streams may follow each other; so many are more than a second's work
            found.append(bz2.compress(ZEROS[:BLOCK]) * streams)
    with suppress(ImportError):
        import lzma

        found.append(lzma.compress(ZEROS, preset=0))
        found.append(lzma.compress(ZEROS, preset=0) * (LARGE // len(ZEROS)))
        found.append(lzma.compress(ZEROS, lzma.FORMAT_ALONE, preset=0))
    return found


def _pressed(times: int) -> tuple[bytes, bytes, bytes]:
    """So often ZEROS as zlib, as gzip, and with neither head nor sum; compressed once, since that takes its time."""
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = press.compress(ZEROS) + press.flush(zlib.Z_FULL_FLUSH)
    bare = block * times + press.flush()
    zeros = ZEROS * times
    gzip = b"\x1f\x8b\x08" + bytes(5) + b"\x02\xff" + bare + pack("<II", zlib.crc32(zeros), len(zeros))
    return b"\x78\xda" + bare + pack(">I", zlib.adler32(zeros)), gzip, bare


def _archives() -> list[bytes]:
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a/b"), b"c")
    with tarfile.open(fileobj=tarred, mode="w") as bundle:
        bundle.addfile(tarfile.TarInfo("a"))
    ar = (
        b"!<arch>\n"
        + b"a/".ljust(16)
        + b"0".ljust(12)
        + b"0".ljust(6) * 2
        + b"644".ljust(8)
        + b"1".ljust(10)
        + b"`\nb\n"
    )
    cpio = b"070701" + b"00000001" * 11 + b"00000002" + b"00000000" + b"a\0"
    return [zipped.getvalue(), tarred.getvalue()[:1024], ar, cpio, _pdf(b"<</Length 1>>", b"a")]


def _pdf(about: bytes, stream: bytes) -> bytes:
    body = b"%PDF-1.4\n1 0 obj\n" + about + b"\nstream\n" + stream + b"\nendstream\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
    return body + table + b"trailer\n<</Root 1 0 R /Size 2>>\nstartxref\n%d\n%%%%EOF" % len(body)


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))


def _png(*chunks: bytes) -> bytes:
    head = _chunk(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + _chunk(b"IEND", b"")


def _pictures() -> list[bytes]:
    tiff = b"II*\0" + pack("<IH", 8, 2) + pack("<HHII", 256, 3, 1, 1) + pack("<HHII", 34665, 4, 1, 38)
    tiff += pack("<I", 0) + pack("<HHHII", 1, 0x9003, 2, 4, 0x61) + pack("<I", 0)
    exif = b"Exif\0\0" + tiff
    jpeg = b"\xff\xd8\xff\xe1" + pack(">H", len(exif) + 2) + exif
    jpeg += b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\xff\xd9"
    png = _png(_chunk(b"tEXt", b"a\0b"), _chunk(b"IDAT", zlib.compress(b"\0\0")))
    gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
    bmp = b"BM" + pack("<IHHI", 58, 0, 0, 54) + pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0) + b"\0\0\0\0"
    icon = b"\0\0\x01\0\x01\0\x01\x01\0\0\x01\0\x20\0" + pack("<II", len(png), 22) + png
    return [tiff, jpeg, png, gif, bmp, icon, b"P2\n# a\n1 1\n255\n0\n"]


def _riff(kind: bytes, *parts: tuple[bytes, bytes]) -> bytes:
    body = kind + b"".join(name + pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in parts)
    return b"RIFF" + pack("<I", len(body)) + body


def _box(name: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return pack(">I", len(body) + 8) + name + body


def _sounds() -> list[bytes]:
    frame = b"TIT2" + pack(">I", 2) + b"\0\0\0a"
    id3 = b"ID3\x03\0\0\0\0\0" + bytes([len(frame)]) + frame
    wave = _riff(b"WAVE", (b"fmt ", pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)), (b"data", b"\x80\x80"))
    listed = _riff(b"AVI ", (b"LIST", b"INFO" + b"INAM" + pack("<I", 2) + b"a\0"))
    film = _box(b"ftyp", b"isom\0\0\0\0isom") + _box(
        b"moov",
        _box(b"udta", _box(b"meta", b"\0\0\0\0", _box(b"ilst", _box(b"\xa9nam", _box(b"data", bytes(8), b"a"))))),
    )
    ogg = b"OggS\0\x02" + bytes(8) + pack("<III", 1, 0, 0) + b"\x01\x07\x01vorbis"
    flac = b"fLaC" + b"\x84" + pack(">I", 12)[1:] + pack("<I", 0) + pack("<I", 1) + pack("<I", 0)
    ebml = b"\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01\x18\x53\x80\x67\x84\x15\x49\xa9\x66"
    midi = b"MThd" + pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + pack(">I", 4) + b"\0\xff\x2f\0"
    return [id3, wave, listed, film, ogg, flac, ebml, midi]


def _medical() -> list[bytes]:
    head = bytes(128) + b"DICM\x02\0\x10\0UI\x12\0001.2.840.10008.1.2\0"
    item, item_end, end = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0" + bytes(4), b"\xfe\xff\xdd\xe0" + bytes(4)
    name = b"\x10\0\x10\0" + pack("<I", 2) + b"a "
    implicit = b"\x40\0\x75\x02" + UNDEFINED + item + UNDEFINED + name + item_end + end
    explicit = b"\x40\0\x75\x02SQ\0\0" + UNDEFINED + item + UNDEFINED + b"\x10\0\x10\0PN\x02\0a " + item_end + end
    sized = b"\x40\0\x75\x02" + pack("<I", 18) + item + pack("<I", 10) + name
    return [head + name, implicit, explicit, sized, head + explicit]


def _frame(kind: int, data: bytes) -> bytes:
    """What an Ethernet carries."""
    return bytes(12) + pack(">H", kind) + data


def _messages() -> list[bytes]:
    query = b"\0\x01\x01\0\0\x01\0\x01\0\0\0\0\x01a\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x01b"
    hello = b"\x03\x03" + bytes(32) + b"\0\0\x02\x13\x01\x01\0\0\x09\0\0\0\x05\0\x03\0\0\x00"
    handshake = b"\x01" + pack(">I", len(hello))[1:] + hello
    udp = pack(">HHHH", 53, 53, 8 + len(query), 0) + query
    tcp = pack(">HHIIBBHHH", 1, 80, 0, 0, 0x60, 2, 1, 0, 0) + b"\x02\x04\x05\xb4" + b"GET / HTTP/1.0\r\n\r\n"
    return [
        query,
        _frame(0x0800, b"\x45\0" + pack(">HHHBBH", 20 + len(udp), 1, 0, 64, 17, 0) + bytes(8) + udp),
        _frame(0x86DD, pack(">IHBB", 0x60000000, len(tcp), 6, 64) + bytes(32) + tcp),
        b"\x16\x03\x01" + pack(">H", len(handshake)) + handshake,  # TLS
        b"\0\0\x01\x01\x05\0\0\0\x01\x82",  # HTTP/2 HEADERS
        b"\x81\x01a",  # WebSocket
        b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a",
        b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0",  # LDAP bind
        b"\x30\x0b\x02\x01\x01\x04\x01a\x06\x03\x2a\x03\x04",
        b"\x30\x80\x02\x01\x01\0\0",
        b"\xa1\x61a\x82\x01\xfb\x3f\xf0\0\0\0\0\0\0",  # CBOR
        b"\xd8\x1c\x83\xc0\x74" + b"2001-02-03T04:05:06Z" + b"\xc1\x1a\0\0\0\x01\xc2\x42\x01\0",
        b"\x9f\xc4\x82\x21\x19\x01\0\x5f\x41a\xff\xd8\x23\x61b\xff",
        b"\x81\xa1a\x93\x01\xc3\xcb\x3f\xf0\0\0\0\0\0\0",  # MessagePack
        b"\x92\xd6\xff\0\0\0\x01\xc7\x01\x05a",
        b"\x08\x96\x01\x12\x01a\x1d\0\0\x80\x3f",  # protocol buffers
        b"\x12\x06\x12\x04\x12\x02\x08\x01",
        b"\x16\0\0\0\x03a\0\x0e\0\0\0\x10b\0\x01\0\0\0\0\0",  # BSON
        b"\x0a\0\x01a\x09\0\x01b\x01\0\0\0\x01\x07\0",  # NBT
        b"bplist00\xd1\x01\x02\x51a\x10\x01\x08\x0b\x0d" + bytes(6) + b"\x01\x01" + pack(">QQQ", 3, 0, 15),
    ]


def _programs() -> list[bytes]:
    elf = b"\x7fELF\x02\x01\x01" + bytes(9) + pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    return [
        elf + pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 1, 1, 1) + b"a",
        b"\x80\x04\x95\x07" + bytes(7) + b"}\x8c\x01aK\x01s.",  # pickle
        b"\xd4\xc3\xb2\xa1" + pack("<HHIIII", 2, 4, 0, 0, 65535, 1) + pack("<IIII", 0, 0, 1, 1) + b"a",  # pcap
        b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0",
        b"\0\x01\0\0\0\x01\0\x10\0\0\0\0" + b"name" + pack(">III", 0, 28, 6) + b"\0\0\0\0\0\x06",  # TrueType
        b"\xde\x12\x04\x95"
        + pack("<IIII", 0, 1, 28, 36)
        + pack("<II", 0, 0)
        + pack("<II", 1, 44) * 2
        + b"a\0",  # gettext
    ]
