"""`sdlc diff` between two releases that were really signed, and the page of the second that says the same."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from conftest import REPOSITORY, commit
from fakes.checks import decided
from fakes.hostile import verified
from fakes.release_desk import Desk
from fakes.releases import records

from sdlc.commands.diff import demand_same, diff_to_json, lines_of
from sdlc.errors import BlockedError, ExitCode
from sdlc.release.changes import changes
from sdlc.release.inventory import Holdings, Inventory
from sdlc.release.verified import Verified

SCHEMA = json.loads((REPOSITORY / "docs" / "schemas" / "diff.schema.json").read_text())


@pytest.fixture
def two(repository: Callable[..., Path], tmp_path: Path) -> tuple[Desk, Path]:
    """A desk with two releases; the second has one test more and one less. The path is that of the first bundle."""
    desk = Desk(repository({"router.py": "x = 1\n", ".gitignore": ".sdlc/out/\n"}), tmp_path / "side")
    desk.check()
    first = desk.side / "first.zip"
    release(desk)
    shutil.copy(desk.bundle, first)
    commit(desk.root, {"router.py": "x = 2\n"})
    desk.check(records().replace(b"test_two", b"test_three"))
    release(desk, "--previous", str(first))
    return desk, first


def release(desk: Desk, *words: str) -> None:
    steps = (lambda: desk.prepare(*words), lambda: desk.approve("ada"), lambda: desk.approve("grace"), desk.sign)
    assert [step() for step in steps] == [ExitCode.ALLOWED] * 4


def test_it_says_what_changed_and_so_does_the_page(two: tuple[Desk, Path], capsys: pytest.CaptureFixture[str]) -> None:
    desk, first = two
    capsys.readouterr()
    assert desk.sdlc("diff", str(first), str(desk.bundle)) == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert len(said.splitlines()) <= 25
    assert max(map(len, said.splitlines())) <= 120
    assert "router 1.0 → 1.0, both verified\n" in said
    assert re.search(r"tests +\+1 −1 ~0 +\+ tests/test_a.py::test_three; − tests/test_a.py::test_two", said)
    assert re.search(r"as before +gates, findings, policy", said)
    with zipfile.ZipFile(desk.bundle) as archive:
        page = archive.read("report.html").decode()
    row = re.search(r'<th scope="row">tests</th>\s*<td class="num">.*?</tr>', page[page.index('id="changes"') :], re.S)
    assert row
    assert re.findall(r">(\d+)<", row[0]) == ["1", "1", "0"]
    assert "test_three; − tests/test_a.py::test_two" in row[0]
    assert desk.verify() == ExitCode.ALLOWED


def test_the_document_for_machines(two: tuple[Desk, Path], capsys: pytest.CaptureFixture[str]) -> None:
    desk, first = two
    capsys.readouterr()
    assert desk.sdlc("diff", str(first), str(desk.bundle), "--json") == ExitCode.ALLOWED
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert document["follows"]
    tests = next(one for one in document["sections"] if one["name"] == "tests")
    assert [row["key"] for row in tests["added"]] == ["tests/test_a.py::test_three"]
    assert [row["key"] for row in tests["removed"]] == ["tests/test_a.py::test_two"]


def test_findings_that_were_closed_and_that_are_open_again(tmp_path: Path) -> None:
    [one] = decided().verdict.closed
    plain = verified(tmp_path)
    closing = dataclasses.replace(plain, verdict=dataclasses.replace(plain.verdict, closed=(one,)))

    def said(before: Verified, now: Verified) -> str:
        sections = changes(before.as_before.inventory, now.as_before.inventory)
        document = diff_to_json(before, now, sections)
        jsonschema.validate(json.loads(json.dumps(document)), SCHEMA)
        return "\n".join(lines_of(before, now, sections, follows=True))

    assert re.search(r"closed +\+1 −0 ~0 +\+ command-injection pkg:pypi/box@1.0\n", said(plain, closing))
    assert re.search(r"closed +\+0 −1 ~0 +− command-injection pkg:pypi/box@1.0\n", said(closing, plain))
    assert re.search(r"as before .*closed", said(closing, closing))


def test_a_release_whose_runner_did_not_say_yet_what_was_closed_still_follows(tmp_path: Path) -> None:
    first = verified(tmp_path)
    tables = {name: rows for name, rows in first.as_before.inventory.tables.items() if name != "closed"}
    candidate = dataclasses.replace(first.candidate, previous=first.manifest_digest)

    def second(**tables: object) -> Verified:
        old = dataclasses.replace(first.as_before, inventory=Inventory(tables))  # type: ignore[arg-type]
        return dataclasses.replace(first, candidate=candidate, holdings=Holdings(first.holdings.now, old))

    assert demand_same(first, second(**tables))
    assert demand_same(first, second(**tables, closed={}))
    with pytest.raises(BlockedError, match="says something else"):
        demand_same(first, second(**tables, closed={"a lie": {}}))


def test_backwards_it_says_that_the_second_does_not_follow(
    two: tuple[Desk, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    desk, first = two
    assert desk.sdlc("diff", str(desk.bundle), str(first)) == ExitCode.ALLOWED
    assert "does not directly follow" in capsys.readouterr().out


def test_a_bundle_that_does_not_verify_is_compared_with_nothing(
    two: tuple[Desk, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    desk, first = two
    data = bytearray(desk.bundle.read_bytes())
    data[len(data) // 2] ^= 1
    forged = desk.side / "forged.zip"
    forged.write_bytes(data)
    capsys.readouterr()
    assert desk.sdlc("diff", str(first), str(forged)) == ExitCode.BLOCKED
    said = capsys.readouterr()
    assert said.out == ""
    assert "was not verified" in said.err


def test_a_first_release_has_nothing_before_it(two: tuple[Desk, Path]) -> None:
    with zipfile.ZipFile(two[1]) as archive:
        page = archive.read("report.html").decode()
    assert "This is the first release of the channel stable" in page
    assert "What changed since" not in page
