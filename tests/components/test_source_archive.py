"""A source archive holds what the commit holds, and nothing that nobody committed."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest
from fakes.wheels import make_sdist
from hypothesis import given
from hypothesis import strategies as st

from sdlc.components.source_archive import Difference, differences, is_source_archive
from sdlc.errors import UnreadableError
from sdlc.model.digest import sha256

FILES = {"src/box.py": b"x = 1\n", "m4/build.m4": b"harmless\n"}
TREE = {path: sha256(data) for path, data in FILES.items()}


def zip_of(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"box-1.0/{name}", data)
    return made.getvalue()


@pytest.mark.parametrize(("make", "name"), [(make_sdist, "box.tar.gz"), (zip_of, "box.zip")])
def test_the_same_files_differ_in_nothing(make, name: str) -> None:
    assert differences(make({**FILES, "PKG-INFO": b"Name: box\n"}), TREE, what=name) == ()


@pytest.mark.parametrize(("make", "name"), [(make_sdist, "box.tar.gz"), (zip_of, "box.zip")])
def test_what_nobody_committed_is_named(make, name: str) -> None:
    """As it was done to xz: a script that is in the archive only, and one that is another there."""
    data = make({**FILES, "m4/build.m4": b"payload\n", "m4/host.m4": b"loader\n"})
    assert differences(data, TREE, what=name) == (Difference("m4/build.m4", True), Difference("m4/host.m4", False))


def test_a_generated_file_may_be_named_but_never_replaces_a_committed_one() -> None:
    data = make_sdist({**FILES, "src/_version.py": b"1", "setup.cfg": b"[egg_info]\n"})
    assert differences(data, TREE, ("src/_version.py",), what="box.tar.gz") == ()
    committed = {**TREE, "setup.cfg": sha256(b"ours")}
    assert differences(data, committed, ("src/*",), what="box.tar.gz") == (Difference("setup.cfg", True),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        make_sdist({}),
        make_sdist(FILES)[:-30],
        make_sdist(FILES, top=""),
        make_sdist({"../evil": b""}),
        make_sdist({"a": b"1"}, type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        make_sdist({"a": b""}, type=tarfile.CHRTYPE),
    ],
    ids=["empty", "garbage", "no file", "cut off", "no folder", "traversal", "link", "device"],
)
def test_what_cannot_be_compared_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^box\.tar\.gz: "):
        differences(data, {"build.m4": TREE["m4/build.m4"]}, what="box.tar.gz")


@given(st.binary(max_size=400), st.sampled_from(["x.tar.gz", "x.zip", "x.tar.xz"]))
def test_garbage_never_passes(data: bytes, name: str) -> None:
    with pytest.raises(UnreadableError):
        differences(data, TREE, what=name)


def test_which_files_are_source_archives() -> None:
    assert is_source_archive("box-1.0.tar.gz")
    assert is_source_archive("box-1.0.zip")
    assert not is_source_archive("box-1.0-py3-none-any.whl")
