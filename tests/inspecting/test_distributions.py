"""Installed distributions, opened: what is read, and what is named instead of read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from fakes.binaries import audited, make_elf
from fakes.environments import install
from fakes.wheels import make_wheel

from sdlc.components.embedded import inside
from sdlc.formats.wheel_metadata import load_wheel
from sdlc.inspecting import distributions
from sdlc.inspecting.distributions import look_into, look_into_wheel

SBOM = json.dumps({"bomFormat": "CycloneDX", "components": [{"name": "openssl", "version": "4.0.3"}]}).encode()
FILES = {
    "box-1.0.dist-info/sboms/a.cdx.json": SBOM,
    "box/fast.so": make_elf({".rodata": b"OpenSSL 4.0.3 29 Sep 2026", ".dep-v0": audited(("ring", "0.17.8"))}),
    "box.libs/libtiff-20b7e810.so.6.3.0": make_elf({".rodata": b"LIBTIFF, Version 4.7.2"}),
    "box/_vendor/vendor.txt": b"idna==3.10\n",
}
WANTED = {("box", "1")}


def one_row(environment: Path) -> dict[str, Any]:
    [row] = look_into(environment, WANTED)
    return row


def skipped(environment: Path) -> list[tuple[str, str]]:
    return [(one["path"], one["why"]) for one in one_row(environment)["skipped"]]


def test_everything_in_a_distribution_is_seen(tmp_path: Path) -> None:
    install(tmp_path, make_wheel(files=FILES), make_wheel("other", "2.0"))
    row = one_row(tmp_path)
    assert (row["name"], row["version"], row["looked"], row["skipped"]) == ("box", "1.0", 4, [])
    assert {part.purl for part in inside(row).parts} == {
        "pkg:cargo/ring@0.17.8",
        "pkg:generic/openssl@4.0.3",
        "pkg:generic/libtiff@4.7.2",
        "pkg:pypi/idna@3.10",
    }
    assert inside(row).unexplained == ()
    assert json.loads(json.dumps(row)) == row


def test_only_what_is_wanted_in_the_very_version(tmp_path: Path) -> None:
    install(tmp_path, make_wheel(files=FILES))
    assert look_into(tmp_path, {("box", "1.1"), ("other", "1")}) == []
    assert look_into(tmp_path / "nowhere", WANTED) == []


def test_a_wheel_says_the_same_as_what_is_installed_of_it(tmp_path: Path) -> None:
    data = make_wheel(files=FILES)
    install(tmp_path, data)
    row = look_into_wheel(data, load_wheel(data, what="box-1.0-py3-none-any.whl"))
    assert row == one_row(tmp_path)


def test_a_wheel_whose_record_lies_names_the_file() -> None:
    data = make_wheel(files=FILES, after_record={"box/fast.so": make_elf({".rodata": b"libpng version 1.6.58"})})
    row = look_into_wheel(data, load_wheel(data, what="box-1.0-py3-none-any.whl"))
    assert row["skipped"] == [{"path": "box/fast.so", "why": "is not what RECORD says"}]
    assert "libpng" in [seen["name"] for seen in row["sightings"]]


def test_a_changed_file_is_named_and_seen_all_the_same(tmp_path: Path) -> None:
    site = install(tmp_path, make_wheel(files=FILES))
    (site / "box/fast.so").write_bytes(make_elf({".rodata": b"libpng version 1.6.58"}))
    assert skipped(tmp_path) == [("box/fast.so", "is not what RECORD says")]
    assert "libpng" in [seen["name"] for seen in one_row(tmp_path)["sightings"]]


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    site = install(tmp_path, make_wheel(files=FILES))
    (site / "box/fast.so").unlink()
    assert skipped(tmp_path) == [("box/fast.so", "is missing")]


def test_what_record_does_not_list_is_seen_and_named(tmp_path: Path) -> None:
    site = install(tmp_path, make_wheel(files=FILES))
    (site / "box.libs/libpng16-1d1ba958.so.16.58.0").write_bytes(make_elf({".rodata": b"libpng version 1.6.58"}))
    (site / "box-1.0.dist-info/sboms/b.json").write_bytes(SBOM)
    assert skipped(tmp_path) == [
        ("box-1.0.dist-info/sboms/b.json", "RECORD does not list it"),
        ("box.libs/libpng16-1d1ba958.so.16.58.0", "RECORD does not list it"),
    ]
    assert "pkg:generic/libpng@1.6.58" in [part.purl for part in inside(one_row(tmp_path)).parts]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    site = install(tmp_path / "env", make_wheel(files=FILES))
    outside = tmp_path / "secret.so"
    outside.write_bytes(make_elf({".rodata": b"libpng version 1.6.58"}))
    (site / "box/fast.so").unlink()
    (site / "box/fast.so").symlink_to(outside)
    assert skipped(tmp_path / "env") == [("box/fast.so", "leaves the environment")]
    (site / "box/fast.so").unlink()
    (site / "box/fast.so").symlink_to(site / "box.libs/libtiff-20b7e810.so.6.3.0")
    assert skipped(tmp_path / "env") == [("box/fast.so", "is behind a symbolic link")]


@pytest.mark.parametrize("path", ["/etc/passwd.so", "../../../../outside.so", "a\x00.so"])
def test_a_path_that_leaves_the_environment(tmp_path: Path, path: str) -> None:
    environment = tmp_path / "env"
    site = install(environment, make_wheel(files=FILES))
    (tmp_path / "outside.so").write_bytes(make_elf())
    with (site / "box-1.0.dist-info/RECORD").open("a") as stream:
        stream.write(f"{path},,\n")
    [(named, why)] = skipped(environment)
    assert named == path
    assert "leaves" in why or "cannot be read" in why


def test_a_program_beside_the_packages_is_seen_and_a_script_is_not(tmp_path: Path) -> None:
    site = install(tmp_path, make_wheel(files=FILES))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/box").write_bytes(make_elf({".rodata": b"/registry/src/index.example-1/ring-0.17.8/src/"}))
    (tmp_path / "bin/script").write_text("#!/usr/bin/python\n")
    with (site / "box-1.0.dist-info/RECORD").open("a") as stream:
        stream.write("../../../bin/box,,\n../../../bin/script,,\n")
    assert skipped(tmp_path) == []
    assert "../../../bin/box" in [seen["path"] for seen in one_row(tmp_path)["sightings"]]


def test_what_is_larger_than_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, make_wheel(files=FILES))
    monkeypatch.setattr(distributions, "MAX_COMPILED", 100)
    assert [why for _, why in skipped(tmp_path)] == ["is larger than 0 MiB"] * 2


def test_a_file_that_names_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, make_wheel(files=FILES))
    monkeypatch.setattr(distributions, "MAX_SIGHTINGS", 0)
    assert [path for path, why in skipped(tmp_path) if "names more than" in why] == [
        "box.libs/libtiff-20b7e810.so.6.3.0",
        "box/fast.so",
    ]


def test_special_files_and_broken_ones(tmp_path: Path) -> None:
    broken = {"box/plain.so": b"text", "box-1.0.dist-info/sboms/b.json": b"\xff"}
    crates = {"box/crates.so": make_elf({".dep-v0": b"none"})}
    site = install(tmp_path, make_wheel(files={**FILES, **broken, **crates, "box/pipe.so": b""}))
    (site / "box/pipe.so").unlink()
    os.mkfifo(site / "box/pipe.so")
    assert skipped(tmp_path) == [
        ("box-1.0.dist-info/sboms/b.json", "is not UTF-8"),
        ("box/crates.so", "its list of crates is broken: error"),
        ("box/pipe.so", "is no regular file"),
        ("box/plain.so", "is no compiled file of a known form"),
    ]


@pytest.mark.parametrize(("record", "why"), [(None, "is missing"), (b"\xff", "is no list of files")])
def test_without_a_readable_record_nothing_is_known(tmp_path: Path, record: bytes | None, why: str) -> None:
    site = install(tmp_path, make_wheel(files=FILES))
    path = site / "box-1.0.dist-info/RECORD"
    path.unlink() if record is None else path.write_bytes(record)
    assert ("box-1.0.dist-info/RECORD", why) in skipped(tmp_path)


@pytest.mark.parametrize(("metadata", "why"), [(None, "is missing"), (b"", "names no distribution"), (b"\xff\n", "")])
def test_without_metadata_the_name_of_the_folder_counts(tmp_path: Path, metadata: bytes | None, why: str) -> None:
    site = install(tmp_path, make_wheel(files=FILES))
    path = site / "box-1.0.dist-info/METADATA"
    path.unlink() if metadata is None else path.write_bytes(metadata)
    assert [one for one in skipped(tmp_path) if one[0].endswith("METADATA") and why in one[1]]
    assert "openssl" in [part.name for part in inside(one_row(tmp_path)).parts]
