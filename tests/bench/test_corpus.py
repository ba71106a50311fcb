"""The labelled corpus keeps its form; both engines of semgrep agree on it; what the gate reached on it is kept."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import compare
import corpus
import pytest
import scanners
from rules.scanning import narrowed, scan

CASES = [case for half in corpus.HALVES for case in corpus.load_corpus(half)]
HINTS = re.compile(r"vulnerab|\bsafe\b|unsafe|taint|sanitiz|insecure|\bbad\b", re.IGNORECASE)


def test_the_corpus_is_broad() -> None:
    assert len(CASES) >= 300
    assert len({case.cwe for case in CASES}) >= 40
    assert len({case.framework for case in CASES}) >= 12
    halves = Counter(case.half for case in CASES)
    assert abs(halves["open"] - halves["held"]) <= 5
    assert {case.cwe for case in CASES if case.half == "open"} == {case.cwe for case in CASES if case.half == "held"}


def test_names_are_there_once() -> None:
    names = Counter((case.cwe, case.name) for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.half}-{case.cwe}-{case.name}")
def test_a_case_is_a_pair_of_programs(case: corpus.Case) -> None:
    assert case.vulnerable != case.fixed
    assert any(case.marks.values()), "the line of the harm is marked"
    for program in (case.vulnerable, case.fixed):
        for name, text in program.items():
            compile(text, name, "exec", dont_inherit=True)
            assert not [line for line in text.splitlines() if "#" in line and HINTS.search(line.partition("#")[2])]


def test_no_two_cases_are_the_same_but_for_names() -> None:
    shapes = Counter(re.sub(r"\w+", "x", "".join(case.vulnerable.values())) for case in CASES)
    assert [shape for shape, count in shapes.items() if count > 1] == []


@pytest.mark.parametrize(
    "text", ["title: x\n", "title: t\ncwe: 1\nframework: f\nflow: none\nvia: call\n=== a.py\n x\n"]
)
def test_a_malformed_case_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.case"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"x\.case"):
        corpus.load_case(path)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fast_engine_default_engine_and_narrowed_rules_find_the_same(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    compare.write_tree(CASES, tree)
    (tree / ".semgrepignore").touch()
    found = scan(tree, "--experimental")
    assert len(found) > len(CASES) / 2
    assert found == scan(tree)
    assert found == scan(tree, "--experimental", rules=narrowed(tree, tmp_path))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_gate_keeps_what_it_reached(tmp_path: Path) -> None:
    near = [case for case in CASES if case.half == "held" and case.flow != "across"]
    compare.write_tree(near, tmp_path)
    blocking = scanners.run_ours(tmp_path).blocking
    reached = compare.score(near, blocking)
    assert reached.youden >= 70
    assert reached.alarms / reached.pairs <= 0.05
