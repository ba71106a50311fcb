"""One phase of one harness, in a sandboxed process of its own; what it leaves behind is not taken for granted."""

from __future__ import annotations

import base64
import binascii
import re
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json
from sdlc.harness.guard import current
from sdlc.harness.oracle import SHORT
from sdlc.harness.report import OTHERS
from sdlc.sandbox.confine import Level, Limits, clean_environment, confined
from sdlc.tools import Tools

MAX_REPORT = 64 * 1024 * 1024
MAX_DISK = 256 * 1024 * 1024
MAX_KEY = 1000
LONGEST_DEADLY = 4096
"""Bytes of an input that ended a process and is told to the next one."""
MOST_FUNCTIONS = 20_000
SIGHT = ("looked", "entered", "first_raise", "close", "first_lines", "lines", "hit")
IMPORT_SECONDS = 30.0
"""Seconds that a file of harnesses may take to be imported and listed."""

FATAL = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS)
"""Signals that say that native code failed on an input; any other end is the harness's own doing, or a limit."""

LIBFUZZER = 77
"""Exit code of libFuzzer when it caught a fatal signal, and kept the input in a file `crash-…`."""

FRAME = re.compile(r'File "([^"]+)", line ([0-9]+) in ([A-Za-z0-9_<>]+)')


class Died(ToolError):
    """The process was ended by the fatal signal `number` while it judged an input; 0 when libFuzzer does not say.

    `frames` are those of Python, innermost first: file, line, function. `input` is the file that libFuzzer wrote.
    """

    def __init__(self, number: int, frames: Sequence[tuple[str, int, str]], input: Path | None = None) -> None:
        super().__init__(f"the harness was killed by {signal.Signals(number).name if number else 'a fatal signal'}")
        self.number = number
        self.frames = tuple(frames)
        self.input = input


@dataclass(frozen=True)
class Phases:
    """`python` is the product's interpreter, `tree` a copy of its files, `path` the folder with `sdlc.harness`.

    `memory` in bytes; `packages` are the product's own; `tests` is the folder of its tests in the tree, or empty.
    `grace` are the seconds that a phase may take beyond its budget, for imports and for making crashes smaller;
    `import_seconds` a file of harnesses to be imported and listed.
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
    grace: float = 60.0
    import_seconds: float = IMPORT_SECONDS

    @property
    def tables(self) -> Path:
        """Where Hypothesis finds its tables of characters, which take seconds to make."""
        return self.scratch / "tables"

    def corpus(self, path: Path, name: str) -> Path:
        """Where the search by coverage leaves the inputs that it kept."""
        folders = [self.report(path, name, engine).parent / "corpus" for engine in ("atheris", "coverage")]
        return next((folder for folder in folders if folder.is_dir()), folders[0])

    def report(self, path: Path, name: str, phase: str) -> Path:
        """Where that phase writes its report; the folder around it is all that it may write to."""
        return self.scratch / f"{path.stem}-{name or 'all'}-{phase}" / "report.json"

    def phase(
        self,
        path: Path,
        name: str,
        phase: str,
        seconds: float = 0.0,
        inputs: Iterable[Path] = (),
        known: Sequence[str] | None = None,
        *,
        executions: int = 0,
        allow: float = 1.0,
        patterns: Iterable[str] = (),
        seed: int = 0,
        deadly: Iterable[bytes] = (),
        hanging: Iterable[bytes] = (),
    ) -> tuple[dict[str, Any], bytes]:
        """The report, and what was printed on standard error. Raises ToolError (Died among them), UnreadableError."""
        report = self.report(path, name, phase)
        home = report.parent / "home"
        home.mkdir(parents=True, exist_ok=True)
        for kept in (
            *report.parent.glob("crash-*"),
            report,
            report.with_suffix(".current"),
            report.with_suffix(".death"),
        ):
            kept.unlink(missing_ok=True)
        command = [self.python, "-m", "sdlc.harness.drive", "--phase", phase, "--file", str(path), "--harness", name]
        command += ["--seconds", str(seconds), "--seed", str(seed), "--report", str(report)]
        command += ["--executions", str(executions)] if executions else []
        command += [word for package in self.packages for word in ("--package", package)]
        command += [word for stored in inputs for word in ("--input", str(stored.resolve()))]
        command += [f"--known={key}" for key in known or ()]
        command += ["--allow", str(allow)] if allow != 1.0 else []
        command += [f"--pattern={pattern}" for pattern in patterns]
        command += [f"--deadly={data.hex()}" for data in deadly if len(data) <= LONGEST_DEADLY]
        command += [f"--hanging={data.hex()}" for data in hanging if 0 < len(data) <= SHORT]
        command += ["--shrink"] if known is not None else []
        command += ["--examples", self.tests] if self.tests else []
        command += ["--kept", str(self.corpus(path, name))] if phase in ("beside", "growth") else []
        most = self.import_seconds if phase == "list" else seconds + self.grace
        limits = Limits(int(most), self.memory, MAX_REPORT, write=(report.parent,), disk_bytes=MAX_DISK)
        done = self.tools.run(
            *confined(command, self.level, limits),
            cwd=self.tree,
            timeout=most,
            ok={0, LIBFUZZER, *(-number for number in FATAL)},
            env=clean_environment(home, PYTHONPATH=str(self.path), HYPOTHESIS_STORAGE_DIRECTORY=str(self.tables)),
            max_output=MAX_REPORT,
        )
        if done.exit_code == LIBFUZZER:
            raise Died(0, (), next(report.parent.glob("crash-*"), None))
        if done.exit_code != 0:
            raise Died(-done.exit_code, _frames(report.with_suffix(".death")))
        return self.left(report), done.stderr

    def left(self, report: Path) -> dict[str, Any]:
        """The report that a process left, as far as it came. Raises ToolError without one, UnreadableError."""
        if not report.is_file() or report.is_symlink() or report.stat().st_size > MAX_REPORT:
            raise ToolError("the harness ended without a report")
        read = _checked(strict_json.loads_object(report.read_bytes(), what="report.json"))
        judged = current(report)
        if judged is not None and not read.get("finished", True):
            read["executions"] = max(read["executions"], min(judged[1], 2**53))
        return read


def _frames(file: Path) -> list[tuple[str, int, str]]:
    """Innermost first, what faulthandler wrote; nothing where it could not."""
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            text = stream.read(1 << 20)
    except OSError:
        return []
    return [(path, int(line), function) for path, line, function in FRAME.findall(text)]


def _checked(report: dict[str, Any]) -> dict[str, Any]:
    """The report came from a process that ran product code: its shape is not taken for granted."""
    try:
        if "problem" in report or "harnesses" in report:
            return report
        for crash in report["crashes"]:
            for text in (crash["input"], *crash.setdefault("others", [])):
                base64.b64decode(text, validate=True)
            if len(crash["others"]) > OTHERS + 1:
                raise ValueError("more inputs of a crash than are kept")
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
            "forked": int(report["forked"]),
            "growth": [_growth(one) for one in report["growth"][:20]],
            "refused": [_place(one) for one in report.get("refused", [])[:3]],
            "keeps": [int(place) for place in report.get("keeps", [])],
            "way": str(report.get("way", ""))[:20],
            "lines": int(report.get("lines", 0)),
            "reached": [_function(one) for one in report.get("reached", [])[:MOST_FUNCTIONS]],
            "early": [str(name)[:200] for name in report["early"][:20]],
            "sight": {key: int(report["sight"][key]) for key in SIGHT},
        }
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise UnreadableError(f"report.json: {type(error).__name__}: {error}") from None


def _place(one: Any) -> tuple[str, int, int]:
    path, line, count = one
    return str(path)[:300], int(line), int(count)


def _function(one: Any) -> tuple[str, str, int, int]:
    path, name, first, last = one
    return str(path), str(name)[:200], int(first), int(last)


def _growth(one: dict[str, Any]) -> dict[str, Any]:
    texts = {key: bytes.fromhex(str(one.get(key, ""))).hex() for key in ("prefix", "token", "suffix", "closing")}
    numbers = {"exponent": float(one["exponent"]), "second_at": int(one["second_at"])}
    return texts | numbers | {"exponential": one["exponential"] is True}
