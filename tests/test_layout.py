"""The house keeps its shape: two levels, small rooms, no rooms for odds and ends; the tests test the wheel."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

import sdlc

REPOSITORY = Path(__file__).parent.parent
SOURCES = sorted((REPOSITORY / "sdlc").rglob("*.py"))
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "base", "core", "misc"}


def test_the_tests_run_on_the_installed_wheel() -> None:
    assert Path(sdlc.__file__).parent != REPOSITORY / "sdlc"
    assert (Path(sdlc.__file__).parent / "rules").is_dir()


def test_two_levels_never_three() -> None:
    deep = [path for path in SOURCES if len(path.relative_to(REPOSITORY / "sdlc").parts) > 2]
    assert deep == []


def test_no_file_over_400_lines_and_a_small_median() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert {str(path): n for path, n in lengths.items() if n > 400} == {}
    assert statistics.median(lengths.values()) <= 150


def test_gates_are_thin() -> None:
    long = {p.name: n for p in SOURCES if p.parent.name == "gates" and (n := len(p.read_text().splitlines())) > 150}
    assert long == {}


def test_no_room_for_odds_and_ends() -> None:
    assert [path for path in SOURCES if path.stem in FORBIDDEN or path.parent.name in FORBIDDEN] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_module_says_what_it_is(path: Path) -> None:
    assert path.read_text().lstrip().startswith(('"""', 'r"""'))


def test_only_cli_reads_clock_and_environment() -> None:
    reads = re.compile(r"os\.environ|os\.getenv|datetime\.now\(|date\.today\(|time\.time\(")
    offenders = [
        str(path.relative_to(REPOSITORY))
        for path in SOURCES
        if path.name != "cli.py" and path.parent.name != "harness" and reads.search(path.read_text())
    ]
    assert offenders == []


def test_no_registry_host_and_no_machine_path_is_committed() -> None:
    hosts = re.compile("py" + r"pi\.org|python" + r"hosted|npm" + r"js\.org|proxy\.gol" + "ang|/ro" + "ot/")
    suffixes = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".in", ""}
    folders = ("sdlc", "rules", "tests", "docs", "examples", "bench", "requirements", "threat_models", ".github")
    files = [p for folder in folders for p in (REPOSITORY / folder).rglob("*") if p.is_file() and p.suffix in suffixes]
    offenders = [
        str(p.relative_to(REPOSITORY))
        for p in files
        if "__pycache__" not in p.parts and ".sdlc" not in p.parts and hosts.search(p.read_text(errors="replace"))
    ]
    assert len(files) > 50
    assert offenders == []
