from __future__ import annotations

from pathlib import Path

import pytest
from fakes.disk import FailingDisk, PowerCut

from sdlc.disk import LocalDisk, replace_file
from sdlc.errors import IncompleteError, StorageError, UnreadableError
from sdlc.evidence.store import Store
from sdlc.model.digest import sha256


def test_what_was_put_is_got_and_putting_twice_is_one(tmp_path: Path) -> None:
    store = Store(tmp_path, LocalDisk())
    assert store.put(b"evidence") == store.put(b"evidence") == sha256(b"evidence")
    assert store.get(sha256(b"evidence")) == b"evidence"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_changed_file_is_noticed_at_the_next_read_and_mended_by_the_next_put(tmp_path: Path) -> None:
    store = Store(tmp_path, LocalDisk())
    digest = store.put(b"evidence")
    next(path for path in tmp_path.rglob("*") if path.is_file()).write_bytes(b"forged")
    with pytest.raises(UnreadableError, match="changed"):
        store.get(digest)
    store.put(b"evidence")
    assert store.get(digest) == b"evidence"


def test_a_missing_file_is_no_empty_file(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="is not in"):
        Store(tmp_path, LocalDisk()).get(sha256(b"never put"))


@pytest.mark.parametrize("good", range(3))
def test_a_kill_at_any_operation_leaves_the_old_file_or_the_new_one(tmp_path: Path, good: int) -> None:
    target = tmp_path / "check.json"
    replace_file(LocalDisk(), target, b"old")
    with pytest.raises(PowerCut):
        replace_file(FailingDisk(good), target, b"new")
    assert target.read_bytes() in (b"old", b"new")
    replace_file(LocalDisk(), target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["check.json"]


@pytest.mark.parametrize("good", range(3))
def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(tmp_path: Path, good: int) -> None:
    target = tmp_path / "check.json"
    replace_file(LocalDisk(), target, b"old")
    with pytest.raises(StorageError, match="no space left"):
        replace_file(FailingDisk(good, full=True), target, b"new")
    assert target.read_bytes() in (b"old", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["check.json"]


def test_a_place_that_refuses_the_clean_up_as_well_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot write"):
        replace_file(LocalDisk(), tmp_path / "file" / "inside", b"data")
