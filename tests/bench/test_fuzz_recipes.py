"""The recipes of documented bugs keep their form: a harness, pinned wheels by hash, and a proof."""

from __future__ import annotations

import re
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


def test_every_class_is_there_and_every_name_once() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 22
    assert {recipe["kind"] for recipe in RECIPES} == KINDS


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
