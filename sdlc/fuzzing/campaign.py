"""One fuzz campaign: every harness, every phase, each phase in a sandboxed process of its own."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json
from sdlc.fuzzing.regression_test import crash_id, regression_test
from sdlc.model.digest import sha256
from sdlc.sandbox.confine import Level, Limits, clean_environment, confined
from sdlc.tools import Tools

AT_ONCE = 2
GRACE = 60.0
SHARE = {"hypothesis": 0.3, "atheris": 0.7}
COVERAGE = re.compile(rb"\bcov: (\d+)")
MAX_REPORT = 64 * 1024 * 1024
MAX_KEY = 1000


@dataclass(frozen=True)
class Campaign:
    """`python` is the product's interpreter, `tree` a copy of its files, `path` the folder with `sdlc.harness`.

    `memory` in bytes; `packages` are the product's own; `tests` is the folder of its tests in the tree, or empty.
    """

    tools: Tools
    python: str
    tree: Path
    path: Path
    scratch: Path
    level: Level
    memory: int
    packages: tuple[str, ...]
    tests: str

    def run(
        self, files: Sequence[Path], seconds: float, only: str = ""
    ) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
        """Rows for `fuzz.json`, artifacts by name (inputs, tests); `only` one harness when given. Raises ToolError."""
        declared = [(path, row) for path in files for row in self._list(path) if only in ("", row["name"])]
        if not declared:
            raise ToolError(f"{files[0]} declares no harness", hint="decorate a function with @fuzz(raises=(…,))")
        engines = self._engines()
        share = seconds * AT_ONCE / max(AT_ONCE, len(declared))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(self._harness, path, str(row["name"]), share, engines) for path, row in declared]
            answers = [future.result() for future in futures]
        rows = [row for row, _ in answers]
        return rows, {name: data for _, inputs in answers for name, data in inputs.items()}

    def replay(self, path: Path, name: str, data: bytes, *, allow: float = 1.0) -> list[dict[str, Any]]:
        """The crashes of one harness on one stored input; `allow` is the share of its CPU limit that it may take.

        Raises ToolError, UnreadableError.
        """
        stored = self.scratch / f"stored-{sha256(data)[:12]}.bin"
        stored.write_bytes(data)
        report = self._phase(path, name, "replay", 0.0, [stored], allow=allow)[0]
        if "problem" in report:
            raise ToolError(f"{path}: the harness cannot be imported: {report['problem']}")
        crashes: list[dict[str, Any]] = report["crashes"]
        return crashes

    def _engines(self) -> tuple[str, ...]:
        code = "import importlib.util as u; print(*[m for m in ('hypothesis', 'atheris') if u.find_spec(m)])"
        command = confined([self.python, "-I", "-c", code], self.level, Limits(cpu_seconds=60))
        home = self.scratch / "engines"
        home.mkdir()
        done = self.tools.run(*command, cwd=self.tree, timeout=60, env=clean_environment(home))
        engines = tuple(done.stdout.decode().split())
        if not engines:
            raise ToolError(
                "neither hypothesis nor atheris is in the product's environment",
                hint="add both to the locked development requirements",
            )
        return engines

    def _list(self, path: Path) -> list[dict[str, Any]]:
        report = self._phase(path, "", "list", 0.0, [])[0]
        if "problem" in report:
            raise ToolError(
                f"{path}:{report.get('line', 0)}: the harness cannot be imported: {report['problem']}",
                hint="mend the import; the harness runs in the product's own environment",
            )
        rows: list[dict[str, Any]] = list(report["harnesses"])
        for row in rows:
            if not str(row.get("name")).isidentifier():  # files are named after it, outside of the sandbox
                raise ToolError(f"{path}: {row.get('name')!r:.60} is no name of a function")
        return rows

    def _harness(
        self, path: Path, name: str, seconds: float, engines: tuple[str, ...]
    ) -> tuple[dict[str, Any], dict[str, bytes]]:
        row: dict[str, Any] = {"name": name, "file": str(path), "engines": {}, "crashes": [], "problems": []}
        inputs: dict[str, bytes] = {}
        kept = [self.tree / path.parent / kind / name for kind in ("regressions", "corpus")]
        stored = sorted(stored for folder in kept for stored in folder.glob("*"))
        phases = [("replay", 0.0)] if stored else []
        total = sum(SHARE[engine] for engine in engines)
        phases += [(engine, seconds * SHARE[engine] / total) for engine in engines]
        for phase, budget in phases:
            known = [crash["key"] for crash in row["crashes"]]
            try:
                report, output = self._phase(path, name, phase, budget, stored, known)
            except (ToolError, UnreadableError) as error:
                row["problems"].append(f"{phase}: {error.message}")
                continue
            if "problem" in report:
                row["problems"].append(f"{phase}: {report['problem']}")
                continue
            if not report["finished"]:
                row["problems"].append(f"{phase}: the harness ended the process after {report['executions']} inputs")
            covered = COVERAGE.findall(output)
            edges = {"edges": int(covered[-1])} if covered else {}
            row["engines"][phase] = {"executions": report["executions"], "seconds": report["seconds"], **edges}
            row["engines"][phase]["sight"] = report["sight"]
            for crash in report["crashes"]:
                self._keep(path, name, phase, crash, row, inputs)
        return row, inputs

    def _keep(
        self, path: Path, name: str, phase: str, crash: dict[str, Any], row: dict[str, Any], inputs: dict[str, bytes]
    ) -> None:
        """Once per key: store the input, and see whether a fresh process crashes on it again."""
        if any(known["key"] == crash["key"] for known in row["crashes"]):
            return
        data = base64.b64decode(crash.pop("input"), validate=True)
        artifact = f"crashes/{name}-{sha256(data)[:12]}.bin"
        inputs[artifact] = data
        stored = self.scratch / f"{name}-{sha256(data)[:12]}.bin"
        stored.write_bytes(data)
        try:
            again = self._phase(path, name, "replay", 0.0, [stored])[0]
            replayed = any(other["key"] == crash["key"] for other in again.get("crashes", ()))
        except (ToolError, UnreadableError):
            replayed = False
        test = f"regressions/test_{crash_id(name, crash['key'])}.py"
        what = f"{crash['exception']} in {crash['function']}(): {crash['message']}"
        inputs[test] = regression_test(path.as_posix(), name, crash_id(name, crash["key"]), what, data)
        row["crashes"].append({**crash, "input": artifact, "phase": phase, "replayed": replayed, "test": test})

    def _phase(
        self,
        path: Path,
        name: str,
        phase: str,
        seconds: float,
        inputs: Iterable[Path],
        known: Sequence[str] | None = None,
        allow: float = 1.0,
    ) -> tuple[dict[str, Any], bytes]:
        folder = self.scratch / f"{path.stem}-{name or 'all'}-{phase}"
        home = folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        report = folder / "report.json"
        report.unlink(missing_ok=True)
        command = [self.python, "-m", "sdlc.harness.drive", "--phase", phase, "--file", str(path), "--harness", name]
        command += ["--seconds", str(seconds), "--report", str(report)]
        command += [word for package in self.packages for word in ("--package", package)]
        command += [word for stored in inputs for word in ("--input", str(stored.resolve()))]
        command += [f"--known={key}" for key in known or ()]
        command += ["--allow", str(allow)] if allow != 1.0 else []
        command += ["--shrink"] if known is not None else []
        command += ["--examples", self.tests] if self.tests else []
        limits = Limits(cpu_seconds=int(seconds + GRACE), memory_bytes=self.memory, file_bytes=MAX_REPORT)
        done = self.tools.run(
            *confined(command, self.level, limits),
            cwd=self.tree,
            timeout=seconds + GRACE,
            env=clean_environment(home, PYTHONPATH=str(self.path)),
            max_output=MAX_REPORT,
        )
        if not report.exists() or report.stat().st_size > MAX_REPORT:
            raise ToolError("the harness ended without a report")
        return _checked(strict_json.loads_object(report.read_bytes(), what="report.json")), done.stderr


def _checked(report: dict[str, Any]) -> dict[str, Any]:
    """The report came from a process that ran product code: its shape is not taken for granted."""
    try:
        if "problem" in report or "harnesses" in report:
            return report
        for crash in report["crashes"]:
            base64.b64decode(crash["input"], validate=True)
            [str(crash[key]) for key in ("exception", "message", "path", "function", "key")]
            if len(str(crash["key"])) > MAX_KEY or "\0" in str(crash["key"]):
                raise ValueError("no key of a crash")  # it becomes an argument of the next phase
            int(crash["line"])
            int(crash.get("found_bytes", 0))
        return {
            "executions": int(report["executions"]),
            "seconds": float(report["seconds"]),
            "crashes": report["crashes"],
            "finished": report["finished"] is True,
            "sight": {key: int(report["sight"][key]) for key in ("looked", "entered", "first_raise")},
        }
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise UnreadableError(f"report.json: {type(error).__name__}: {error}") from None


def discover_packages(python_files: Iterable[str]) -> tuple[str, ...]:
    """The product's top-level packages: `src/<name>/__init__.py`, else `<name>/__init__.py`."""
    names = set()
    for path in python_files:
        parts = path.removeprefix("src/").split("/")
        if len(parts) == 2 and parts[1] == "__init__.py" and parts[0] not in ("tests", "fuzz", "docs"):
            names.add(parts[0])
    return tuple(sorted(names))
