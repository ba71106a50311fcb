"""
Runs one phase of one harness in the product's environment and writes what happened to a JSON file.

Phases: `list` (which harnesses are there), `replay` (given inputs, deterministic), `hypothesis`, `atheris`. A crash
does not end a phase: it is remembered by its key, made smaller, and the search goes on behind it. Started by the fuzz
gate, once per phase, in the sandbox: `python -m sdlc.harness.drive …`.
"""

from __future__ import annotations

import argparse
import ast
import base64
import importlib.util
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from sdlc.harness.fuzz import Harness, harnesses_of
from sdlc.harness.oracle import Crash, Oracle, own_folders, shrink

MAX_CRASHES = 20
ROUND = 300


class Report:
    """What one phase came to; written again after every change, because an engine may end the process."""

    def __init__(self, path: Path, oracle: Oracle) -> None:
        self._path = path
        self._oracle = oracle
        self._started = time.monotonic()
        self._crashes: list[dict[str, Any]] = []

    def add(self, crash: Crash, value: Any) -> None:
        """Remember `crash` with the smallest input that was found."""
        self._oracle.known.add(crash.key)
        if len(self._crashes) < MAX_CRASHES:
            data = value if isinstance(value, bytes) else repr(value).encode("utf-8", "backslashreplace")
            encoded = base64.b64encode(data[: 1 << 20]).decode()
            self._crashes.append({**vars(crash), "key": crash.key, "input": encoded})
        self.write()

    def write(self) -> None:
        """Replace the file by the present state."""
        seconds = round(time.monotonic() - self._started, 3)
        document = {"executions": self._oracle.executions, "seconds": seconds, "crashes": self._crashes}
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(document))
        partial.replace(self._path)


def main() -> None:
    """One phase."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--phase", choices=["list", "replay", "hypothesis", "atheris"], required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--harness", default="")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--package", action="append", default=[])
    parser.add_argument("--input", action="append", default=[], type=Path)
    parser.add_argument("--report", type=Path, required=True)
    options = parser.parse_args()
    try:
        if options.phase == "atheris":
            import atheris

            with atheris.instrument_imports(include=list(options.package)):
                module = load(options.file)
        else:
            module = load(options.file)
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(options.file)]
        line = getattr(error, "lineno", None) or (frames[-1].lineno if frames else 0)
        options.report.write_text(json.dumps({"problem": f"{type(error).__name__}: {error}", "line": line}))
        return
    if options.phase == "list":
        rows = [{"name": harness.name, "typed": harness.strategy is not None} for harness in harnesses_of(module)]
        options.report.write_text(json.dumps({"harnesses": rows}))
        return
    harness = next(harness for harness in harnesses_of(module) if harness.name == options.harness)
    oracle = Oracle(harness, own_folders(options.package))
    report = Report(options.report, oracle)
    if options.phase == "replay":
        replay(oracle, report, options.input)
    elif options.phase == "hypothesis":
        search_with_hypothesis(oracle, report, options.seconds, tokens(oracle.folders))
    else:
        search_with_atheris(oracle, report, options.seconds, tokens(oracle.folders), options.report.parent)
    report.write()


def load(path: Path) -> Any:
    """The module in the file `path`."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def replay(oracle: Oracle, report: Report, inputs: list[Path]) -> None:
    """Each stored input once: bytes for a plain harness, a Python literal for a typed one."""
    for path in inputs:
        data = path.read_bytes()
        value = ast.literal_eval(data.decode("utf-8")) if oracle.harness.strategy is not None else data
        crash = oracle.judge(value)
        if crash is not None:
            report.add(crash, value)


def tokens(folders: tuple[str, ...]) -> list[bytes]:
    """Constants of the product's own source: what its parsers compare their input with."""
    found: set[bytes] = set()
    for folder in folders:
        root = Path(folder)
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                    value = node.value.encode() if isinstance(node.value, str) else node.value
                    if 0 < len(value) <= 32:
                        found.add(value)
    return sorted(found)


def search_with_hypothesis(oracle: Oracle, report: Report, seconds: float, words: list[bytes]) -> None:
    """Rounds of Hypothesis until the time is over; each crash is shrunk by Hypothesis itself."""
    import hypothesis

    strategy = _strategy(oracle.harness, words)
    deadline = time.monotonic() + seconds
    number = 0
    while time.monotonic() < deadline:
        last: list[Any] = []

        @hypothesis.seed(number)
        @hypothesis.settings(
            max_examples=ROUND,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            report_multiple_bugs=False,
            verbosity=hypothesis.Verbosity.quiet,
        )
        @hypothesis.given(strategy)
        def once(value: Any, last: list[Any] = last) -> None:
            if time.monotonic() > deadline and not last:
                return
            crash = oracle.judge(value)
            if crash is not None and crash.key not in oracle.known:
                if last and last[0].key != crash.key:
                    return
                last[:] = [crash, value]
                raise AssertionError(crash.key)

        try:
            once()
        except BaseException as error:
            if not last or isinstance(error, KeyboardInterrupt):
                raise
            report.add(last[0], last[1])
        number += 1


def _strategy(harness: Harness, words: list[bytes]) -> Any:
    from hypothesis import strategies as st

    if harness.strategy is not None:
        return harness.strategy()
    text = st.text(max_size=12).map(lambda value: value.encode("utf-8", "surrogatepass"))
    glue = st.sampled_from([b" ", b"\n", b"=", b":", b",", b'"', b"[", b"]", b"{", b"}", b"(", b")", b"-", b"0", b"1"])
    piece = st.one_of([st.sampled_from(words), glue, text]) if words else st.one_of(glue, text)
    return st.one_of(st.lists(piece, max_size=12).map(b"".join), st.binary(max_size=64), text)


def search_with_atheris(oracle: Oracle, report: Report, seconds: float, words: list[bytes], folder: Path) -> None:
    """Coverage-guided search on raw bytes (typed harnesses: on Hypothesis' choices) until the time is over."""
    import atheris

    typed: list[Any] = []
    feed = None
    if oracle.harness.strategy is not None:
        import hypothesis

        @hypothesis.settings(database=None, deadline=None)
        @hypothesis.given(oracle.harness.strategy())
        def remember(value: Any) -> None:
            typed[:] = [value, oracle.judge(value)]

        feed = remember.hypothesis.fuzz_one_input
    deadline = time.monotonic() + seconds

    def one_input(data: bytes) -> None:
        if feed is not None:
            typed.clear()
            feed(data)
            value, crash = typed if typed else (None, None)
        else:
            value, crash = data, oracle.judge(data)
        if crash is not None and crash.key not in oracle.known:
            report.add(crash, value if feed is not None else shrink(oracle, data, crash.key))
        if time.monotonic() > deadline:
            report.write()
            sys.stderr.flush()
            os._exit(0)

    dictionary = folder / "dictionary"
    lines = ['"' + "".join(f"\\x{byte:02x}" for byte in word) + '"' for word in words]
    dictionary.write_text("\n".join(lines) + "\n")
    flags = [f"-max_total_time={int(seconds) + 5}", f"-max_len={min(oracle.harness.max_len, 4096)}", "-rss_limit_mb=0"]
    flags += [f"-dict={dictionary}"] if words else []
    atheris.Setup([sys.argv[0], *flags], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
