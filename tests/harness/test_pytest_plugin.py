"""The plug-in in a real pytest, away from gates and sandbox; the gate's own tests cover its outcomes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

from sdlc.formats.test_records import TestRecords, load_records
from sdlc.harness.touched import Touched
from sdlc.sandbox.harness_folder import lay_out


def run(tmp_path: Path, code: str, *arguments: str, modules: str = "") -> tuple[int, TestRecords]:
    """Exit code and records of pytest on one file that holds `code`."""
    folder = tmp_path / "product"
    folder.mkdir(exist_ok=True)
    (folder / "test_it.py").write_text(code)
    records = tmp_path / "records.jsonl"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "sdlc.harness.pytest_plugin",
        "-p",
        "no:cacheprovider",
    ]
    names = {"PYTHONPATH": str(lay_out(tmp_path / "path")), "SDLC_TEST_RECORDS": str(records)}
    environment = os.environ | names | {"SDLC_TESTED_MODULES": modules, "PYTEST_ADDOPTS": ""}
    done = subprocess.run([*command, *arguments, "."], cwd=folder, env=environment, capture_output=True, check=False)
    assert records.exists(), done.stderr.decode()
    return done.returncode, load_records(records.read_bytes())


def test_order_and_end(tmp_path: Path) -> None:
    code, records = run(tmp_path, "def test_b(): pass\ndef test_a(): assert False, 'first\\nsecond'\n")
    assert (code, records.finished, records.exit_code) == (1, True, 1)
    assert records.collected == ("test_it.py::test_b", "test_it.py::test_a")
    assert "first" in records.results["test_it.py::test_a"].message
    assert "\n" not in records.results["test_it.py::test_a"].message


def test_hostile_names_and_messages_stay_on_their_line(tmp_path: Path) -> None:
    code = "import pytest\n@pytest.mark.parametrize('x', ['\\n{}', '\\u2028', '\\ud800'], ids=repr)\n"
    code += "def test_x(x): raise ValueError(x * 5000)\n"
    exit_code, records = run(tmp_path, code)
    assert (exit_code, len(records.results), records.finished) == (1, 3, True)


def test_records_that_exist_are_never_taken_over(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text('{"event": "start"}\n')
    _, records = run(tmp_path, "def test_a(): pass\n")
    assert (records.results, records.finished) == ({}, False)


def test_a_maximum_of_failures_ends_the_run_openly(tmp_path: Path) -> None:
    _, records = run(tmp_path, "def test_a(): assert False\ndef test_b(): pass\n", "-x")
    assert set(records.collected) - set(records.results) == {"test_it.py::test_b"}


def test_only_named_modules_are_looked_up_in_the_environment(tmp_path: Path) -> None:
    """`iniconfig` lies in the environment and, here, in the tree as well."""
    shadow = "import pathlib, sys\ndef test_it():\n    sys.modules.pop('iniconfig', None)\n"
    shadow += "    sys.path.insert(0, str(pathlib.Path(__file__).parent / 'shadow'))\n    import iniconfig\n"
    shadow += "    assert 'shadow' not in (iniconfig.__file__ or '')\n"
    make = "import pathlib\nfolder = pathlib.Path(__file__).parent / 'shadow' / 'iniconfig'\n"
    make += "folder.mkdir(parents=True, exist_ok=True)\n(folder / '__init__.py').touch()\n"
    code, _ = run(tmp_path, make + shadow, modules="iniconfig")
    (tmp_path / "records.jsonl").unlink()
    for name in ("product", "path"):
        (tmp_path / name).rename(tmp_path / f"first-{name}")
    assert (code, run(tmp_path, make + shadow)[0]) == (0, 1)


TOUCHING = """
import subprocess, sys, threading
from packaging.specifiers import SpecifierSet
from packaging.version import Version

def test_one(): Version("1.0")
def test_thread():
    thread = threading.Thread(target=lambda: SpecifierSet(">1"))
    thread.start()
    thread.join()
def test_nothing(): assert True
def test_process(): subprocess.run([sys.executable, "-c", ""], check=True)
def test_after(): Version("1.0")
def test_as_written():
    import inspect, packaging.version
    assert "__sdlc" not in inspect.getsource(packaging.version)
    assert Version.__doc__ and Version.release.__doc__
"""


def test_what_a_test_touches_is_recorded_also_in_threads(tmp_path: Path) -> None:
    code, records = run(tmp_path, TOUCHING, modules="packaging")
    assert (code, records.finished) == (0, True)
    touched = {name.partition("::")[2]: one for name, one in records.touched.items()}
    assert "packaging/version.py::Version.__init__" in touched["test_one"].functions
    assert "packaging/specifiers.py::SpecifierSet.__init__" in touched["test_thread"].functions
    assert touched["test_nothing"].functions == frozenset()
    assert {name for name, one in touched.items() if one.spawned} == {"test_process"}
    assert touched["test_after"].functions == touched["test_one"].functions
    assert not any("<" in name for one in touched.values() for name in one.functions)


def test_a_module_that_somebody_else_compiles_is_left_as_it_is_and_named(tmp_path: Path) -> None:
    for name, text in {"numba": "", "odd": "import numba\ndef one(): return 1\n"}.items():
        (tmp_path / f"{name}.py").write_text(text)
    touched = Touched([str(tmp_path)])
    finder = PathFinder.find_spec("odd", [str(tmp_path)])
    assert finder is not None
    spec = touched.watch(finder)
    sys.path.insert(0, str(tmp_path))
    try:
        module = module_from_spec(spec)
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    finally:
        sys.path.remove(str(tmp_path))
    assert (module.one(), touched.take()) == (1, ([], False, ["odd.py"]))


def test_functions_are_named_as_a_person_points_at_them(tmp_path: Path) -> None:
    text = '''
class Box:
    """A box."""
    class Lid:
        def turn(self):
            "It turns."
    async def wait(self): return 1
    @property
    def size(self):
        def inner(): return 2
        class Local:
            def deep(self): return inner()
        return Local().deep()
if True:
    def free(): yield 3
'''
    (tmp_path / "shapes.py").write_text(text)
    touched = Touched([str(tmp_path)])
    found = PathFinder.find_spec("shapes", [str(tmp_path)])
    assert found is not None
    spec = touched.watch(found)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    assert touched.take()[0] == []
    box = module.Box()
    assert (box.size, list(module.free()), box.Lid().turn(), asyncio.run(box.wait())) == (2, [3], None, 1)
    assert box.Lid.turn.__doc__ == "It turns."
    assert box.Lid.turn.__code__.co_firstlineno == 5
    names = ("Box.Lid.turn", "Box.size", "Box.wait", "free")
    assert touched.take()[0] == [f"shapes.py::{name}" for name in names]
    touched.begin()
    assert touched.take()[0] == []
    assert not (tmp_path / "__pycache__").exists()


def test_what_a_conftest_imports_is_seen_too(tmp_path: Path) -> None:
    (tmp_path / "product").mkdir()
    (tmp_path / "product" / "conftest.py").write_text("from packaging.version import Version\n")
    code = "from conftest import Version\ndef test_one(): Version('1.0')\n"
    _, records = run(tmp_path, code, modules="packaging")
    one = records.touched["test_it.py::test_one"]
    # pytest itself needs some modules of packaging before: of those it is said that nothing is known.
    assert "packaging/version.py::Version.__init__" in one.functions or "packaging/version.py" in one.unseen
