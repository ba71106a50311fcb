"""`poetry.lock`, `pdm.lock` and `Pipfile.lock`: what is shipped, with hashes, markers, lines and sources."""

from __future__ import annotations

import pytest
from fakes.locks import ALL, DIGEST, OTHER
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats.locks import load_lock
from sdlc.formats.requirements_txt import Pin


def pins(name: str, text: str | None = None, extras: tuple[str, ...] = ()) -> dict[str, Pin]:
    data = (ALL[name] if text is None else text).encode()
    return {pin.name: pin for pin in load_lock(data, what=f"app/{name}", extras=extras)}


@pytest.mark.parametrize(
    ("name", "shipped"),
    [
        ("poetry.lock", {"h-11", "tomli", "several", "local", "repository"}),
        ("pdm.lock", {"h-11", "repository", "local", "direct"}),
        ("Pipfile.lock", {"h-11", "local", "repository", "direct", "loose"}),
    ],
)
def test_what_is_shipped_and_nothing_for_development(name: str, shipped: set[str]) -> None:
    assert set(pins(name)) == shipped
    more = set() if name == "Pipfile.lock" else {"speed"}
    assert set(pins(name, extras=("Fast",))) == shipped | more


@pytest.mark.parametrize("name", ALL)
def test_hashes_versions_and_lines(name: str) -> None:
    h11 = pins(name)["h-11"]
    assert h11.version == "0.16.0"
    assert {DIGEST, OTHER} <= set(h11.hashes)
    near = ALL[name].splitlines()[h11.line - 1 : h11.line + 1]
    assert any("H_11" in line for line in near), near


def test_markers_are_those_of_what_is_shipped() -> None:
    assert pins("poetry.lock")["tomli"].marker == 'python_version == "3.11"'
    assert pins("poetry.lock")["several"].marker == 'os_name == "nt"'
    assert pins("poetry.lock", extras=("fast",))["speed"].marker == '(sys_platform == "linux")'
    assert pins("Pipfile.lock")["h-11"].marker == "os_name == 'posix'"


def test_a_row_for_an_extra_of_a_package_is_the_same_package() -> None:
    h11 = pins("pdm.lock")["h-11"]
    assert h11.hashes == (DIGEST, OTHER, "c" * 64)
    assert h11.marker == "", "one of the rows is without a condition"


@pytest.mark.parametrize("name", ALL)
def test_what_comes_from_no_index_is_named_and_has_no_hash(name: str) -> None:
    found = pins(name)
    assert found["repository"].source == f"git+https://code.example/r.git@{'c' * 40}"
    assert found["local"].source in ("path local", "path ./local")
    assert found["repository"].hashes == found["local"].hashes == ()
    assert found["h-11"].source == ""
    if "direct" in found:
        assert (found["direct"].source, found["direct"].hashes) == ("https://index.example/direct.whl", (DIGEST,))


def test_a_range_is_no_pin() -> None:
    assert pins("Pipfile.lock")["loose"].version == ""


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("poetry.lock", 'lock-version = "2.1"', 'lock-version = "2.0"', "does not say which packages are shipped"),
        ("poetry.lock", 'lock-version = "2.1"', 'lock-version = "1.1"', "does not say which packages are shipped"),
        ("poetry.lock", "[metadata]", "[meta]", "not a lock of Poetry"),
        ("poetry.lock", f"sha256:{DIGEST}", "sha256:00", "is no sha256"),
        ("poetry.lock", 'extra == \\"fast\\"', 'extra > \\"fast\\"', "is no marker"),
        ("poetry.lock", '["dev"]', '"dev"', "a list is expected"),
        ("poetry.lock", "name = ", "nam = ", "not a lock of Poetry"),
        ("poetry.lock", "[[package]]", "[[package", "not TOML"),
        ("pdm.lock", '["inherit_metadata"]', "[]", "does not say which packages are shipped"),
        ("pdm.lock", '"4.5.0"', '"5.0"', "is not 4.x"),
        ("pdm.lock", 'version = "0.16.0"', "version = 16", "a text is expected"),
        ("Pipfile.lock", '"pipfile-spec": 6', '"pipfile-spec": 7', "is not 6"),
        ("Pipfile.lock", '"default"', '"defaults"', "not a lock of Pipenv"),
        ("Pipfile.lock", '"==0.16.0"', "16", "a text is expected"),
        ("Pipfile.lock", '"develop"', '"default"', "stands twice"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_name(name: str, old: str, new: str, message: str) -> None:
    assert old in ALL[name]
    with pytest.raises(UnreadableError, match=message) as caught:
        pins(name, ALL[name].replace(old, new))
    assert str(caught.value).startswith(f"app/{name}: ")


@pytest.mark.parametrize("name", ALL)
@given(st.data())
def test_whatever_is_changed_it_is_read_or_refused(name: str, data: st.DataObject) -> None:
    text = ALL[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    try:
        pins(name, text[:start] + data.draw(st.text(max_size=5)) + text[end:])
    except (UnreadableError, UnicodeEncodeError):
        return
