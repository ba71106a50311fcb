"""Fixtures that every test may use. `sdlc` is the installed wheel, never the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.browser import MISSING

import sdlc

REPOSITORY = Path(__file__).parent.parent
SDLC = Path(sys.executable).parent / "sdlc"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the page are skipped where there is no browser, and where one is required that stops everything."""
    of_the_page = [item for item in items if item.get_closest_marker("browser")]
    if of_the_page and MISSING:
        if os.environ.get("SDLC_BROWSER"):
            pytest.exit(f"{len(of_the_page)} tests of the page must run, and cannot: {MISSING}", 2)
        for item in of_the_page:
            item.add_marker(pytest.mark.skip(reason=MISSING))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if MISSING and MISSING in str(one.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", "the page was NOT tested", red=True, bold=True)
        terminalreporter.write_line(f"{len(skipped)} tests of report.html did not run: {MISSING}", red=True)


def pytest_report_header() -> str:
    return f"sdlc under test: {Path(sdlc.__file__).parent}"


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    """Makes a real git repository from files given as `{path: text or bytes}`, with one commit."""

    def make(files: dict[str, str | bytes], name: str = "product") -> Path:
        root = tmp_path / name
        root.mkdir()
        git(root, "init", "-q", "-b", "main")
        commit(root, files)
        return root

    return make


def commit(root: Path, files: dict[str, str | bytes], message: str = "change") -> None:
    """Write `files` into `root` and commit all."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(root, "add", "-A")
    git(root, "commit", "-qm", message, "--allow-empty")


def git(root: Path, *arguments: str) -> str:
    """Run git under a fixed name, whatever the machine's own configuration says."""
    identity = ["-c", "user.name=Test Author", "-c", "user.email=author@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


def run_sdlc(*arguments: str, cwd: Path | None = None, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """The installed command as a user runs it."""
    return subprocess.run(
        [str(SDLC), *arguments], cwd=cwd, capture_output=True, text=True, timeout=timeout, check=False
    )


@pytest.fixture
def cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the installed `sdlc` command."""
    return run_sdlc
