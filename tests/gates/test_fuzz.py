"""The fuzz gate with real engines, real processes and the real sandbox."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.products import PRODUCT, READY, TOOLS, built, open_product

from sdlc.errors import ToolError
from sdlc.gates import fuzz
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.readings import fuzz as reading
from sdlc.workspace import Workspace, open_workspace

Repository = Callable[..., Path]
QUICK = fuzz.Settings(seconds=4)
PARSER = """
class BoxError(ValueError):
    pass

def parse(text):
    if not text.startswith("box:"):
        raise BoxError("no box")
    lid = text[4:]
    if lid == "lid":
        return {}["hinge"]
    return lid
"""
HARNESS = """
from box import BoxError, parse
from sdlc.harness import fuzz

@fuzz(raises=(BoxError,))
def fuzz_box(data: bytes) -> None:
    parse(data.decode("utf-8", "replace"))
"""
GOOD: dict[str, str | bytes] = {
    "src/box/__init__.py": PARSER.replace('{}["hinge"]', "lid"),
    "tests/test_box.py": "from box import parse\n\ndef test_box():\n    assert parse('box:a') == 'a'\n",
    "fuzz/fuzz_box.py": HARNESS,
}
BAD = {**GOOD, "src/box/__init__.py": PARSER}


def run(workspace: Workspace, settings: fuzz.Settings = QUICK) -> RawArtifacts:
    return fuzz.run(workspace, TOOLS, settings, {"build": built(workspace)})


def read(raw: RawArtifacts, workspace: Workspace) -> Reading:
    return reading.read(raw, QUICK, Context(files=workspace.python_files))


def test_a_parser_that_survives(repository: Repository) -> None:
    workspace = open_product(repository, GOOD)
    answer = read(run(workspace), workspace)
    assert answer.outcome is Outcome.PASSED, answer.sentence
    assert answer.counters["harnesses"] == 1
    assert answer.counters["executions"] > 100


def test_as_many_inputs_as_are_asked_for_and_not_as_many_as_there_is_time(repository: Repository) -> None:
    workspace = open_product(repository, GOOD)
    raw = run(workspace, fuzz.Settings(seconds=600, executions=4000))
    [row] = json.loads(raw["fuzz.json"])["harnesses"]
    assert set(row["engines"]) == {"words", "hypothesis", "atheris", "beside", "growth"}
    assert 3000 < sum(engine["executions"] for engine in row["engines"].values()) < 8000


def test_a_crash_is_found_made_small_and_replayed(repository: Repository) -> None:
    workspace = open_product(repository, BAD)
    raw = run(workspace)
    answer = read(raw, workspace)
    [finding] = answer.findings
    assert answer.outcome is Outcome.FAILED
    assert finding.rule == "FUZZ-CRASH"
    assert finding.place is not None
    assert (finding.place.path, finding.place.line) == ("src/box/__init__.py", 10)
    assert raw[finding.properties["input"]] == b"box:lid"
    assert "raises KeyError" in finding.message
    assert "did not crash again" not in finding.message


THREE = """
class BoxError(ValueError):
    pass

def parse(text):
    if text.startswith("box:"):
        return inner(text)
    if "]" in text:
        raise KeyError("hinge")
    raise BoxError("no box")

def inner(text):
    if "[" in text:
        raise IndexError(f"corner {len(text)}")
    if "(" in text:
        raise IndexError(f"no corner at {len(text)}")
    return text
"""


def test_the_search_goes_on_behind_a_crash_and_tells_crashes_apart(repository: Repository) -> None:
    workspace = open_product(repository, {**GOOD, "src/box/__init__.py": THREE})
    raw = run(workspace)
    [row] = json.loads(raw["fuzz.json"])["harnesses"]
    found = {crash["key"]: raw[crash["input"]] for crash in row["crashes"]}
    assert found == {
        "KeyError in __init__.py:parse: #": b"]",
        "IndexError in __init__.py:inner: corner #": b"box:[",
        "IndexError in __init__.py:inner: no corner at #": b"box:(",
    }
    assert all(crash["replayed"] for crash in row["crashes"])
    assert sum(engine["executions"] for engine in row["engines"].values()) > 1000
    for crash in row["crashes"]:
        compile(raw[crash["test"]], crash["test"], "exec")


def test_a_large_stored_input_is_made_small(repository: Repository) -> None:
    stored = b"box:" + b"x" * 500 + b"[" + b"y" * 500
    files = {**GOOD, "src/box/__init__.py": THREE, "fuzz/corpus/fuzz_box/large.bin": stored}
    raw = run(open_product(repository, files), replace(QUICK, seconds=1))
    [row] = json.loads(raw["fuzz.json"])["harnesses"]
    [crash] = [crash for crash in row["crashes"] if crash["phase"] == "replay"]
    assert raw[crash["input"]] == b"box:["
    assert crash["found_bytes"] == len(stored)


def test_a_harness_that_leaves_half_way_is_an_error(repository: Repository) -> None:
    harness = """
import os
from sdlc.harness import fuzz
seen = []

@fuzz()
def fuzz_box(data):
    seen.append(data)
    if len(seen) == 50:
        raise ValueError("something to report")
    if len(seen) > 2000:
        os._exit(0)
"""
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": harness})
    answer = read(run(workspace, replace(QUICK, seconds=2)), workspace)
    assert answer.outcome is Outcome.ERROR
    assert "ended the process after" in answer.sentence, answer.sentence


def test_a_harness_that_never_enters_the_package_is_blind(repository: Repository) -> None:
    harness = "import box\nfrom sdlc.harness import fuzz\n\n@fuzz()\ndef fuzz_box(data):\n    data.decode('latin-1')\n"
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": harness})
    answer = read(run(workspace), workspace)
    assert answer.outcome is Outcome.ERROR
    assert re.search("fuzz_box: blind: none of [0-9]+ inputs entered the package", answer.sentence), answer.sentence


def test_a_harness_that_sees_says_how_much_in_the_evidence(repository: Repository) -> None:
    workspace = open_product(repository, GOOD)
    [row] = json.loads(run(workspace)["fuzz.json"])["harnesses"]
    sights = [engine["sight"] for name, engine in row["engines"].items() if name != "growth"]
    assert all(0 < sight["entered"] == sight["looked"] <= 1000 for sight in sights)
    assert any(sight["first_raise"] > 100 for sight in sights)


FLAT = "import box\nfrom sdlc.harness import fuzz\n\n@fuzz()\ndef fuzz_box(data):\n    box.parse('box:a')\n"
HIDES = HARNESS.replace("    parse(", "    try:\n        parse(").replace(
    'e"))', 'e"))\n    except Exception:\n        pass'
)


@pytest.mark.parametrize(("harness", "rule"), [(FLAT, "FUZZ-FLAT"), (HIDES, "FUZZ-SWALLOWS")])
def test_a_harness_that_cannot_find_anything_fails_its_own_check(
    repository: Repository, harness: str, rule: str
) -> None:
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": harness})
    answer = read(run(workspace), workspace)
    assert answer.outcome is Outcome.FAILED
    assert [finding.rule for finding in answer.findings] == [rule]


def test_a_package_that_is_imported_too_early_is_named(repository: Repository) -> None:
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": HARNESS})
    build = built(workspace)
    [place] = workspace.environment.glob("lib/python*/site-packages")
    (place / "early.pth").write_text("import box\n")
    raw = fuzz.run(workspace, TOOLS, QUICK, {"build": build})
    assert "FUZZ-NOT-INSTRUMENTED" in {finding.rule for finding in read(raw, workspace).findings}


def test_both_engines_ran_where_both_are_locked(repository: Repository) -> None:
    workspace = open_product(repository, GOOD)
    [row] = json.loads(run(workspace)["fuzz.json"])["harnesses"]
    assert set(row["engines"]) >= {"hypothesis"}
    if sys.platform == "linux":
        assert row["engines"]["atheris"]["executions"] > 100
        assert row["engines"]["atheris"]["edges"] > 0


def test_a_stored_input_is_replayed_first(repository: Repository) -> None:
    workspace = open_product(repository, {**BAD, "fuzz/regressions/fuzz_box/lid.bin": b"box:lid"})
    raw = run(workspace, replace(QUICK, seconds=1))
    [row] = json.loads(raw["fuzz.json"])["harnesses"]
    assert row["crashes"][0]["phase"] == "replay"
    assert row["engines"]["replay"]["executions"] == 1


def test_a_typed_harness_is_searched_through_its_strategy(repository: Repository) -> None:
    harness = """
from hypothesis import strategies as st
from sdlc.harness import fuzz

@fuzz(strategy=lambda: st.lists(st.integers(0, 9), max_size=5))
def fuzz_sum(numbers):
    if sum(numbers) > 20:
        raise OverflowError("more than twenty")
"""
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": harness})
    raw = run(workspace)
    answer = read(raw, workspace)
    [finding] = answer.findings
    assert "OverflowError" in finding.message
    assert sum(eval(raw[finding.properties["input"]])) == 21
    assert "did not crash again" not in finding.message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import nowhere\n", r"fuzz/fuzz_box\.py:1: the harness cannot be imported: ModuleNotFoundError"),
        ("def broken(:\n", r"fuzz/fuzz_box\.py:1: the harness cannot be imported: SyntaxError"),
        ("x = 1\n", r"fuzz/fuzz_box\.py declares no harness"),
        ("import sys\nsys.exit(3)\n", "exited with 3"),
        (
            HARNESS.replace(
                "@fuzz", "import functools\n\ndef named(f):\n    f.__name__ = '../../away'\n    return f\n\n@fuzz"
            ).replace("def fuzz_box", "@named\ndef fuzz_box"),
            "is no name of a function",
        ),
        ("import os\nos._exit(0)\n", "ended without a report"),
    ],
)
def test_a_harness_that_cannot_run_is_an_error(repository: Repository, code: str, message: str) -> None:
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": code})
    answer = read(run(workspace), workspace)
    assert answer.outcome is Outcome.ERROR
    assert re.search(message, answer.sentence), answer.sentence
    assert answer.sentence.startswith("fuzz/fuzz_box.py")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os\n    os._exit(0)", "words: the harness ended the process after 1 inputs"),
        ("import os\n    os.kill(os.getpid(), 9)", "was killed by signal 9"),
    ],
)
def test_a_harness_that_ends_its_own_process_has_not_answered(repository: Repository, body: str, said: str) -> None:
    harness = f"from sdlc.harness import fuzz\n\n@fuzz()\ndef fuzz_box(data):\n    {body}\n"
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": harness})
    answer = read(run(workspace, replace(QUICK, seconds=2)), workspace)
    assert answer.outcome is Outcome.ERROR
    assert "fuzz_box" in answer.sentence
    assert re.search(said, answer.sentence), answer.sentence


def test_a_harness_cannot_write_its_own_verdict_into_the_product(repository: Repository) -> None:
    harness = HARNESS + "\nimport pathlib\npathlib.Path('src/box/__init__.py').write_text('')\n"
    workspace = open_product(repository, {**GOOD, "fuzz/fuzz_box.py": harness})
    run(workspace, replace(QUICK, seconds=1))
    assert (workspace.root / "src/box/__init__.py").read_text() == GOOD["src/box/__init__.py"]


def test_without_a_build_there_is_nothing_to_fuzz(repository: Repository) -> None:
    with pytest.raises(ToolError, match="the build did not answer"):
        fuzz.run(open_product(repository, GOOD), TOOLS, QUICK, {})


def test_where_there_is_no_harness(repository: Repository) -> None:
    workspace = open_workspace(repository(PRODUCT), TOOLS)
    assert fuzz.not_applicable(workspace, QUICK) == "there is no fuzz/fuzz_*.py"


def test_without_an_engine_it_says_what_to_lock(repository: Repository, tmp_path: Path) -> None:
    workspace = open_product(repository, {**GOOD, "lock.txt": "# nothing is locked\n"})
    make = ("python", "-c", "import pathlib, sys; pathlib.Path(sys.argv[1], 'made.txt').write_text('x')", "{out}")
    build = built(workspace, replace(READY, python="", requirements=("lock.txt",), command=make))
    bare = {"fuzz/fuzz_box.py": "from sdlc.harness import fuzz\n\n@fuzz()\ndef f(data):\n    pass\n"}
    (workspace.root / "fuzz/fuzz_box.py").write_text(bare["fuzz/fuzz_box.py"])
    with pytest.raises(ToolError, match="neither hypothesis nor atheris"):
        fuzz.run(workspace, TOOLS, QUICK, {"build": build})
