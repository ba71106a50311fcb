"""Product code finds `sdlc.harness`, and nothing else of the toolkit."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from sdlc.errors import ToolError
from sdlc.sandbox.harness_folder import HARNESS, lay_out
from sdlc.tools import LocalTools


def run(code: str, folder: Path) -> str:
    isolated = f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"
    tools = LocalTools(dict(os.environ))
    return tools.run(sys.executable, "-I", "-S", "-c", isolated, cwd=folder, timeout=60).stdout.decode().strip()


def test_the_harness_is_there(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "path")
    assert run("import sdlc.harness as h; print(h.__file__)", folder).startswith(str(folder))
    laid_out = {path.name for path in (folder / "sdlc" / "harness").iterdir() if path.suffix == ".py"}
    assert laid_out == {path.name for path in HARNESS.glob("*.py")}


def test_the_toolkit_is_not(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"No module named 'sdlc\.tools'"):
        run("import sdlc.tools", lay_out(tmp_path / "path"))
