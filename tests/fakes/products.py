"""A tiny product in a real git repository, whose environment is that of the running interpreter: no network needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from sdlc.gates import build
from sdlc.model.result import RawArtifacts
from sdlc.tools import LocalTools
from sdlc.workspace import Workspace, open_workspace

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "box"
version = "1.0"
requires-python = ">=3.11"
[tool.hatch.build.targets.wheel]
packages = ["src/box"]
"""
PRODUCT: dict[str, str | bytes] = {
    "pyproject.toml": PYPROJECT,
    ".gitignore": ".sdlc/env/\n.sdlc/out/\n",
    "src/box/__init__.py": "def double(x):\n    return 2 * x\n",
    "tests/test_box.py": "from box import double\n\ndef test_double():\n    assert double(2) == 4\n",
}
COMMAND = ("python", "-m", "hatchling", "build", "--target", "wheel", "--directory", "{out}")
CONFIGURATION = f"""\
schema = "sdlc/1"
[product]
name = "box"
version = "1.0"
[gates.build]
python = "{sys.executable}"
command = {list(COMMAND)}
"""
"""`sdlc.toml` of the product: built by the running interpreter."""

POLICY = """\
schema = "sdlc.policy/1"
id = "box"
rules = [{id = "builds", type = "required", gate = "build"}, {id = "tests", type = "required", gate = "tests"},
         {id = "code", type = "required", gate = "static-analysis", severity = "medium"},
         {id = "threats", type = "required", gate = "threat-model", when = "applicable"}]
"""
"""A policy of four gates."""

WEAK = "import subprocess\n\ndef run(request):\n    subprocess.run(f\"ls {request.args['x']}\", shell=True)\n"
"""A file that brings a command injection."""

READY = build.Settings(python=sys.executable, command=COMMAND, timeout=120)
TOOLS = LocalTools(dict(os.environ))


def open_product(repository: Callable[..., Path], files: dict[str, str | bytes] | None = None) -> Workspace:
    """The product with `files` changed or added."""
    return open_workspace(repository(PRODUCT | (files or {})), TOOLS)


def built(workspace: Workspace, settings: build.Settings = READY) -> RawArtifacts:
    """The raw artifacts of its build."""
    return build.run(workspace, TOOLS, settings, {})
