"""21 CFR Part 11: name, time and meaning in every form that people read, and a test behind every point of the page."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from conftest import REPOSITORY
from fakes import releases
from fakes.releases import PEOPLE, SIGNED, candidate_of, chain, members, proposal_of, trust_root

from sdlc.cli import main
from sdlc.commands.standing import summary
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.evidence.store import Store
from sdlc.release.bundle import write_bundle
from sdlc.session import Session
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools

POINTS = re.compile(r"^\| (11\.\d+\S*) [^|]*\| [^|]+ \| (.+) \|$", re.M)
PAGE = (REPOSITORY / "docs" / "part11.md").read_text()
STEPS = ({"person": "ada", "meaning": "review"}, {"person": "grace", "meaning": "responsibility"})
TIMES = ("2026-06-01T12:01:00+00:00", "2026-06-01T12:02:00+00:00")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    store = Store(tmp_path / "store", LocalDisk())
    candidate = candidate_of(store)
    decisions = chain(candidate, *STEPS)
    (tmp_path / "bundle.zip").write_bytes(write_bundle(members(proposal_of(candidate, decisions, store), store)))
    (tmp_path / "trust.json").write_bytes(dump_trust(trust_root()))
    return tmp_path


def run(case: Path, *words: object) -> None:
    session = Session(SIGNED + timedelta(days=1), {}, LocalDisk(), LocalTools({}))
    bundle = (str(case / "bundle.zip"), "--trust", str(case / "trust.json"))
    assert main([str(words[0]), *bundle, *map(str, words[1:])], session) == ExitCode.ALLOWED


def says_all(text: str) -> bool:
    """Whether both printed names, both times and both meanings are in `text`."""
    plain = text.replace("\\", "").replace("&#43;", "+")
    wanted = [*(PEOPLE[str(step["person"])] for step in STEPS), *(str(step["meaning"]) for step in STEPS), *TIMES]
    return [word for word in wanted if word not in plain] == []


def test_name_time_and_meaning_stand_in_every_form_that_people_read(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(case, "verify", "--html", case / "page.html")
    assert says_all(capsys.readouterr().out), "the terminal"
    assert says_all((case / "page.html").read_text()), "the page"
    for form in ("csv", "json", "oscal", "xlsx"):
        run(case, "export", "--format", form, "--out", case / f"x.{form}")
    assert says_all((case / "x.json").read_text()), "json"
    assert says_all((case / "x.oscal").read_text()), "oscal"
    rows = openpyxl.load_workbook(io.BytesIO((case / "x.xlsx").read_bytes()))["decisions"].values
    assert says_all(" ".join(str(cell) for row in rows for cell in row)), "xlsx"
    approval = [row for row in (case / "x.csv").read_text().splitlines() if '"approval"' in row]
    assert approval
    assert all(says_all(row) for row in approval), "csv"


def test_they_stand_before_the_eyes_of_who_decides_next(tmp_path: Path) -> None:
    store = Store(tmp_path, LocalDisk())
    candidate = candidate_of(store)
    assert says_all(summary(proposal_of(candidate, chain(candidate, *STEPS), store)))


def test_the_page_names_the_points_of_both_subparts() -> None:
    named = [point for point, _ in POINTS.findall(PAGE)]
    wanted = [*(f"11.10({letter})" for letter in "abcdefghijk"), "11.30", "11.50(a)(1)", "11.50(a)(2)", "11.50(a)(3)"]
    wanted += ["11.50(b)", "11.70", "11.100(a)", "11.100(b)", "11.100(c)", "11.200(a)(1)", "11.200(a)(2)"]
    wanted += ["11.200(a)(3)", "11.200(b)", *(f"11.300({letter})" for letter in "abcde")]
    assert [point for point in wanted if point not in named] == []
    assert "compliant" not in PAGE


@pytest.mark.parametrize(("point", "tests"), POINTS.findall(PAGE))
def test_each_point_names_tests_that_exist_or_says_that_people_show_it(point: str, tests: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert named or tests == "people", point
    for file, name in named:
        assert re.search(rf"^def {name}\(", (REPOSITORY / file).read_text(), re.M), f"{file}::{name}"


def test_the_fake_release_has_the_persons_of_this_test() -> None:
    assert {str(step["person"]) for step in STEPS} <= set(releases.PEOPLE)
