"""The recipes of documented bugs keep their form: a harness, pinned wheels by hash, and a proof."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY

from sdlc.fuzzing.listing import declared, swallows

FOLDER = REPOSITORY / "bench" / "fuzz"
RECIPES: list[dict[str, Any]] = tomllib.loads((FOLDER / "recipes.toml").read_text("utf-8"))["recipes"]
NAMES = [recipe["name"] for recipe in RECIPES]
DOCUMENTED = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}|[\w.-]+/[\w.-]+(#[0-9]+|@v[0-9.]+)")
KINDS = {"exception", "recursion", "hang", "growth", "memory", "round trip", "differential", "idempotence"}

HELD_OUT = {recipe["name"] for recipe in RECIPES if recipe.get("held_out")}


def test_every_class_is_there_and_every_name_once() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 22
    assert {recipe["kind"] for recipe in RECIPES} == KINDS


def test_of_every_class_one_is_held_out_and_no_package_is_on_both_sides() -> None:
    assert len(HELD_OUT) >= 14
    assert {recipe["kind"] for recipe in RECIPES if recipe["name"] in HELD_OUT} == KINDS
    sides = [{p for r in RECIPES if (r["name"] in HELD_OUT) == side for p in r["packages"]} for side in (False, True)]
    assert not sides[0] & sides[1]


def test_what_is_held_out_has_its_own_total(capsys: pytest.CaptureFixture[str]) -> None:
    compare = loaded()
    recipes = [
        compare.Recipe(name, (), "CVE-2024-0001", "hang", b"x", "first" if name == "c" else "") for name in "abc"
    ]
    found = {("a", "plain"), ("a", "ours"), ("b", "ours"), ("c", "ours")}
    answers = {
        compare.key(recipe, 1, who, 5.0): {"found": (recipe.name, who) in found, "cpu": 5.2}
        for recipe in recipes
        for who in compare.SEARCHES
    }
    compare.table(recipes, range(1, 2), answers, 5.0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:] == [
        "| a, CVE-2024-0001 | hang | 1 of 1 | 1 of 1 |",
        "| b, CVE-2024-0001 | hang | 0 of 1 | 1 of 1 |",
        "| c, CVE-2024-0001 | hang | 0 of 1 | 1 of 1 |",
        "| all that are not held out, 5 s of CPU each | | **1 of 2** | **2 of 2** |",
        "| held out, first set, 5 s of CPU each | | **0 of 1** | **1 of 1** |",
        "",
        "ratio, all that are not held out: 2.00",
        "ratio, held out, first set: 1.00",
    ]


def test_what_was_found_long_after_its_time_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    compare = loaded()
    recipe = compare.Recipe("a", (), "CVE-2024-0001", "hang", b"x", False)
    answers = {compare.key(recipe, 1, who, 60.0): {"found": True, "cpu": 93.8} for who in compare.SEARCHES}
    compare.table([recipe], range(1, 2), answers, 60.0)
    assert "| a, CVE-2024-0001 | hang | 0 of 1 | 0 of 1 |" in capsys.readouterr().out


def test_with_none_held_out_there_is_no_such_line(capsys: pytest.CaptureFixture[str]) -> None:
    compare = loaded()
    compare.table([compare.Recipe("a", (), "CVE-2024-0001", "hang", b"x")], range(1, 2), {}, 5.0)
    assert "| held out" not in capsys.readouterr().out


def test_the_flag_is_read() -> None:
    assert {recipe.name for recipe in loaded().load() if recipe.held_out} == HELD_OUT


def loaded() -> Any:
    """`compare.py`, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("compare_fuzz", FOLDER / "compare.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["compare_fuzz"] = module  # its data classes look themselves up there
    spec.loader.exec_module(module)
    return module


def test_no_file_is_without_a_recipe() -> None:
    files = [*FOLDER.glob("harnesses/fuzz_*.py"), *FOLDER.glob("requirements/*.txt")]
    assert {path.stem.removeprefix("fuzz_") for path in files} == set(NAMES)


@pytest.mark.parametrize("recipe", RECIPES, ids=NAMES)
def test_a_recipe_is_whole(recipe: dict[str, Any]) -> None:
    source = (FOLDER / "harnesses" / f"fuzz_{recipe['name']}.py").read_bytes()
    assert [harness.name for harness in declared(source)] == [f"fuzz_{recipe['name']}"]
    assert swallows(source) == {}
    assert DOCUMENTED.fullmatch(recipe["documented"])
    assert "".join(text * count for text, count in recipe["proof"]).encode("latin-1")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_installed_is_pinned_by_hash(name: str) -> None:
    text = Path(FOLDER / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        assert re.fullmatch(r"[\w.-]+==[\w.]+( +--hash=sha256:[0-9a-f]{64})+ *", line), line
