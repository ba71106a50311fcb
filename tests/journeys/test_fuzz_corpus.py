"""Two jobs fuzz a shard each, what they kept is merged and pruned; and a change spares the harnesses of others."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import commit
from fakes.products import CONFIGURATION, PRODUCT, TOOLS, built

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.gates import fuzz
from sdlc.model.result import Context, Outcome
from sdlc.readings import fuzz as reading
from sdlc.session import Session
from sdlc.workspace import open_workspace

pytestmark = pytest.mark.slow
Repository = Callable[..., Path]
BOX = '''"""Boxes."""


def lid(text):
    if text.startswith("lid:"):
        return 1
    return 2


def hinge(text):
    return text
'''
HARNESSES = """
from box import hinge, lid
from sdlc.harness import fuzz


@fuzz(target="lid")
def fuzz_lid(data: bytes) -> None:
    lid(data.decode("utf-8", "replace"))


@fuzz(target="hinge")
def fuzz_hinge(data: bytes) -> None:
    hinge(data.decode("utf-8", "replace"))
"""
FILES: dict[str, str | bytes] = {
    **PRODUCT,
    "sdlc.toml": CONFIGURATION,
    "src/box/__init__.py": BOX,
    "tests/test_box.py": "def test_nothing():\n    pass\n",
    "fuzz/fuzz_box.py": HARNESSES,
    "fuzz/corpus/fuzz_lid/long.bin": b"lid: and more than is needed",
    "fuzz/corpus/fuzz_lid/same.bin": b"lid: and much more than is needed",
}


def sdlc(root: Path, *words: str) -> ExitCode:
    session = Session(datetime(2026, 6, 1, tzinfo=UTC), dict(os.environ), LocalDisk(), TOOLS)
    return main(("fuzz", *words, "--path", str(root)), session)


def test_shards_keep_what_merge_brings_together(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(FILES)
    for shard in ("1/2", "2/2"):
        assert sdlc(root, "run", "--seconds", "2", "--shard", shard, "--corpus", str(tmp_path / shard[0])) in (
            ExitCode.ALLOWED,
            ExitCode.INCOMPLETE,
        )
    assert [path.name for path in (tmp_path / "1").iterdir()] == ["fuzz_hinge"]
    capsys.readouterr()
    (tmp_path / "2/fuzz_lid").mkdir(parents=True, exist_ok=True)
    (tmp_path / "2/fuzz_lid/link").symlink_to("/etc/passwd")
    assert sdlc(root, "merge", str(tmp_path / "1"), str(tmp_path / "2")) is ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "0 crashes" in said
    kept = [path.read_bytes() for path in (root / "fuzz/corpus/fuzz_lid").iterdir()]
    assert len(kept) == 2
    assert sum(data.startswith(b"lid:") for data in kept) == 1
    assert sdlc(root, "run", "--shard", "3/2") is ExitCode.USAGE


def test_a_change_searches_only_the_harness_that_reaches_it(repository: Repository) -> None:
    root = repository(FILES)
    commit(root, {"src/box/__init__.py": BOX.replace("return text", "return text + text")})
    workspace = open_workspace(root, TOOLS, since="HEAD~1")
    settings = fuzz.Settings(seconds=2)
    raw = fuzz.run(workspace, TOOLS, settings, {"build": built(workspace)})
    rows = {row["name"]: row for row in json.loads(raw["fuzz.json"])["harnesses"]}
    assert rows["fuzz_hinge"]["affected"] == "reaches hinge() in src/box/__init__.py"
    assert "words" in rows["fuzz_hinge"]["engines"]
    assert rows["fuzz_lid"]["affected"] == ""
    assert set(rows["fuzz_lid"]["engines"]) == {"reach", "replay"}
    answer = reading.read(raw, settings, Context(files=workspace.python_files))
    assert answer.outcome is not Outcome.ERROR, answer.sentence
    assert answer.counters["spared"] == 1
    assert "1 harnesses spared, the change is not theirs" in answer.sentence


def test_without_atheris_coverage_comes_from_python_itself_and_is_named(repository: Repository) -> None:
    root = repository(FILES)
    workspace = open_workspace(root, TOOLS)
    built(workspace)
    folder = root.parent / "scratch"
    folder.mkdir()
    settings = fuzz.Settings(seconds=3)
    campaign = replace(fuzz.campaign(workspace, TOOLS, settings, folder), without=("atheris",))
    rows, _ = campaign.run([Path("fuzz/fuzz_box.py")], 3.0)
    document = {"schema": "sdlc.fuzz/3", "sandbox": campaign.level.value, "harnesses": rows}
    answer = reading.read({"fuzz.json": json.dumps(document).encode()}, settings, Context())
    assert all(row["engines"]["coverage"]["executions"] > 0 for row in rows)
    assert answer.counters["atheris"] == 0
    assert "no atheris: coverage by s" in answer.sentence
