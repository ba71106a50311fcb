"""One fuzz campaign: every harness, every phase, and what becomes of what they found."""

from __future__ import annotations

import base64
import re
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sdlc.errors import ToolError, UnreadableError
from sdlc.fuzzing.listing import swallows
from sdlc.fuzzing.phase import Died, Phases
from sdlc.fuzzing.regression_test import crash_id, regression_test
from sdlc.harness.guard import ROOM, current
from sdlc.model.digest import sha256
from sdlc.sandbox.confine import Limits, clean_environment, confined

AT_ONCE = 2
OWN = ("words", "coverage", "beside", "growth")
"""Searches that need no engine of others."""

SHARE = {"words": 0.15, "hypothesis": 0.05, "atheris": 0.35, "beside": 0.2, "growth": 0.25}
SHARE_TYPED = {"hypothesis": 0.4, "atheris": 0.6}
"""A strategy makes what a typed harness takes: no text is an input, and no pattern of bytes can be repeated in it."""

ENGINES = """
import importlib.util, sys
found = [name for name in ("hypothesis", "atheris") if importlib.util.find_spec(name)]
print(*found)
sys.stdout.flush()
if "hypothesis" in found:
    import hypothesis.strategies
    hypothesis.strategies.text().validate()
"""
"""Which engines are there; and Hypothesis writes its tables of characters once, for all phases."""

COVERAGE = re.compile(rb"\bcov: (\d+)")
SECONDS_TO_GROW = 30.0
SECONDS_TO_LOOK = 2.0
SECONDS_TO_PRUNE = 600.0
DEATHS = 8
"""How often a phase is begun behind inputs that end its process, within its budget."""

TO_START = 1.0
"""Seconds of a process that are not counted as searched when its end is an input's doing."""


@dataclass
class _Found:
    """What one harness came to: its row of `fuzz.json`, and the artifacts by name."""

    path: Path
    name: str
    row: dict[str, Any]
    typed: bool = False
    artifacts: dict[str, bytes] = field(default_factory=dict)
    reached: list[tuple[str, str, int, int]] = field(default_factory=list)
    deadly: list[bytes] = field(default_factory=list)


Reached = Mapping[str, tuple[str, Sequence[tuple[str, str, int, int]]]]
"""Of each harness, its file, and the functions that it reaches: installed file, name, first and last line."""


@dataclass(frozen=True)
class Wanted:
    """The harnesses of these names, all without any; with `keep`, the inputs that reached something are artifacts.

    `watch` is entered with the folder of all reports while the searches run.
    """

    only: tuple[str, ...] = ()
    keep: bool = False
    watch: Callable[[Path], AbstractContextManager[Path | None]] = nullcontext


ALL = Wanted()
KEPT = "kept"
LONGEST, MOST = 4096, 2000


@dataclass(frozen=True)
class Campaign(Phases):
    """Shares a time budget over harnesses and search engines; `without` are engines that are not used.

    `executions` are the inputs of each harness after which its searches end, however much time is left.
    """

    without: tuple[str, ...] = ()
    executions: int = 10**9

    def run(
        self,
        files: Sequence[Path],
        seconds: float,
        wanted: Wanted = ALL,
        affected: Callable[[Reached], Mapping[str, str]] | None = None,
    ) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
        """Rows for `fuzz.json`, artifacts by name (inputs, tests).

        `affected`, when given, is asked which harnesses to search, and why; the others are replayed and looked at. A
        file that cannot be listed is a row with a problem; the others go on. Raises ToolError.
        """
        declared, rows = [], []
        for path in files:
            hidden = swallows((self.tree / path).read_bytes(), self.packages)
            try:
                listed = [row for row in self._list(path) if not wanted.only or row["name"] in wanted.only]
            except (ToolError, UnreadableError) as error:
                rows.append(_found(path, "", error.message).row)
                continue
            for row in listed:
                name = str(row["name"])
                found = _found(path, name, swallowed=hidden.get(name, 0), typed=row.get("typed") is True)
                found.row |= {"target": str(row["target"])[:200]} if row.get("target") else {}
                declared.append(found)
        if not declared:
            return rows, {}
        rows = [] if wanted.only else rows  # who asks for some harnesses does not ask about other files
        engines = self._engines()
        with wanted.watch(self.scratch), ThreadPoolExecutor(AT_ONCE) as pool:
            searched = declared
            if affected is not None:
                list(pool.map(self._look, declared))
                why = affected({found.name: (str(found.path), found.reached) for found in declared})
                for found in declared:
                    found.row["affected"] = why.get(found.name, "")
                # Who could not be looked at is searched, and says itself why it cannot be.
                searched = [found for found in declared if found.name in why or found.row["problems"]]
            share = seconds * AT_ONCE / max(AT_ONCE, len(searched))
            list(pool.map(lambda found: self._harness(found, share if found in searched else 0, engines), declared))
        for found in declared if wanted.keep else ():
            corpus = self.corpus(found.path, found.name)
            for data in [*_small(corpus), *_small(corpus.with_name("begin"))][:MOST]:
                found.artifacts[f"{KEPT}/{found.name}/{sha256(data)[:16]}.bin"] = data
        artifacts = {name: data for found in declared for name, data in found.artifacts.items()}
        return [*(found.row for found in declared), *rows], artifacts

    def replay(self, path: Path, name: str, data: bytes, *, allow: float = 1.0) -> list[dict[str, Any]]:
        """The crashes of one harness on one stored input; `allow` is the share of its CPU limit that it may take.

        Raises ToolError, UnreadableError.
        """
        stored = self._store("stored", data)
        try:
            report = self.phase(path, name, "replay", 0.0, [stored], allow=allow)[0]
        except Died as death:
            return [_of_death(path, name, death)]
        if "problem" in report:
            raise ToolError(f"{path}: the harness cannot be imported: {report['problem']}")
        if not report["finished"]:
            raise ToolError(f"{path}: {name} ends the process")
        crashes: list[dict[str, Any]] = report["crashes"]
        return crashes

    def prune(self, path: Path, name: str, inputs: Sequence[bytes]) -> tuple[list[bytes], list[dict[str, Any]]]:
        """The smallest of `inputs` that together reach what all of them reach, and what crashed on the way.

        Raises ToolError, UnreadableError.
        """
        stored = [self._store("merged", data) for data in inputs]
        report = self.phase(path, name, "prune", SECONDS_TO_PRUNE, stored)[0]
        if "problem" in report:
            raise ToolError(f"{path}: the harness cannot be imported: {report['problem']}")
        if not report["finished"]:
            raise ToolError(f"{path}: {name} ends the process")
        return [inputs[place] for place in report["keeps"] if 0 <= place < len(inputs)], report["crashes"]

    def grow(self, path: Path, name: str, patterns: Sequence[str]) -> list[dict[str, Any]]:
        """How `patterns` (prefix,token,suffix,closing in hexadecimal) grow. Raises ToolError, UnreadableError."""
        report = self.phase(path, name, "growth", SECONDS_TO_GROW, patterns=patterns)[0]
        if "problem" in report:
            raise ToolError(f"{path}: the harness cannot be imported: {report['problem']}")
        measured: list[dict[str, Any]] = report["growth"]
        return measured

    def _engines(self) -> tuple[str, ...]:
        home = self.tables
        home.mkdir(exist_ok=True)
        command = confined([self.python, "-I", "-c", ENGINES], self.level, Limits(cpu_seconds=60, write=(home,)))
        environment = clean_environment(home, HYPOTHESIS_STORAGE_DIRECTORY=str(home))
        done = self.tools.run(*command, cwd=self.tree, timeout=60, env=environment)
        engines = tuple(name for name in done.stdout.decode().split() if name not in self.without)
        if not engines:
            raise ToolError(
                "neither hypothesis nor atheris is in the product's environment",
                hint="add both to the locked development requirements",
            )
        return engines

    def _list(self, path: Path) -> list[dict[str, Any]]:
        try:
            report = self.phase(path, "", "list")[0]
        except ToolError as error:
            raise ToolError(f"{path}: the harness cannot be imported: {error.message}") from None
        if "problem" in report:
            raise ToolError(f"{path}:{report.get('line', 0)}: the harness cannot be imported: {report['problem']}")
        rows: list[dict[str, Any]] = list(report.get("harnesses", ()))
        if not rows:
            raise ToolError(f"{path} declares no harness: decorate a function with @fuzz(raises=(…,))")
        for row in rows:
            if not str(row.get("name")).isidentifier():  # files are named after it, outside of the sandbox
                raise ToolError(f"{path}: {row.get('name')!r:.60} is no name of a function")
        return rows

    def _harness(self, found: _Found, seconds: float, engines: tuple[str, ...]) -> None:
        stored = self._stored(found)
        phases = [("replay", 0.0)] if stored else []
        phases += shares(engines, typed=found.typed) if seconds else []
        for phase, share in phases:
            try:
                self._through(found, phase, seconds * share, stored, int(self.executions * share))
            except (ToolError, UnreadableError) as error:
                found.row["problems"].append(f"{phase}: {error.message}")
                return  # it cannot pass any more, and what hangs would hang in every other search

    def _look(self, found: _Found) -> None:
        """What the harness reaches, by its stored inputs and short ones."""
        try:
            self._through(found, "reach", SECONDS_TO_LOOK, self._stored(found))
        except (ToolError, UnreadableError) as error:
            found.row["problems"].append(f"reach: {error.message}")

    def _stored(self, found: _Found) -> list[Path]:
        kept = [self.tree / found.path.parent / kind / found.name for kind in ("regressions", "corpus")]
        return sorted(stored for folder in kept for stored in folder.glob("*"))

    def _through(self, found: _Found, phase: str, budget: float, stored: list[Path], executions: int = 0) -> None:
        """One phase, begun again behind an input that ends its process by a fatal signal. Raises ToolError."""
        report = self.report(found.path, found.name, phase)
        for attempt in range(DEATHS + len(stored)):
            again = [crash for crash in found.row["crashes"] if crash["replayed"]]
            known = [crash["key"] for crash in again]
            hanging = [found.artifacts[crash["input"]] for crash in again if crash["exception"] == "Timeout"]
            began = time.monotonic()
            try:
                left, output = self.phase(
                    *(found.path, found.name, phase, budget, stored, known),
                    executions=executions,
                    seed=attempt,
                    deadly=found.deadly,
                    hanging=hanging,
                )
            except Died as death:
                data = _input_of(death, report)
                if data is None:
                    raise
                self._take(found, phase, self.left(report), b"")
                self._bury(found, phase, data, death)
                found.deadly.append(data)
                stored = [path for path in stored if path.read_bytes() != data]
                budget -= max(0.0, time.monotonic() - began - TO_START)
                if phase != "replay" and (budget <= 0 or attempt + 1 >= DEATHS):
                    return
                continue
            except ToolError:
                if report.is_file():
                    self._take(found, phase, self.left(report), b"")
                raise
            if "problem" in left:
                raise ToolError(str(left["problem"]))
            self._take(found, phase, left, output)
            if not left["finished"]:
                judged = current(report)
                on = f", the last: {judged[0][:60]!r}" if judged else ""
                raise ToolError(f"the harness ended the process after {left['executions']} inputs{on}")
            if left["forked"]:
                raise ToolError(f"the harness forked {left['forked']} times; a fuzz target stays one process")
            return

    def _take(self, found: _Found, phase: str, left: dict[str, Any], output: bytes) -> None:
        """What one process of a phase did goes to what the others did."""
        if "problem" in left:
            return
        engine = found.row["engines"].setdefault(phase, {"executions": 0, "seconds": 0.0, "sight": {}})
        engine["executions"] += left["executions"]
        engine["seconds"] = round(engine["seconds"] + left["seconds"], 3)
        if covered := COVERAGE.findall(output):
            engine["edges"] = max(engine.get("edges", 0), int(covered[-1]))
        engine["sight"] = {word: engine["sight"].get(word, 0) + count for word, count in left["sight"].items()}
        found.reached += left["reached"]
        if left["refused"]:
            engine["refused"] = left["refused"]
        if left["way"]:
            engine |= {"way": left["way"], "lines": left["lines"]}
        if left["growth"]:
            found.row["growth"] = left["growth"]
        if left["early"]:
            engine["early"] = left["early"]
        for crash in left["crashes"]:
            if any(known["key"] == crash["key"] and known["replayed"] for known in found.row["crashes"]):
                continue
            texts = [crash.pop("input"), *crash.pop("others", ())]
            inputs = [base64.b64decode(text, validate=True) for text in texts]
            good = next((data for data in inputs if self._crashes_again(found, crash["key"], data)), None)
            for known in [known for known in found.row["crashes"] if known["key"] == crash["key"]]:
                found.row["crashes"].remove(known)
                del found.artifacts[known["input"]], found.artifacts[known["test"]]
            self._keep(found, phase, crash, inputs[0] if good is None else good, replayed=good is not None)

    def _crashes_again(self, found: _Found, key: str, data: bytes) -> bool:
        """In a fresh process, which remembers no earlier input."""
        try:
            return any(one["key"] == key for one in self.replay(found.path, found.name, data))
        except (ToolError, UnreadableError):
            return False

    def _bury(self, found: _Found, phase: str, data: bytes, death: Died) -> None:
        """Keep the input that ended the process; a fresh one says where."""
        try:
            again = self.replay(found.path, found.name, data)
        except (ToolError, UnreadableError):
            again = []
        if not again and not death.number:
            raise death  # what ended libFuzzer, and cannot be seen again, has no name
        crash = again[0] if again else _of_death(found.path, found.name, death)
        if all(known["key"] != crash["key"] for known in found.row["crashes"]):
            self._keep(found, phase, crash, data, replayed=bool(again))

    def _keep(self, found: _Found, phase: str, crash: dict[str, Any], data: bytes, *, replayed: bool) -> None:
        artifact = f"crashes/{found.name}-{sha256(data)[:12]}.bin"
        found.artifacts[artifact] = data
        name = crash_id(found.name, crash["key"])
        test = f"regressions/test_{name}.py"
        what = f"{crash['exception']} in {crash['function']}(): {crash['message']}"
        found.artifacts[test] = regression_test(found.path.as_posix(), found.name, name, what, data)
        found.row["crashes"].append({**crash, "input": artifact, "phase": phase, "replayed": replayed, "test": test})

    def _store(self, name: str, data: bytes) -> Path:
        stored = self.scratch / f"{name}-{sha256(data)[:12]}.bin"
        stored.write_bytes(data)
        return stored


def shares(engines: Sequence[str], *, typed: bool) -> list[tuple[str, float]]:
    """The searches in their order, with their shares of the time; those share what an absent engine would have."""
    wanted = SHARE_TYPED if typed else SHARE
    if "atheris" not in engines:
        wanted = {"coverage" if name == "atheris" else name: part for name, part in wanted.items()}
    own = OWN if "hypothesis" in engines or not typed else ()
    there = {name: part for name, part in wanted.items() if name in (*engines, *own)}
    return [(name, part / sum(there.values())) for name, part in there.items()]


def _found(path: Path, name: str, *problems: str, swallowed: int = 0, typed: bool = False) -> _Found:
    row: dict[str, Any] = {"name": name, "file": str(path), "engines": {}, "crashes": [], "problems": list(problems)}
    row |= {"swallows": swallowed}
    return _Found(path, name, row, typed)


def _input_of(death: Died, report: Path) -> bytes | None:
    """What was being judged, as libFuzzer or the guard kept it."""
    if death.input is not None and death.input.is_file() and not death.input.is_symlink():
        return death.input.read_bytes()[:ROOM]
    judged = current(report)
    return judged[0] if judged and death.number else None


def _of_death(path: Path, name: str, death: Died) -> dict[str, Any]:
    """A crash like any other; its place is the innermost Python function that was at work."""
    exception = signal.Signals(death.number).name
    file, line, function = death.frames[0] if death.frames else (str(path), 0, name)
    return {
        "exception": exception,
        "message": "the process was killed",
        "path": file,
        "line": line,
        "function": function,
        "key": f"{exception} in {file.rsplit('/', 1)[-1]}:{function}"[:300],
    }


def _small(folder: Path) -> list[bytes]:
    """What the sandboxed process left there, as far as it is plain and small."""
    files = [one for one in folder.glob("*") if one.is_file() and not one.is_symlink()]
    return [one.read_bytes() for one in sorted(files) if one.stat().st_size <= LONGEST][:MOST]


def discover_packages(python_files: Iterable[str]) -> tuple[str, ...]:
    """The product's top-level packages: `src/<name>/__init__.py`, else `<name>/__init__.py`."""
    names = set()
    for path in python_files:
        parts = path.removeprefix("src/").split("/")
        if len(parts) == 2 and parts[1] == "__init__.py" and parts[0] not in ("tests", "fuzz", "docs"):
            names.add(parts[0])
    return tuple(sorted(names))
