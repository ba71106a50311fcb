"""One byte form when written; an enemy's zip when read."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sdlc.errors import BlockedError
from sdlc.release import bundle
from sdlc.release.bundle import read_bundle, write_bundle

MEMBERS = {
    "manifest.sigstore.json": b"{}",
    "policy.toml": b"x" * 5000,
    "artifacts/über.whl": b"\x00\x01" * 300,
    "evidence/" + "a" * 64: b"",
    "decisions/0001.dsse.json": b"yes",
}


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(BlockedError) as refused:
        read_bundle(data)
    return refused.value.reason


def test_what_is_written_is_read() -> None:
    assert read_bundle(write_bundle(MEMBERS)) == MEMBERS


def test_the_order_of_members_does_not_matter() -> None:
    assert write_bundle(dict(reversed(MEMBERS.items()))) == write_bundle(MEMBERS)


def test_other_programs_read_it(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(write_bundle(MEMBERS))
    subprocess.run([sys.executable, "-m", "zipfile", "-t", str(path)], check=True, capture_output=True)
    with zipfile.ZipFile(path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_bundle_packed_by_somebody_else_is_read() -> None:
    assert read_bundle(zipped(*MEMBERS.items())) == MEMBERS


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/passwd", "a\\b", "C:evil", "artifacts/../../evil", "artifacts/", "evidence/short",
        "deep/er/file", "decisions/1.dsse.json", "artifacts/a\u202egpj.exe", "artifacts/.hidden",
    ],
)  # fmt: skip
def test_unsafe_names(name: str) -> None:
    assert refusal(zipped((name, b"x"))) == "member-name-unsafe"


def test_links_are_refused() -> None:
    link = zipfile.ZipInfo("artifacts/link")
    link.external_attr = 0o120777 << 16
    assert refusal(zipped((link, b"/etc/passwd"))) == "member-name-unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name() -> None:
    assert refusal(zipped(("policy.toml", b"a"), ("policy.toml", b"b"))) == "member-duplicate"


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all, just words", b"PK\3\4" + b"\0" * 60])
def test_garbage(data: bytes) -> None:
    assert refusal(data) == "bundle-malformed"


def test_data_around_the_zip() -> None:
    good = write_bundle(MEMBERS)
    assert refusal(b"#!/bin/sh\n" + good) == "bundle-malformed"
    assert refusal(good + b"tail") == "bundle-malformed"
    assert refusal(good[:-1]) == "bundle-malformed"


def test_data_between_the_members() -> None:
    good = write_bundle({"policy.toml": b"abc"})
    end = struct.unpack_from("<L", good, len(good) - 6)[0]
    gap = good[:end] + b"hidden" + good[end:-6] + struct.pack("<LH", end + 6, 0)
    assert refusal(gap) == "bundle-malformed"


def test_a_local_header_that_says_something_else() -> None:
    good = write_bundle({"policy.toml": b"abc"})
    assert refusal(good.replace(b"policy.toml", b"report.html", 1)) == "bundle-malformed"


def test_an_encrypted_member() -> None:
    data = bytearray(write_bundle({"policy.toml": b"abc"}))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + offset] |= 1
    assert refusal(bytes(data)) == "bundle-malformed"


def test_a_bomb() -> None:
    assert refusal(zipped(("policy.toml", bytes(4 * 2**20)))) == "bundle-too-large"


def test_a_member_that_claims_less_than_it_unpacks_to() -> None:
    data = bytearray(zipped(("policy.toml", b"ab" * 500)))
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<L", data, data.index(signature) + offset, 10)
    assert refusal(bytes(data)) == "bundle-malformed"


def test_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_MEMBER", 10)
    assert refusal(zipped(("policy.toml", b"elevenbytes"), packing=zipfile.ZIP_STORED)) == "bundle-too-large"


def test_a_changed_byte_is_seen_or_changes_nothing() -> None:
    """2,000 mutations: each is refused with a code, or gives the same members."""
    good, dice = write_bundle(MEMBERS), random.Random(20260601)
    for _ in range(2000):
        data = bytearray(good)
        for _ in range(dice.choice((1, 1, 1, 3))):
            position = dice.randrange(len(data))
            match dice.randrange(3):
                case 0:
                    data[position] ^= 1 << dice.randrange(8)
                case 1:
                    del data[position]
                case _:
                    data.insert(position, dice.randrange(256))
        try:
            members = read_bundle(bytes(data))
        except BlockedError:
            continue
        assert members == MEMBERS
