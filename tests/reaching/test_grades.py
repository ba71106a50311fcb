"""What the source shows of a library, and every doubt that a syntax tree cannot settle."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.environments import install
from fakes.wheels import make_wheel
from hypothesis import given
from hypothesis import strategies as st

from sdlc.reaching.grades import Grade, Reach, Source, leads_to
from sdlc.reaching.modules import modules_of, symbols_in

LIBRARY = {
    "lib/__init__.py": b"from lib.core import parse, fine, load\n",
    "lib/core.py": b"def parse(x):\n    return x\n\ndef load(x):\n    return parse(x)\n\ndef fine():\n    return 1\n",
}
SYMBOLS = ("lib.core.parse",)


def reach(text: str, symbols: tuple[str, ...] = SYMBOLS, library: dict[str, bytes] = LIBRARY, **more: str) -> Reach:
    files = {"src/app.py": text.encode(), **{f"src/{name}.py": other.encode() for name, other in more.items()}}
    return Source(files).reach(["lib"], symbols, library)


CALLED = """\
import lib

def main():
    work()

def work():
    return lib.parse("x")

if True:
    main()
"""


def test_a_call_is_shown_with_the_way_to_it() -> None:
    found = reach(CALLED)
    assert (found.grade, found.symbol) == (Grade.CALLED, "lib.core.parse")
    assert found.path == (
        "src/app.py when it is imported",
        "src/app.py:3 main",
        "src/app.py:6 work",
        "src/app.py:7 lib.parse",
    )


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("import json\njson.loads('1')\n", Grade.NOT_IMPORTED),
        ("import library\nlibrary.parse()\n", Grade.NOT_IMPORTED),
        ("import lib\nlib.fine()\n", Grade.NOT_CALLED),
        ("import lib.core as c\nc.parse()\n", Grade.CALLED),
        ("from lib import parse as p\np()\n", Grade.CALLED),
        ("from lib import Reader\nr = Reader()\nr.parse()\n", Grade.CALLED),
        ("import lib\nthreads.start(lib.parse)\n", Grade.CALLED),
        ("import importlib\nimportlib.import_module('lib').parse()\n", Grade.CALLED),
        ("import lib\ngetattr(lib, 'parse')()\n", Grade.CALLED),
        ("import importlib\nimportlib.import_module('lib').fine()\n", Grade.NOT_CALLED),
    ],
)
def test_the_grades(text: str, grade: Grade) -> None:
    found = reach(text)
    assert found.grade is grade
    assert found.doubts == () or grade is Grade.CALLED


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("import importlib\nimportlib.import_module(name)\n", "src/app.py:2 imports a module by a computed name"),
        ("__import__(name)\n", "src/app.py:1 imports a module by a computed name"),
        ("exec(text)\n", "src/app.py:1 runs code that is computed (exec)"),
        ("from importlib.metadata import entry_points\nentry_points()\n", "src/app.py:2 loads plug-ins"),
        ("import lib\ngetattr(lib, name)()\n", "src/app.py:2 gets an attribute by a computed name"),
        ("from lib import *\n", "src/app.py imports everything of lib"),
        ("from lib import fine\nx = []\nx[0].parse()\n", "src/app.py:3 calls .parse() of an object that nobody knows"),
        ("from lib.core import parse\nstart(parse)\n", "src/app.py imports lib.core.parse by name"),
        ("import lib\nlib.load()\n", "src/app.py:2 lib.load may lead to it inside of the library"),
        ("import lib\nlib.fine(\n", "src/app.py could not be read"),
    ],
)
def test_what_a_syntax_tree_cannot_settle_is_a_doubt(text: str, doubt: str) -> None:
    found = reach(text)
    assert found.grade in (Grade.NOT_IMPORTED, Grade.NOT_CALLED)
    assert doubt in found.doubts


def test_a_name_that_another_module_hands_on_is_followed() -> None:
    found = reach("from src.ours import engine\nengine.parse()\n", ours="import lib as engine\n")
    assert (found.grade, found.path) == (Grade.CALLED, ("src/app.py:2 lib.parse",))


def test_without_symbols_nobody_can_say_more_than_imported() -> None:
    found = reach("import lib\n\ndef f():\n    lib.fine()\n", symbols=())
    assert (found.grade, found.symbol) == (Grade.IMPORTED, "lib.fine")
    assert found.path == ("src/app.py:3 f", "src/app.py:4 lib.fine")


def test_without_the_sources_of_the_library_its_inside_is_a_doubt() -> None:
    assert "are not there" in reach("import lib\nlib.fine()\n", library={}).doubts[0]


def test_tests_do_not_count_and_a_circle_of_calls_ends() -> None:
    assert Source({"tests/test_a.py": b"import lib\nlib.parse()\n"}).reach(["lib"], SYMBOLS, {}).grade == "not-imported"
    circle = "import lib\ndef a():\n    b()\ndef b():\n    a()\n    lib.parse()\n"
    assert reach(circle).path[-1] == "src/app.py:6 lib.parse"


def test_a_method_of_the_product_of_the_same_name_is_no_doubt() -> None:
    assert (
        reach("import lib\nclass A:\n    def parse(self):\n        return 1\na = A()\na.parse()\nlib.fine()\n").doubts
        == ()
    )


def test_many_doubts_are_counted() -> None:
    assert reach("import lib\n" + "exec(a)\n" * 8).doubts[-1] == "and 3 more"


@pytest.mark.parametrize(
    ("specific", "found"),
    [
        ({"imports": [{"path": "lib/core", "symbols": ["parse"]}]}, ("lib.core.parse",)),
        ({"affects": {"functions": ["lib::core::parse"]}}, ("lib.core.parse",)),
        ({"symbols": ["parse", "lib.fine"]}, ("lib.fine", "lib.parse")),
        ({"functions": ["bad name", 3, ""]}, ()),
        ({"imports": 3, "affects": [], "symbols": {}}, ()),
        (None, ()),
    ],
)
def test_symbols_of_a_record(specific: object, found: tuple[str, ...]) -> None:
    for key in ("ecosystem_specific", "database_specific"):
        assert symbols_in({"affected": [{key: specific}]}, ["lib"]) == found
        assert symbols_in({key: specific}, ["lib"]) == found


def test_modules_are_those_of_the_installed_record(tmp_path: Path) -> None:
    files = {"yaml_like/__init__.py": b"", "_fast.cpython-312-x86_64-linux-gnu.so": b"", "../x.py": b""}
    install(
        tmp_path,
        make_wheel("PyYaml-like".replace("-", "_"), "1.0", files={k: v for k, v in files.items() if ".." not in k}),
    )
    assert modules_of(tmp_path, "pyyaml-like", "1.0") == ("PyYaml_like", "_fast", "yaml_like")
    assert modules_of(tmp_path, "pyyaml-like", "2.0") == ()


def test_names_inside_of_a_library_are_followed_to_their_users() -> None:
    assert leads_to({"parse"}, LIBRARY) == {"parse", "load"}
    assert leads_to({"parse"}, {"a.py": b"(" * 9}) == {"parse"}


PIECES = st.sampled_from(
    [
        "import lib\n",
        "lib.parse()\n",
        "def f():\n    lib.load()\n",
        "f()\n",
        "from lib import *\n",
        "exec(x)\n",
        "x.parse()\n",
    ]
)


@given(st.lists(PIECES, max_size=6).map("".join))
def test_a_written_call_is_never_called_absent(text: str) -> None:
    found = reach(text)
    if "import lib\n" in text and "lib.parse()" in text:
        assert found.grade is Grade.CALLED
    elif found.grade in (Grade.NOT_IMPORTED, Grade.NOT_CALLED) and ("exec" in text or "import *" in text):
        assert found.doubts
