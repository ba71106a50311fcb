"""Requirement files as pip reads them; what pip would take from elsewhere is refused, never skipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats.requirements_txt import Pin, load_requirements
from sdlc.harness.pump import grow

DIGEST = "a" * 64
OTHER = "B" * 64


def load(text: str) -> tuple[Pin, ...]:
    return load_requirements(text.encode(), what="lock.txt")


def test_a_lock_as_the_tools_write_it() -> None:
    text = f"""\
# made by a tool
--index-url https://index.example/simple
Typing_Extensions==4.12.2 ; python_full_version < '3.13' \\
    --hash=sha256:{DIGEST} \\
    --hash=sha256:{OTHER}
    # via something
h11==0.16.0 --hash=sha256:{DIGEST}  # why
"""
    assert load(text) == (
        Pin("typing-extensions", "4.12.2", (DIGEST, OTHER.lower()), 'python_full_version < "3.13"', 3),
        Pin("h11", "0.16.0", (DIGEST,), "", 7),
    )


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("a==1.0", "1.0"),
        ("a===1.0-weird", "1.0-weird"),
        ("a", ""),
        ("a>=1", ""),
        ("a==1.*", ""),
        ("a==1.0,==1.0", ""),
        ("a @ https://host.example/a.whl", ""),
    ],
)
def test_only_one_exact_version_is_a_pin(text: str, version: str) -> None:
    [pin] = load(text)
    assert (pin.version, pin.hashes) == (version, ())


def test_stronger_hashes_are_allowed_and_left_out() -> None:
    [pin] = load(f"a==1 --hash=sha512:{'0' * 128} --hash=sha256:{DIGEST}")
    assert pin.hashes == (DIGEST,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-r other.txt", "line 1: -r refers"),
        ("-rother.txt", "line 1: -rother.txt refers"),
        ("--requirement=other.txt", "refers"),
        ("-e .", "refers"),
        ("a==1\n\n--config-settings x", "line 3: --config-settings is an unknown option"),
        ("./local/folder", "no requirement"),
        ("a==1 --hash=md5:00", "no hash"),
        (f"a==1 --hash=sha256:{'a' * 63}", "no hash"),
        ("a==1 --global-option=x", "no hash"),
        ("a==1 \\", "ends in the middle"),
        ("a==1 # comment \\\n", "comment ends in a backslash"),
        ("a==1 b==2", "no requirement"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        load(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableError, match=r"lock\.txt: not UTF-8 at byte 4"):
        load_requirements(b"a==1\xff", what="lock.txt")


names = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
pins = st.lists(
    st.tuples(names, st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", fullmatch=True), st.integers(0, 2)), max_size=6
)


@given(pins)
def test_every_line_becomes_one_pin(wanted: list[tuple[str, str, int]]) -> None:
    lines = [f"{n}=={v}" + "".join(f" \\\n  --hash=sha256:{i:064x}" for i in range(k)) for n, v, k in wanted]
    assert [(pin.name, pin.version, len(pin.hashes)) for pin in load("\n".join(lines))] == wanted


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        load(text)
    except UnreadableError as error:
        assert "lock.txt" in error.message


@pytest.mark.parametrize("prefix", [b"a>1", b"a>1 b"])
def test_white_space_is_read_in_a_time_that_grows_with_its_length(prefix: bytes) -> None:
    def read(data: bytes) -> None:
        load_requirements(data, what="x")

    assert not grow(read, prefix, b"\t", b"-", limit=65536, raises=(UnreadableError,)).fails(65536)
