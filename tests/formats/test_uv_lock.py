"""`uv.lock` and `pylock.toml`: what the product reaches, with hashes, markers and lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats.locks import load_lock
from sdlc.formats.requirements_txt import Pin
from sdlc.formats.uv_lock import load_pylock, load_uv_lock

DIGEST, OTHER = "a" * 64, "b" * 64
REGISTRY = 'source = { registry = "https://index.example/simple" }'
UV = f"""\
version = 1
revision = 5

[[package]]
name = "Box"
version = "1.0"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "web", extra = ["socks"], marker = "sys_platform != 'emscripten'" }},
    {{ name = "fork", version = "1.0", marker = "python_version < '3.12'" }},
    {{ name = "fork", version = "2.0", marker = "python_version >= '3.12'" }},
]

[package.optional-dependencies]
fast = [{{ name = "speed" }}]

[package.dev-dependencies]
dev = [{{ name = "tester" }}]

[[package]]
name = "web"
version = "2.0"
{REGISTRY}
sdist = {{ url = "https://index.example/web.tar.gz", hash = "sha256:{OTHER}" }}
wheels = [{{ url = "https://index.example/web.whl", hash = "sha256:{DIGEST}" }}]
dependencies = [{{ name = "loop" }}]

[package.optional-dependencies]
socks = [{{ name = "socks" }}]

[[package]]
name = "socks"
version = "1.7"
{REGISTRY}

[[package]]
name = "loop"
version = "1.0"
{REGISTRY}
dependencies = [{{ name = "web", marker = "sys_platform == 'win32'" }}]

[[package]]
name = "fork"
version = "1.0"
{REGISTRY}
resolution-markers = ["python_version < '3.12'"]

[[package]]
name = "fork"
version = "2.0"
{REGISTRY}
resolution-markers = ["python_version >= '3.12'"]

[[package]]
name = "speed"
version = "3.0"
{REGISTRY}

[[package]]
name = "tester"
version = "9.0"
{REGISTRY}
"""
PYLOCK = f"""\
lock-version = "1.0"
created-by = "test"

[[packages]]
name = "Typing_Extensions"
version = "4.0"
marker = "python_version < '3.12'"
sdist = {{ name = "t.tar.gz", hashes = {{ sha256 = "{OTHER}" }} }}
wheels = [{{ name = "t.whl", hashes = {{ sha256 = "{DIGEST}", sha512 = "c" }} }}]

[[packages]]
name = "own"
directory = {{ path = "own" }}
"""


def uv(text: str = UV, extras: tuple[str, ...] = ()) -> dict[str, Pin]:
    return {f"{pin.name} {pin.version}": pin for pin in load_uv_lock(text.encode(), what="uv.lock", extras=extras)}


def test_what_the_product_reaches_and_nothing_for_development() -> None:
    assert list(uv()) == ["web 2.0", "socks 1.7", "loop 1.0", "fork 1.0", "fork 2.0"]
    assert "speed 3.0" in uv(extras=("Fast",))


def test_hashes_lines_and_the_markers_of_the_way() -> None:
    pins = uv()
    assert pins["web 2.0"].hashes == (DIGEST, OTHER)
    assert pins["web 2.0"].marker == "(sys_platform != 'emscripten')"
    assert pins["socks 1.7"].marker == "(sys_platform != 'emscripten')"
    assert pins["fork 1.0"].marker == "(python_version < '3.12')"
    assert UV.splitlines()[pins["fork 2.0"].line] == 'name = "fork"'
    unconditional = uv(UV.replace(", marker = \"sys_platform != 'emscripten'\"", ""))
    assert unconditional["loop 1.0"].marker == ""


def test_a_source_without_a_hash_has_none() -> None:
    text = UV.replace(REGISTRY, 'source = { git = "https://code.example/x?rev=1#abc" }')
    assert uv(text)["socks 1.7"].hashes == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[package]]", "[[package]", "not TOML"),
        ('{ virtual = "." }', '{ registry = "x" }', "names no product"),
        ('name = "loop" }', 'name = "gone" }', "gone"),
        ('name = "fork", version = "1.0"', 'name = "fork", version = "7"', "fork 7 is required and not locked"),
        (f"sha256:{DIGEST}", "sha256:12", "no sha256"),
        ('name = "tester"\nversion = "9.0"', 'name = "speed"\nversion = "3.0"', "stands twice"),
        ("dependencies = [{", "dependencies = [7, {", "tables are expected"),
        ('name = "Box"', "name = 7", "a text is expected"),
    ],
)
def test_a_lock_that_is_none_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=message) as caught:
        uv(UV.replace(old, new))
    assert caught.value.message.startswith("uv.lock: ")


def test_pylock() -> None:
    first, second = load_pylock(PYLOCK.encode(), what="pylock.toml")
    files = ((DIGEST, "t.whl", ""), (OTHER, "t.tar.gz", ""))
    assert first == Pin("typing-extensions", "4.0", (DIGEST, OTHER), "python_version < '3.12'", 4, files=files)
    assert (second.version, second.hashes, second.line) == ("", (), 11)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"1.0"', '"2.0"', "is not 1.x"),
        ('lock-version = "1.0"\n', "", "lock-version"),
        ('name = "own"\n', "", "name"),
        (DIGEST, "12", "no sha256"),
    ],
)
def test_a_pylock_that_is_none_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        load_pylock(PYLOCK.replace(old, new).encode(), what="pylock.toml")


def test_the_name_says_of_which_kind_a_lock_is() -> None:
    assert load_lock(UV.encode(), what="a/uv.lock")[0].name == "web"
    assert load_lock(PYLOCK.encode(), what="pylock.shipped.toml")[0].name == "typing-extensions"
    assert load_lock(f"h11==1 --hash=sha256:{DIGEST}\n".encode(), what="requirements.txt")[0].name == "h11"


def test_deep_nesting_and_many_ways_end() -> None:
    with pytest.raises(UnreadableError, match="not TOML"):
        load_pylock(b"a = " + b"[" * 100_000, what="pylock.toml")
    edges = [f'{{ name = "web", marker = "sys_platform == \'{number}\'" }},' for number in range(60)]
    assert uv(UV.replace("dependencies = [\n", "dependencies = [\n" + "".join(edges), 1))["loop 1.0"].marker == ""


values: Any = st.recursive(
    st.sampled_from(['"web"', "1", "true"]), lambda inner: st.lists(inner, max_size=2).map(str), max_leaves=3
)


@given(st.sampled_from(["name", "version", "source", "dependencies", "wheels", "marker", "hash"]), values)
def test_no_value_breaks_it(key: str, value: str) -> None:
    for text, load in ((UV, load_uv_lock), (PYLOCK, load_pylock)):
        at = text.find(f"{key} = ", 60)
        changed = text[:at] + f"{key} = {value}\n#" + text[at:]
        try:
            load(changed.encode(), what="a")
        except UnreadableError as error:
            assert error.message.startswith("a: ")


def test_the_files_that_a_lock_names() -> None:
    files = uv()["web 2.0"].files
    assert files == (
        (DIGEST, "web.whl", "https://index.example/web.whl"),
        (OTHER, "web.tar.gz", "https://index.example/web.tar.gz"),
    )


@pytest.mark.parametrize(
    "address", ["https://index.example/a b.whl", "file:///srv/web.whl", "web.whl", "https://index.example/<x>.whl"]
)
def test_an_address_that_is_none_is_left_out_with_its_name(address: str) -> None:
    assert uv(UV.replace("https://index.example/web.whl", address))["web 2.0"].files == (
        (OTHER, "web.tar.gz", "https://index.example/web.tar.gz"),
    )


def test_a_token_in_an_address_is_not_shown() -> None:
    text = UV.replace("https://index.example/web.whl", "https://user:token@index.example/web.whl?key=secret#x")
    assert uv(text)["web 2.0"].files[0] == (DIGEST, "web.whl", "https://index.example/web.whl")
