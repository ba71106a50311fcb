"""`sdlc feed`: what is imported is dated and hashed, what is fetched comes from a real server on loopback."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import time
import zipfile
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from conftest import run_sdlc
from fakes.time_authority import served_by

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.network import Network
from sdlc.session import Session
from sdlc.tools import LocalTools

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEV = {
    "dateReleased": "2026-04-30T00:00:00Z",
    "vulnerabilities": [{"cveID": "CVE-2026-0001", "dateAdded": "2026-03-04"}],
}
EPSS = b"#model_version:v1,score_date:2026-04-30T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.94,0.99\n"


def record(identifier: str, ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]
    row = {"package": {"ecosystem": ecosystem, "name": "A_b"}, "ranges": ranges}
    return {"id": identifier, "modified": "2026-04-01T00:00:00Z", "affected": [row], **more}


RECORDS = [record("D-2"), record("D-1", withdrawn="2026-04-02T00:00:00Z"), record("N-1", "npm")]
LINES = b"".join(json.dumps(one).encode() + b"\n" for one in RECORDS)


def feed(*words: str, network: Network | None = None) -> ExitCode:
    """The command in this process."""
    session = Session(NOW, {}, LocalDisk(), LocalTools(dict(os.environ)), network=network or Network())
    return main(["feed", *words], session)


def forms(folder: Path) -> dict[str, Path]:
    """The same records in every form."""
    (folder / "records").mkdir()
    for one in RECORDS:
        (folder / "records" / f"{one['id']}.json").write_text(json.dumps(one))
    (folder / "f.jsonl").write_bytes(LINES)
    (folder / "f.jsonl.gz").write_bytes(gzip.compress(LINES))
    with zipfile.ZipFile(folder / "f.zip", "w") as archive:
        for one in RECORDS:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    return {name: folder / name for name in ("records", "f.jsonl", "f.jsonl.gz", "f.zip")}


def test_every_form_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = []
    for name, source in forms(tmp_path).items():
        out = tmp_path / f"out-{name}"
        assert feed("import", str(source), "--out", str(out), "--name", "n", "--source", "s") == ExitCode.ALLOWED
        made.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert all(one == made[0] for one in made)
    assert set(made[0]) == {"advisories.jsonl", "feed.json"}
    assert [json.loads(line)["id"] for line in made[0]["advisories.jsonl"].splitlines()] == ["D-1", "D-2"]
    info = json.loads(made[0]["feed.json"])
    assert (info["count"], info["published"]) == (2, "2026-04-01T00:00:00+00:00")
    assert info["imported"] == "2026-06-01T00:00:00+00:00"
    said = capsys.readouterr().out
    assert "records   2: 1 of PyPI stand, 1 withdrawn, 0 disputed" in said
    assert "left out  1 records of other ecosystems" in said


def test_one_record_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(RECORDS[0]))
    assert feed("import", str(tmp_path / "one.json"), "--out", str(tmp_path / "out")) == ExitCode.ALLOWED


def test_show_says_what_was_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "f.jsonl").write_bytes(LINES)
    (tmp_path / "k.json").write_text(json.dumps(KEV))
    (tmp_path / "e.csv.gz").write_bytes(gzip.compress(EPSS))
    words = ("--kev", str(tmp_path / "k.json"), "--epss", str(tmp_path / "e.csv.gz"), "--published", "2026-05-01")
    assert feed("import", str(tmp_path / "f.jsonl"), "--out", str(tmp_path / "out"), *words) == ExitCode.ALLOWED
    capsys.readouterr()
    assert feed("show", str(tmp_path / "out")) == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "published 2026-05-01T00:00:00+00:00" in said
    assert "exploited 1 known, of 2026-04-30" in said
    assert "epss      1 scores, of 2026-04-30" in said
    assert "problems  0" in said
    assert feed("show", str(tmp_path / "out"), "--json") == ExitCode.ALLOWED
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "sdlc.feed-identity/1"
    assert document["sha256"] == json.loads((tmp_path / "out" / "feed.json").read_bytes())["sha256"]


@pytest.mark.parametrize("file", ["advisories.jsonl", "kev.json"])
def test_a_feed_that_lost_something_since_is_another_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    (tmp_path / "f.jsonl").write_bytes(LINES)
    (tmp_path / "k.json").write_text(json.dumps(KEV))
    out = tmp_path / "out"
    words = ("import", str(tmp_path / "f.jsonl"), "--out", str(out), "--kev", str(tmp_path / "k.json"))
    assert feed(*words) == ExitCode.ALLOWED
    if file == "kev.json":
        (out / file).unlink()
    else:
        (out / file).write_bytes((out / file).read_bytes().splitlines()[1])
    assert feed("show", str(out)) == ExitCode.INCOMPLETE
    assert "is not what was imported" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, ExitCode.INCOMPLETE, "[feed-missing]"),
        (b"", ExitCode.INCOMPLETE, "[feed-empty]"),
        (b"{", ExitCode.INCOMPLETE, "f.jsonl (line 1): not JSON"),
        (LINES + LINES, ExitCode.INCOMPLETE, "twice"),
    ],
)
def test_what_cannot_be_imported_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, code: ExitCode, said: str
) -> None:
    if content is not None:
        (tmp_path / "f.jsonl").write_bytes(content)
    assert feed("import", str(tmp_path / "f.jsonl"), "--out", str(tmp_path / "out")) == code
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == (["f.jsonl"] if content is not None else [])


def test_a_feed_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "f.jsonl").write_bytes(LINES)
    assert feed("import", str(tmp_path / "f.jsonl"), "--out", str(tmp_path)) == ExitCode.USAGE
    assert "never written over" in capsys.readouterr().err


class Mirror(BaseHTTPRequestHandler):
    """A mirror that also misbehaves."""

    def do_GET(self) -> None:
        answers = {"/f.jsonl": LINES, "/k.json": json.dumps(KEV).encode(), "/e.csv.gz": gzip.compress(EPSS)}
        if self.path == "/slow.jsonl":
            time.sleep(1)
        if self.path in answers:
            self._answer(200, answers[self.path])
        elif self.path == "/cut.jsonl":
            self._answer(200, LINES[:100], more=len(LINES))
        else:
            self._answer(404, b"")

    def _answer(self, code: int, body: bytes, more: int = 0) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(more or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


def test_what_is_fetched_is_a_feed(tmp_path: Path) -> None:
    with served_by(Mirror) as address:
        words = [f"{address}f.jsonl", "--kev", f"{address}k.json", "--epss", f"{address}e.csv.gz"]
        done = run_sdlc(
            "feed", "fetch", *words, "--sha256", hashlib.sha256(LINES).hexdigest(), "--out", str(tmp_path / "o")
        )
    assert done.returncode == ExitCode.ALLOWED, done.stderr
    info = json.loads((tmp_path / "o" / "feed.json").read_bytes())
    assert (info["source"], info["count"]) == (f"{address}f.jsonl", 2)
    assert (tmp_path / "o" / "epss.csv").read_bytes() == EPSS


@pytest.mark.parametrize(
    ("file", "words", "code", "said"),
    [
        ("else.jsonl", [], ExitCode.INCOMPLETE, "answered 404"),
        ("cut.jsonl", [], ExitCode.INCOMPLETE, "broke off"),
        ("slow.jsonl", [], ExitCode.INCOMPLETE, "does not answer: timed out"),
        ("f.jsonl", ["--sha256", "0" * 64], ExitCode.BLOCKED, "has the SHA-256"),
        ("f.html", [], ExitCode.INCOMPLETE, "answered 404"),
        ("k.json", [], ExitCode.INCOMPLETE, "not an OSV record"),
    ],
)
def test_a_mirror_that_misbehaves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, words: list[str], code: ExitCode, said: str
) -> None:
    with served_by(Mirror) as address:
        network = Network(seconds=0.3)
        assert feed("fetch", f"{address}{file}", "--out", str(tmp_path / "o"), *words, network=network) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["http://feed.example/f.zip", "file:///f.zip", "https://a:b@feed.example/f.zip", "x"])
def test_an_address_that_is_not_taken(tmp_path: Path, url: str) -> None:
    assert feed("fetch", url, "--out", str(tmp_path / "o")) == ExitCode.USAGE


def test_the_offline_switch_refuses_before_it_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served_by(Mirror) as address:
        network = Network({"SDLC_OFFLINE": "1"})
        assert feed("fetch", f"{address}f.jsonl", "--out", str(tmp_path / "o"), network=network) == ExitCode.USAGE
    assert "SDLC_OFFLINE is set" in capsys.readouterr().err
