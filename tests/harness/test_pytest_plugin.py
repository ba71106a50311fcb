"""The plug-in in a real pytest, away from gates and sandbox; the gate's own tests cover its outcomes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sdlc.formats.test_records import TestRecords, load_records
from sdlc.sandbox.harness_folder import lay_out


def run(tmp_path: Path, code: str, *arguments: str, modules: str = "") -> tuple[int, TestRecords]:
    """Exit code and records of pytest on one file that holds `code`."""
    folder = tmp_path / "product"
    folder.mkdir()
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
