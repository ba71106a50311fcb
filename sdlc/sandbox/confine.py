"""
The command line that starts product code in the sandbox, and the probe that says which level works here.

Level `sealed`, for fuzzing: on top of `namespace`, processes of its own that all end with it, no socket at all, and no
change of what a file holds outside of named folders, in which only so much may lie. Level `namespace`: a network
namespace with loopback only, so tests may open sockets to themselves and nothing leaves. Level `limits`: resource
limits and no-new-privileges alone, for machines that forbid user namespaces. The level that was in force goes into the
evidence. No level hides files: see the launcher.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sdlc.errors import ToolError
from sdlc.tools import Tools

LAUNCHER = Path(__file__).with_name("launcher.py")


TRIAL = """
import pathlib, socket, sys
folder = pathlib.Path(sys.argv[1])
(folder / "trial" / "inside").write_text("may be")
for attempt in (lambda: (folder / "outside").write_text("may not be"), socket.socket):
    try:
        attempt()
    except PermissionError:
        continue
    sys.exit(1)
"""
"""Ends with 0 where writing inside works, and writing outside and sockets do not."""


class Level(StrEnum):
    """How far product code is confined."""

    SEALED = "sealed"
    NAMESPACE = "namespace"
    LIMITS = "limits"


@dataclass(frozen=True)
class Limits:
    """Seconds of CPU per process, bytes of address space, bytes per file; `processes` None is no limit.

    Level `sealed` knows `write`, the folders that may be written to, and `disk_bytes`, what may lie in all of them.
    """

    cpu_seconds: int = 600
    memory_bytes: int = 8 * 2**30
    file_bytes: int = 512 * 2**20
    processes: int | None = None
    write: tuple[Path, ...] = ()
    disk_bytes: int = 2**30


def confined(argv: Sequence[str], level: Level, limits: Limits) -> list[str]:
    """`argv` started by the launcher at `level` under `limits`."""
    options = ["--level", level.value, "--cpu", str(limits.cpu_seconds), "--memory", str(limits.memory_bytes)]
    options += ["--file", str(limits.file_bytes)]
    options += ["--processes", str(limits.processes)] if limits.processes is not None else []
    if level is Level.SEALED:
        options += [word for folder in limits.write for word in ("--write", str(folder.resolve()))]
        options += ["--disk", str(limits.disk_bytes)]
    return [sys.executable, "-I", str(LAUNCHER), *options, "--", *argv]


def probe(tools: Tools, cwd: Path, *, sealed: bool = False) -> Level:
    """The strongest level that works on this machine; raises ToolError when not even the weakest does.

    `sealed` only when asked for, and only when a trial in `cwd` shows that it keeps in what it must.
    """
    if sealed:
        inner = cwd / "trial"
        inner.mkdir(exist_ok=True)
        trial = [sys.executable, "-I", "-c", TRIAL, str(cwd.resolve())]
        if _works(tools, cwd, confined(trial, Level.SEALED, Limits(write=(inner,)))):
            return Level.SEALED
    trivial = [sys.executable, "-I", "-c", "pass"]
    if _works(tools, cwd, confined(trivial, Level.NAMESPACE, Limits())):
        return Level.NAMESPACE
    tools.run(*confined(trivial, Level.LIMITS, Limits()), cwd=cwd, timeout=30)
    return Level.LIMITS


def _works(tools: Tools, cwd: Path, command: Sequence[str]) -> bool:
    try:
        tools.run(*command, cwd=cwd, timeout=30)
    except ToolError:
        return False
    return True


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """What product code finds in its environment: a home of its own, UTF-8, no byte code, a fixed hash seed.

    `more` comes on top; PATH among it, or product code finds the toolkit's own programs first.
    """
    fixed = {"HOME": str(home), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return fixed | {"LC_ALL": "C.UTF-8", "PYTHONNOUSERSITE": "1", "TMPDIR": str(home)} | more


def product_path(python: Path) -> str:
    """PATH for product code: the programs of its own environment, then those of the system."""
    return os.pathsep.join((str(python.parent), "/usr/local/bin", "/usr/bin", "/bin"))
