"""
Runs one phase of one harness in the product's environment and writes what happened to a JSON file.

Phases: `list` (which harnesses are there), `replay` (given inputs, deterministic), `hypothesis`, `growth` (by CPU time;
with `--pattern`, those alone are measured), `atheris`. A crash
does not end a phase: it is remembered by its key, made smaller, and the search goes on behind it. Started by the fuzz
gate, once per phase, in the sandbox: `python -m sdlc.harness.drive …`.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from sdlc.harness.covering import pruned, search_by_lines
from sdlc.harness.deadline import Deadline
from sdlc.harness.engines import search_with_hypothesis
from sdlc.harness.fuzz import harnesses_of
from sdlc.harness.growth import measure, patterns_of, row, search_growth
from sdlc.harness.guard import Guard
from sdlc.harness.guided import search_with_atheris
from sdlc.harness.lexicon import Lexicon, numbers
from sdlc.harness.oracle import Oracle, own_folders
from sdlc.harness.patterns import Recorder
from sdlc.harness.reach import Reach
from sdlc.harness.report import Report
from sdlc.harness.seeds import Known, constants
from sdlc.harness.shrink import shrink
from sdlc.harness.sight import Sight
from sdlc.harness.silence import silence
from sdlc.harness.specimens import specimens
from sdlc.harness.words import judged, search_beside, search_with_words, systematic

PHASES = ["list", "replay", "reach", "words", "hypothesis", "growth", "atheris", "coverage", "beside", "prune"]
SMALL = 64
"""Bytes up to which a stored input is left as it is."""

LOOKS, LOOKS_AT_LEAST = 3000, 120
"""Inputs by which a harness shows what it reaches."""

WARM = (b"", b"a", b"a = 1\n", b"<a b='c'>d</a>", b'{"a": [1]}', b"0", b"# a\n\n* b\n")


def main() -> None:
    """One phase."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--phase", choices=PHASES, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--harness", default="")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--executions", type=int, default=0, help="inputs after which a search ends; 0: none")
    parser.add_argument("--seed", type=int, default=0, help="where a search begins; 0: atheris chooses")
    parser.add_argument("--package", action="append", default=[])
    parser.add_argument("--input", action="append", default=[], type=Path, help="stored input: replayed, or a seed")
    parser.add_argument("--known", action="append", default=[], help="key of a crash that needs no second find")
    parser.add_argument("--deadly", action="append", default=[], help="input that ended the process, in hexadecimal")
    parser.add_argument(
        "--hanging", action="append", default=[], help="short input that takes too long, in hexadecimal"
    )
    parser.add_argument("--pattern", action="append", default=[], help="prefix,token,suffix,closing in hexadecimal")
    parser.add_argument("--shrink", action="store_true", help="make what crashes in a replay smaller")
    parser.add_argument("--allow", type=float, default=1.0, help="share of the CPU limit that an input may take")
    parser.add_argument("--examples", type=Path, help="folder of tests, whose texts are seeds")
    parser.add_argument("--kept", type=Path, help="folder of inputs that an earlier search kept")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="what the seconds are")
    parser.add_argument("--report", type=Path, required=True)
    options = parser.parse_args()
    early: list[str] = []
    recorder = Recorder()
    recorder.start()
    try:
        if options.phase == "atheris":
            import atheris

            early = loaded(options.package)
            with atheris.instrument_imports(include=list(options.package)):
                module = load(options.file.resolve())
        else:
            module = load(options.file.resolve())
    except Exception as error:
        at = str(options.file.resolve())
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == at]
        line = getattr(error, "lineno", None) or (frames[-1].lineno if frames else 0)
        options.report.write_text(json.dumps({"problem": f"{type(error).__name__}: {error}", "line": line}))
        return
    if options.phase == "list":
        rows = [
            {"name": harness.name, "typed": harness.strategy is not None, "target": harness.target}
            for harness in harnesses_of(module)
        ]
        options.report.write_text(json.dumps({"harnesses": rows}))
        return
    harness = next((harness for harness in harnesses_of(module) if harness.name == options.harness), None)
    if harness is None:
        options.report.write_text(json.dumps({"problem": f"there is no harness {options.harness}", "line": 0}))
        return
    harness = replace(harness, seconds=harness.seconds * options.allow)
    oracle = Oracle(harness, own_folders(options.package), known={key: key.split(": ")[0] for key in options.known})
    oracle.deadly = tuple(map(bytes.fromhex, options.deadly))
    oracle.hanging = list(map(bytes.fromhex, options.hanging))
    report = Report(options.report, oracle, early)
    oracle.guard = Guard(options.report, traceback=options.phase != "atheris")
    report.write()
    if options.phase == "replay":
        with silence():
            replay(oracle, report, options.input, smaller=options.shrink)
    elif options.phase == "prune":
        with silence():
            report.keeps = pruned(oracle, report, [path.read_bytes() for path in options.input])
    elif options.pattern:
        with silence():
            measured = [measure(oracle, pattern) for pattern in patterns_of(options.pattern)]
            report.growth = [row(growth) for growth in measured if growth is not None]
    else:
        stored = [path.read_bytes() for path in options.input]
        files = sources(oracle.folders)
        known = Known(
            words=constants(files, at_most=32, names=True),
            seeds=constants([str(options.examples)] if options.examples else [], at_most=2048),
            stored=stored,
            kept=kept(options.kept),
        )
        # From here on: what it takes to read the product's sources, and to make the specimens, is no search.
        cpu = options.clock == "cpu"
        deadline = Deadline(options.seconds, cpu=cpu, executions=options.executions, done=lambda: oracle.executions)
        if options.phase == "hypothesis":
            with silence():
                search_with_hypothesis(oracle, report, deadline, known, options.seed)
            report.write(finished=True)
            return
        if harness.strategy is None:
            with silence():
                warm_up(oracle, report)
        expressions = recorder.found((str(options.file.resolve()), *oracle.folders))
        lexicon = Lexicon([*known.words, *numbers(files)], expressions, [*known.stored, *known.seeds])
        specimens()
        deadline.begin()
        if options.phase == "reach":
            reach = Reach(oracle.folders)
            with silence():
                reach.watch(lambda: look(oracle, report, deadline, known, lexicon))
            report.reached = reach.functions()
        elif options.phase == "words":
            with silence():
                search_with_words(oracle, report, deadline, lexicon, options.seed)
        elif options.phase == "beside":
            with silence():
                search_beside(oracle, report, deadline, lexicon, known.kept, options.seed)
        elif options.phase == "coverage":
            with silence():
                search_by_lines(oracle, report, deadline, lexicon, options.report.parent, options.seed)
        elif options.phase == "growth":
            with silence():
                search_growth(oracle, report, deadline, known, lexicon, options.seed)
        else:
            search_with_atheris(oracle, report, deadline, known, lexicon, options.report.parent, options.seed)
    report.write(finished=True)


def warm_up(oracle: Oracle, report: Report) -> None:
    """A few inputs, so that what the product imports and compiles at its first use is there to be looked at."""
    attempt = judged(oracle, report)
    for data in WARM:
        attempt(data)


def look(oracle: Oracle, report: Report, deadline: Deadline, known: Known, lexicon: Lexicon) -> None:
    """Stored inputs and short ones, to see what the harness reaches; of a typed one, some hundred examples."""
    oracle.sight = Sight(())
    if oracle.harness.strategy is not None:
        search_with_hypothesis(oracle, report, deadline, known, rounds=1)
        return
    attempt = judged(oracle, report)
    for number, data in enumerate([*known.stored, *known.seeds, *systematic(lexicon)]):
        if number >= LOOKS or (number >= LOOKS_AT_LEAST and deadline.over()):
            return
        attempt(data)


def kept(folder: Path | None) -> list[bytes]:
    """What lies in the folder, the short ones first, up to a thousand."""
    files = [path for path in folder.glob("*") if path.is_file()] if folder else []
    return [path.read_bytes() for path in sorted(files, key=lambda path: (path.stat().st_size, path.name))[:1000]]


def sources(folders: tuple[str, ...]) -> list[str]:
    """Files below `folders` that are imported: the words of the others are noise. Without any, the folders."""
    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    return sorted(file for file in files if file.startswith(folders) and file.endswith(".py")) or list(folders)


def loaded(packages: list[str]) -> list[str]:
    """Modules of `packages` that are imported already; those that this program itself needs do not count."""
    own = ("sdlc", "sdlc.harness")
    names = [name for name in sys.modules if name.split(".")[0] in packages]
    return sorted(name for name in names if name not in own and not name.startswith("sdlc.harness."))


def load(path: Path) -> Any:
    """The module in the file `path`."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def replay(oracle: Oracle, report: Report, inputs: list[Path], *, smaller: bool) -> None:
    """Each stored input once: bytes for a plain harness, a Python literal for a typed one."""
    for path in inputs:
        data = path.read_bytes()
        typed = oracle.harness.strategy is not None
        value = ast.literal_eval(data.decode("utf-8")) if typed else data
        crash = oracle.judge(value)
        if crash is not None and not oracle.knows(crash):
            if smaller and not typed and len(data) > SMALL:
                report.add(crash, shrink(oracle.judge, data, crash.key), data)
            else:
                report.add(crash, value)


if __name__ == "__main__":
    main()
