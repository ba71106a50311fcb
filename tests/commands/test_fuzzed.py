"""A check of other gates does not take away what the last one that fuzzed has kept."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from fakes.checks import record, result

from sdlc.cli import main
from sdlc.commands.fuzzed import evidence
from sdlc.disk import LocalDisk, replace_file
from sdlc.errors import ExitCode
from sdlc.evidence.store import Store
from sdlc.formats.check_json import dump_check, load_check
from sdlc.formats.strict_json import dumps
from sdlc.model.digest import Digest
from sdlc.model.result import Outcome
from sdlc.session import Session
from sdlc.tools import LocalTools

Repository = Callable[..., Path]
REPORT = dumps({"schema": "sdlc.fuzz/3", "sandbox": "sealed", "harnesses": []})


def check(root: Path, *words: str) -> ExitCode:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    session = Session(datetime(2026, 6, 1, tzinfo=UTC), environment, LocalDisk(), LocalTools(environment))
    return main([*words, str(root)], session)


def fuzzed(out: Path, report: bytes = REPORT) -> Mapping[str, Digest]:
    """A record of a check that fuzzed, in `out`."""
    raw = {"fuzz.json": Store(out / "objects", LocalDisk()).put(report)}
    answer = dataclasses.replace(result("fuzz", Outcome.PASSED), raw=raw)
    replace_file(LocalDisk(), out / "check.json", dump_check(record(results=(answer,))))
    return raw


def test_a_check_of_other_gates_keeps_what_was_fuzzed(repository: Repository, tmp_path: Path) -> None:
    root = repository({"README": "no code\n", ".gitignore": ".sdlc/out/\n"})
    out = root / ".sdlc" / "out"
    raw = fuzzed(out)
    for _ in range(2):
        assert check(root, "check", "--gate", "secrets") is ExitCode.ALLOWED
        assert [one.gate for one in load_check((out / "check.json").read_bytes()).results] == ["secrets"]
        assert list(evidence(out)) == [raw]
    page = tmp_path / "page.html"
    assert check(root, "fuzz", "page", "--html", str(page), "--path") is ExitCode.ALLOWED
    assert page.is_file()


def test_a_later_check_that_fuzzed_counts_more_than_what_was_kept(repository: Repository) -> None:
    root = repository({"README": "no code\n", ".gitignore": ".sdlc/out/\n"})
    out = root / ".sdlc" / "out"
    first = fuzzed(out)
    check(root, "check", "--gate", "secrets")
    second = fuzzed(out, REPORT + b"\n")
    assert first != second
    assert list(evidence(out)) == [second]
    check(root, "check", "--gate", "secrets")
    assert list(evidence(out)) == [second]


def test_a_record_that_cannot_be_read_is_replaced(repository: Repository) -> None:
    root = repository({"README": "no code\n", ".gitignore": ".sdlc/out/\n"})
    out = root / ".sdlc" / "out"
    out.mkdir(parents=True)
    (out / "check.json").write_text("{")
    assert check(root, "check", "--gate", "secrets") is ExitCode.ALLOWED
    assert list(evidence(out)) == []
