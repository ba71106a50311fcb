"""Every form of a feed gives the same records; what claims to be one and is not is named."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from pathlib import Path

import pytest

from sdlc.errors import ToolError, UnreadableError
from sdlc.feeds import members as module
from sdlc.feeds.members import file_bytes, members, members_of

ROWS = [{"id": "A"}, {"id": "B"}]
LINES = b'{"id":"A"}\n\n{"id":"B"}\n'


def ids(path: Path) -> list[str]:
    return [json.loads(data)["id"] for _, data in members(path)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("f.jsonl", LINES),
        # mtime=0: the bytes are the names of the cases, which every worker must give them alike.
        ("f.jsonl.gz", gzip.compress(LINES, mtime=0)),
        ("f.gz", gzip.compress(LINES, mtime=0)),
        ("f.json", json.dumps(ROWS).encode()),
        ("f.json.gz", gzip.compress(json.dumps(ROWS).encode(), mtime=0)),
    ],
)
def test_files(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert ids(tmp_path / name) == ["A", "B"]
    assert [json.loads(one)["id"] for _, one in members_of(data, name)] == ["A", "B"]


def test_a_folder_of_several_forms_without_what_stands_aside(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "A.json").write_text('{"id":"A"}')
    (tmp_path / "rest.jsonl").write_bytes(b'{"id":"B"}\n')
    for name in ("feed.json", "kev.json", "epss.csv", "README"):
        (tmp_path / name).write_text("aside")
    assert ids(tmp_path) == ["A", "B"]


def test_a_name_that_stands_twice_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("A.json", '{"id":"A"}')
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("A.json", '{"id":"B"}')
    with pytest.raises(UnreadableError, match=r"'A\.json' is no name of one record \[feed-unreadable\]"):
        ids(tmp_path / "f.zip")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("f.zip", b"PK"),
        ("f.jsonl.gz", b"\x1f\x8b no"),
        ("f.jsonl.gz", gzip.compress(LINES, mtime=0)[:-6]),
        ("f.json", b"[1,"),
        ("f.json", b""),
        ("f.jsonl", b"x" * 3000),
        ("f.jsonl.gz", gzip.compress(b" " * 3000, mtime=0)),
        ("f.json.gz", gzip.compress(b" " * 3000, mtime=0)),
        ("f.jsonl", LINES * 200),
    ],
)
def test_what_is_broken_or_too_big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes) -> None:
    monkeypatch.setattr(module, "MAX_RECORD", 1000)
    monkeypatch.setattr(module, "MAX_FEED", 2000)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableError, match="feed-unreadable"):
        ids(tmp_path / name)


def test_a_file_beside_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FEED", 2000)
    (tmp_path / "epss.csv.gz").write_bytes(gzip.compress(b" " * 3000, mtime=0))
    with pytest.raises(UnreadableError, match="more than 2000 bytes"):
        file_bytes(tmp_path / "epss.csv.gz")


def test_nothing_there_and_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="feed-missing"):
        ids(tmp_path / "f.zip")
    (tmp_path / "f.txt").write_text("x")
    with pytest.raises(ToolError, match="is no folder"):
        ids(tmp_path / "f.txt")
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(UnreadableError, match="no regular file"):
        ids(tmp_path)
