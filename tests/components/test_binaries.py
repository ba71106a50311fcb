"""What compiled files tell: each pattern fires on the text of its library and is silent on others."""

from __future__ import annotations

import struct

import pytest
from fakes.binaries import audited, make_elf
from hypothesis import given
from hypothesis import strategies as st

from sdlc.components.binaries import audited_crates, is_bundled, is_compiled, named_library, sightings

TEXTS = {
    "OpenSSL 3.0.13 30 Jan 2024": ("openssl", "3.0.13"),
    "OpenSSL 1.1.1w  11 Sep 2023": ("openssl", "1.1.1w"),
    "libpng version 1.6.58": ("libpng", "1.6.58"),
    "libjpeg-turbo version 3.2.0 (build 20261016)": ("libjpeg-turbo", "3.2.0"),
    "LIBTIFF, Version 4.7.2": ("libtiff", "4.7.2"),
    "OpenBLAS 0.3.31.188.0  USE64BITINT": ("openblas", "0.3.31.188.0"),
    " deflate 1.2.13 Copyright 1995-2022": ("zlib", "1.2.13"),
    " inflate 1.3 Copyright 1995-2023": ("zlib", "1.3"),
    "1.3.1.zlib-ng": ("zlib-ng", ""),
    "1.0.8, 13-Jul-2019": ("bzip2", "1.0.8"),
    "AOMedia Project AV1 Encoder v3.8.1": ("libaom", "3.8.1"),
    "FFmpeg version 8.1.1": ("ffmpeg", "8.1.1"),
    "expat_2.6.2": ("expat", "2.6.2"),
    "libcurl/8.5.0": ("curl", "8.5.0"),
    "SSH-2.0-libssh2_1.11.0": ("libssh2", "1.11.0"),
    "SSH-2.0-libssh_0.10.6": ("libssh", "0.10.6"),
    "mbed TLS 3.5.0": ("mbedtls", "3.5.0"),
    "HDF5 Version: 2.0.0": ("hdf5", "2.0.0"),
    "$dcmtk: dcmjpeg v3.6.8 2023-12-19 $": ("dcmtk", "3.6.8"),
    "GDCM 3.0.24": ("gdcm", "3.0.24"),
    "PostgreSQL 17.2": ("postgresql", "17.2"),
    "Lua 5.4.6  Copyright": ("lua", "5.4.6"),
    "Math Kernel Library Version 2024.0-Product": ("onemkl", "2024.0"),
    "    JPEG:                        build-libjpeg-turbo (ver 3.1.2-70)": ("libjpeg-turbo", "3.1.2"),
    "    TIFF:                        build (ver 42 - 4.7.1)": ("libtiff", "4.7.1"),
    "    JPEG 2000:                   build (ver 2.5.3)": ("openjpeg", "2.5.3"),
    "    PNG:                         build (ver 1.6.43)": ("libpng", "1.6.43"),
    "    ZLib:                        build (ver 1.3.1)": ("zlib", "1.3.1"),
    "    WEBP:                        build (ver decoder: 0x0210)": ("libwebp", ""),
    "    OpenEXR:                     build (ver 2.3.0)": ("openexr", "2.3.0"),
    "file:///etc/xml/catalog\0\00021406\0": ("libxml2", "2.14.6"),
    "SQLite format 3\0\0003.45.1\0": ("sqlite", "3.45.1"),
    "file:///usr/etc/xml/catalog\0\00020914-GITv2.9.14\0": ("libxml2", "2.9.14"),
    "/project/build/openjpeg-2.5.4/src/lib/j2k.c": ("openjpeg", "2.5.4"),
    "/build/.cargo/registry/src/index.example-1949cf8c6b5b557f/openssl-0.10.81/src/bn.rs": ("openssl", "0.10.81"),
    "/rust/deps/gimli-0.32.3/src/read/line.rs": ("gimli", "0.32.3"),
    "libXau.so.6.0.0-1.0.9-3.el8.x86_64.debug": ("libxau", "1.0.9-3.el8"),
}
SILENT = [
    "OpenSSL 3's legacy provider failed to load",
    "OpenBLAS warning: precompiled NUM_THREADS exceeded",
    "libpng error: %s",
    "GCC: (GNU) 14.2.1 20250110 (Red Hat 14.2.1-11)",
    "/project/build/mine-1.0/src/main.c",
    "libffi does not support",
    "    PNG:                         /usr/local/lib/libpng.so (ver 1.6.58)",
    "before\00021406\0after",
    "before\0003.45.1\0after",
    "PostgreSQL connection refused",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_tells_its_library(text: str) -> None:
    data = make_elf({".rodata": b"before\0" + text.encode() + b"\0after"}, code=b"\x90" * 64)
    [seen] = sightings(data)
    assert (seen.name, seen.version) == TEXTS[text]
    assert data[seen.offset :].startswith(seen.text.encode())
    assert 0 < seen.confidence < 1


@pytest.mark.parametrize("text", SILENT)
def test_what_only_names_a_library_tells_nothing(text: str) -> None:
    assert sightings(make_elf({".rodata": text.encode()})) == []


def test_crates_are_told_from_libraries_of_the_same_name() -> None:
    crate = b"/build/.cargo/registry/src/index.example-19/openssl-0.10.81/src/bn.rs"
    seen = sightings(make_elf({".rodata": crate + b"\0OpenSSL 4.0.3 29 Sep 2026\0"}))
    assert [(one.kind, one.version) for one in seen] == [("crate", "0.10.81"), ("string", "4.0.3")]


def test_each_text_is_told_once_and_machine_code_is_no_text() -> None:
    text = b"libpng version 1.6.58\0"
    [seen] = sightings(make_elf({".rodata": text, ".data": text}, code=text))
    assert seen.offset > 64 + len(text) - 1


def test_a_file_without_sections_is_searched_whole() -> None:
    assert [seen.name for seen in sightings(b"MZ\0\0LIBTIFF, Version 4.7.2")] == ["libtiff"]
    whole = make_elf({".rodata": b"LIBTIFF, Version 4.7.2"})
    broken = whole[:60] + struct.pack("<HH", 60000, 3) + whole[64:]
    assert [seen.name for seen in sightings(broken)] == ["libtiff"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("pillow.libs/libpng16-1d1ba958.so.16.58.0", ("libpng", "1.6.58", "16.58.0")),
        ("numpy.libs/libgfortran-040039e1-0352e75f.so.5.0.0", ("libgfortran", "", "5.0.0")),
        ("cv2.libs/libopenblasp-r0-59ffcd50.3.15.so", ("openblas", "", "3.15")),
        ("cv2.libs/libssl-81259c47.so.1.1.1k", ("openssl", "1.1.1k", "1.1.1k")),
        ("box.libs/libzstd-40ad5e7e.so.1.5.7", ("zstd", "1.5.7", "1.5.7")),
        ("box.libs/zlib1-0123456789abcdef0123456789abcdef.dll", ("zlib", "", "")),
        ("box/.dylibs/libpng16.16.dylib", ("libpng", "", "16")),
        ("box.libs/libmine-0123abcd.so.7", ("libmine", "", "7")),
        ("box.libs/readme", ("readme", "", "")),
    ],
)
def test_the_name_of_a_bundled_file(path: str, told: tuple[str, str, str]) -> None:
    assert is_bundled(path)
    assert named_library(path) == told


def test_which_files_are_compiled() -> None:
    assert all(map(is_compiled, ("a.so", "a/b.cpython-311-x86_64-linux-gnu.so", "l.so.1.2", "a.pyd", "a.dll")))
    assert not any(map(is_compiled, ("a.py", "a.so/b.txt", "sos", "a.sort")))
    assert not is_bundled("box/libs/liba.so")


def test_what_cargo_auditable_wrote() -> None:
    listed = audited(("ring", "0.17.8"), ("serde", "1.0.228"))
    rows = audited_crates(make_elf({".rodata": b"x", ".dep-v0": listed}))
    assert rows == [{"name": "ring", "version": "0.17.8"}, {"name": "serde", "version": "1.0.228"}]
    assert audited_crates(make_elf({".rodata": b"x"})) is None
    assert audited_crates(b"MZ .dep-v0") is None


@pytest.mark.parametrize("section", [b"", b"no zlib", audited(("a", "1"))[:-9], b"x\x9c"])
def test_a_broken_list_of_crates_is_no_list(section: bytes) -> None:
    with pytest.raises(ValueError, match="broken"):
        audited_crates(make_elf({".dep-v0": section}))


@given(st.binary(max_size=400), st.integers(0, 200), st.binary(max_size=8))
def test_no_bytes_break_it(data: bytes, at: int, change: bytes) -> None:
    whole = make_elf({".rodata": data, ".dep-v0": audited(("a", "1"))})
    for one in (data, whole[:at] + change + whole[at + len(change) :]):
        assert all(0 <= seen.offset < len(one) for seen in sightings(one))
        try:
            audited_crates(one)
        except ValueError as error:
            assert "broken" in str(error)
