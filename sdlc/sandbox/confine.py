"""
The command line that starts product code in the sandbox, and the probe that says which level works here.

Level `namespace`: a network namespace with loopback only, so tests may open sockets to themselves and nothing leaves.
Level `limits`: resource limits and no-new-privileges alone, for machines that forbid user namespaces. The level that
was in force goes into the evidence. Neither level hides files: see the launcher.
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


class Level(StrEnum):
    """How far product code is confined."""

    NAMESPACE = "namespace"
    LIMITS = "limits"


@dataclass(frozen=True)
class Limits:
    """Seconds of CPU per process, bytes of address space, bytes per file; `processes` None is no limit."""

    cpu_seconds: int = 600
    memory_bytes: int = 8 * 2**30
    file_bytes: int = 512 * 2**20
    processes: int | None = None


def confined(argv: Sequence[str], level: Level, limits: Limits) -> list[str]:
    """`argv` started by the launcher at `level` under `limits`."""
    options = ["--level", level.value, "--cpu", str(limits.cpu_seconds), "--memory", str(limits.memory_bytes)]
    options += ["--file", str(limits.file_bytes)]
    options += ["--processes", str(limits.processes)] if limits.processes is not None else []
    return [sys.executable, "-I", str(LAUNCHER), *options, "--", *argv]


def probe(tools: Tools, cwd: Path) -> Level:
    """The strongest level that works on this machine; raises ToolError when not even the weakest does."""
    trivial = [sys.executable, "-I", "-c", "pass"]
    try:
        tools.run(*confined(trivial, Level.NAMESPACE, Limits()), cwd=cwd, timeout=30)
    except ToolError:
        tools.run(*confined(trivial, Level.LIMITS, Limits()), cwd=cwd, timeout=30)
        return Level.LIMITS
    return Level.NAMESPACE


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """What product code finds in its environment: a home of its own, UTF-8, no byte code, a fixed hash seed.

    `more` comes on top; PATH among it, or product code finds the toolkit's own programs first.
    """
    fixed = {"HOME": str(home), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return fixed | {"LC_ALL": "C.UTF-8", "PYTHONNOUSERSITE": "1", "TMPDIR": str(home)} | more


def product_path(python: Path) -> str:
    """PATH for product code: the programs of its own environment, then those of the system."""
    return os.pathsep.join((str(python.parent), "/usr/local/bin", "/usr/bin", "/bin"))
