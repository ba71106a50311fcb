"""
The product's Python environment: made of what its lock pins, fetched without executing anything of it.

Fetching happens outside of the sandbox, because it needs the network; so it only ever takes wheels with known hashes,
and starts the new interpreter before any package is in it, never after. What is built is installed in the sandbox.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sdlc.errors import ToolError
from sdlc.sandbox.confine import Level, Limits, clean_environment, confined
from sdlc.tools import Tools

UV_SECONDS = 300.0
READY = "ready.pth"
"""The file that says where the packages of a ready interpreter lie."""

QUIET = ("--quiet", "--no-progress", "--no-config")
PYTHON_NAME = re.compile(r"(python)?[0-9.]+\Z")


@dataclass(frozen=True)
class Environment:
    """The folder `path` of the product at `root`; `home` is a scratch folder that holds nothing else's files."""

    path: Path
    root: Path
    home: Path

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.path / "bin" / "python"

    def make(self, tools: Tools, python: str, requirements: Sequence[str], timeout: float) -> None:
        """Afresh, from hashed requirement files of the product; without any, with the packages of `python`.

        `python` is a version ("3.12") or an absolute path, empty for the running one. Raises ToolError.
        """
        base = python or sys.executable
        self._refuse_what_came_along(base)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.parent.mkdir(exist_ok=True)
        venv = ("uv", "venv", *QUIET, "--python", base, str(self.path))
        tools.run(*venv, cwd=self.home, timeout=UV_SECONDS, network=True)
        if not requirements:
            return self._share(tools, base)
        files = [word for path in requirements for word in ("-r", path)]
        locked = ("--require-hashes", "--only-binary", ":all:", "--python", str(self.python))
        # All files in one start: before a second, packages of the first could have a say in the interpreter.
        fetch = ("uv", "pip", "install", *QUIET, *locked, *files)
        try:
            tools.run(*fetch, cwd=self.root, timeout=timeout, network=True)
        except ToolError as error:
            raise ToolError(
                f"what {', '.join(requirements)} pins could not be fetched: {error.message}",
                hint="see all that uv says: uv pip install --dry-run --require-hashes --only-binary :all: -r …",
            ) from error
        return None

    def install(self, tools: Tools, wheels: Sequence[Path], level: Level) -> None:
        """What was built, without its dependencies, in the sandbox: the build could have changed the interpreter."""
        options = ("--no-deps", "--offline", "--no-cache", "--python", str(self.python))
        command = ["uv", "pip", "install", *QUIET, *options, *map(str, wheels)]
        argv = confined(command, level, Limits(cpu_seconds=int(UV_SECONDS)))
        tools.run(*argv, cwd=self.home, timeout=UV_SECONDS, env=clean_environment(self.home))

    def packages(self) -> list[dict[str, str]]:
        """Names and versions of what is installed, as the folders of their metadata say."""
        names = sorted(path.name.removesuffix(".dist-info") for path in self.path.rglob("*.dist-info"))
        return [{"name": name.partition("-")[0], "version": name.partition("-")[2]} for name in names]

    def version(self) -> str:
        """Version of the interpreter, read and not asked."""
        said = re.search(r"^version_info = ([0-9.]+)", (self.path / "pyvenv.cfg").read_text("utf-8"), re.MULTILINE)
        return said[1] if said else "unknown"

    def _refuse_what_came_along(self, base: str) -> None:
        """`python` is written in a pull request: it may name a program of this machine, never one of the tree."""
        path = Path(base)
        inside = any(form.is_relative_to(self.root) for form in (path.absolute(), path.resolve()))
        if not PYTHON_NAME.match(base) and (not path.is_absolute() or inside):
            raise ToolError(
                f"sdlc.toml: gates.build.python: {base!r} is no interpreter of this machine",
                hint='write a version ("3.12") or an absolute path outside of the repository',
            )
        if self.path.is_symlink() or self.path.parent.is_symlink():
            raise ToolError(f"{self.path} is behind a symbolic link; nothing was written", hint="remove the link")

    def _share(self, tools: Tools, base: str) -> None:
        """Let the environment see the packages of the ready interpreter `base`."""
        if not Path(base).is_absolute():
            raise ToolError(
                f"sdlc.toml: gates.build: python = {base!r} without requirements is no ready environment",
                hint="name the hashed requirement files, or the absolute path of a ready interpreter",
            )
        ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
        ready = tools.run(base, "-I", "-c", ask, cwd=self.home, timeout=60).stdout
        next(self.path.glob("lib/python*/site-packages")).joinpath(READY).write_bytes(ready)
