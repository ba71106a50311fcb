"""A wheel is made by code of the product: nothing in it is believed before it was looked at."""

from __future__ import annotations

import io
import zipfile

import pytest
from fakes.wheels import make_wheel
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats import wheel_metadata
from sdlc.formats.wheel_metadata import load_wheel

NAME = "box-1.0-py3-none-any.whl"
INFO = "box-1.0.dist-info"


def test_what_a_wheel_says() -> None:
    data = make_wheel(requires=["h11>=0.14", 'fast ; extra == "Speed_Up"'], extras=["Speed_Up"], license="MIT")
    wheel = load_wheel(data, what=NAME)
    assert (wheel.name, wheel.version, wheel.license, wheel.wrong) == ("box", "1.0", "MIT", ())
    assert wheel.requires == ("h11>=0.14", 'fast ; extra == "Speed_Up"')
    assert wheel.extras == ("speed-up",)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"box.py": b"other = True\n"}, ("box.py",)),
        ({"added.py": b""}, ("added.py",)),
        ({f"{INFO}/RECORD.jws": b"{}"}, ()),
    ],
)
def test_members_that_are_not_what_the_record_says(changed: dict[str, bytes], wrong: tuple[str, ...]) -> None:
    assert load_wheel(make_wheel(after_record=changed), what=NAME).wrong == wrong


def test_a_record_without_a_digest_proves_nothing() -> None:
    record = f"box.py,,\n{INFO}/METADATA,,\n{INFO}/WHEEL,md5=x,1\n{INFO}/RECORD,,\nghost.py,sha256=x,1\n".encode()
    wheel = load_wheel(make_wheel(after_record={f"{INFO}/RECORD": record}), what=NAME)
    assert wheel.wrong == (f"{INFO}/METADATA", f"{INFO}/WHEEL", "box.py", "ghost.py")


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "C:/evil.py", "a\\..\\evil.py"])
def test_a_member_that_would_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(UnreadableError, match="leaves the folder"):
        load_wheel(make_wheel(files={name: b""}), what=NAME)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused() -> None:
    made = io.BytesIO(make_wheel())
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("box.py", b"twin = True\n")
    with pytest.raises(UnreadableError, match=r"'box.py' twice"):
        load_wheel(made.getvalue(), what=NAME)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel_metadata, "MAX_UNPACKED", 10_000)
    with pytest.raises(UnreadableError, match="unpacks to more than"):
        load_wheel(make_wheel(files={"zeros": bytes(100_000)}), what=NAME)


@pytest.mark.parametrize(
    ("data", "what", "message"),
    [
        (b"no zip", NAME, "not a readable wheel"),
        (make_wheel(), "box-2.0-py3-none-any.whl", "METADATA says box 1.0, the file name"),
        (make_wheel(), "box.zip", "the file name"),
        (make_wheel("other"), NAME, "METADATA says other"),
        (make_wheel(files={f"{INFO}/METADATA": b"Name: lid\nVersion: 1.0\n"}), NAME, "METADATA says lid"),
        (make_wheel(files={f"{INFO}/METADATA": b"Name: box\n"}), NAME, "no clear"),
        (make_wheel(files={"x-1.dist-info/METADATA": b""}), NAME, "2 .dist-info folders"),
    ],
)
def test_a_wheel_that_disagrees_with_itself_is_refused(data: bytes, what: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        load_wheel(data, what=what)


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_a_damaged_wheel_is_read_or_refused(position: int, patch: bytes) -> None:
    data = bytearray(make_wheel())
    at = position % len(data)
    data[at : at + len(patch)] = patch
    try:
        load_wheel(bytes(data), what=NAME)
    except UnreadableError as error:
        assert NAME in error.message
