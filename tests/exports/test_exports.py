"""Exports: read back by other people's readers, harmless to spreadsheets, equal for equal facts."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from conftest import REPOSITORY
from fakes.hostile import TEXT, hostile, verified
from fakes.releases import good_members
from hypothesis import given
from hypothesis import strategies as st
from trestle.oscal.assessment_results import AssessmentResults

from sdlc.errors import UsageError
from sdlc.exports import EXPORTS, export
from sdlc.exports.oscal import control_token
from sdlc.exports.submission import folders
from sdlc.exports.tables import tables_of
from sdlc.formats.spreadsheet_text import STARTS, harmless
from sdlc.model.digest import sha256
from sdlc.model.verdict import Closed
from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage, cover
from sdlc.standards.documents import with_documents
from sdlc.standards.shipped import our_standards

SCHEMA = jsonschema.Draft202012Validator(
    json.loads((REPOSITORY / "docs" / "schemas" / "export.schema.json").read_text())
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    return verified(tmp_path_factory.mktemp("store"))


@pytest.fixture(params=["good", "hostile"])
def release(request: pytest.FixtureRequest, good: Verified) -> Verified:
    return hostile(good) if request.param == "hostile" else good


def coverages(release: Verified) -> Sequence[Coverage]:
    return [cover(standard, release.producers) for standard in our_standards()]


def assessment(data: bytes, folder: Path) -> AssessmentResults:
    path = folder / "results.json"
    path.write_bytes(data)
    read = AssessmentResults.oscal_read(path)
    assert isinstance(read, AssessmentResults)
    return read


@pytest.mark.parametrize("form", EXPORTS)
def test_equal_facts_give_equal_bytes(form: str, release: Verified) -> None:
    assert export(form, release, coverages(release)) == export(form, release, coverages(release))


def test_the_matrix_leads_from_control_to_evidence(good: Verified) -> None:
    data = export("csv", good, coverages(good)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert len({(row["standard"], row["control"]) for row in rows}) == sum(len(s.controls) for s in our_standards())
    build = next(row for row in rows if row["standard"] == "slsa-1.2" and row["control"] == "Build L1")
    assert (build["coverage"], build["producer"], build["asked"], build["shown"]) == (
        *("full", "provenance", "full"),
        "shown",
    )
    raw = next(result.raw for result in good.results if result.gate == "build")
    assert set(build["evidence"].split()) == set(raw.values())
    fuzzed = [row for row in rows if row["producer"] == "fuzz"]
    assert fuzzed
    assert {(row["shown"], row["evidence"], row["outcome"]) for row in fuzzed} == {("not shown", "", "")}
    assert {row["review"] for row in rows} == {"mapping not reviewed"}


def test_no_cell_of_a_csv_begins_as_a_formula(release: Verified) -> None:
    data = export("csv", release, coverages(release)).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(data)) for cell in row]
    assert [cell for cell in cells if cell.lstrip().startswith(STARTS)] == []
    assert "\u202e" not in data
    assert "\x1b" not in data


@given(st.text())
def test_a_harmless_cell_begins_as_no_formula_and_keeps_its_text(text: str) -> None:
    made = str(harmless(text))
    assert not made.lstrip().startswith(STARTS)
    assert made.removeprefix("'") == text or made == text


def test_a_workbook_holds_every_table_as_text(release: Verified) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export("xlsx", release, coverages(release))))
    tables = tables_of(release, coverages(release))
    assert book.sheetnames == [table.name for table in tables]
    for table in tables:
        rows = [tuple("" if cell is None else cell for cell in row) for row in book[table.name].values]
        assert rows == [table.columns, *table.rows]
        assert {cell.data_type for row in book[table.name] for cell in row} <= {"s", "n", "inlineStr"}


def test_a_formula_in_a_workbook_is_marked_as_text(good: Verified) -> None:
    bad = hostile(good)
    sheet = openpyxl.load_workbook(io.BytesIO(export("xlsx", bad, [])))["findings"]
    message = next(cell for cell in sheet[2] if str(cell.value).startswith("=HYPERLINK"))
    assert (message.data_type, message.quotePrefix) == ("s", True)


def test_a_cell_that_is_too_long_says_so(good: Verified) -> None:
    from sdlc.exports.workbook import MAX_CELL, _short

    assert len(str(_short("x" * 40_000))) == MAX_CELL
    assert str(_short("x" * 40_000)).endswith("cut: the sheets evidence and findings have all")


def test_the_document_has_its_published_shape(release: Verified) -> None:
    document = json.loads(export("json", release, coverages(release)))
    SCHEMA.validate(document)
    assert len(document["standards"]) == len(our_standards())


def test_oscal_is_read_by_compliance_trestle(release: Verified, tmp_path: Path) -> None:
    data = export("oscal", release, coverages(release))
    result = assessment(data, tmp_path).results[0]
    controls = sum(len(standard.controls) for standard in our_standards())
    assert len(result.findings) == controls
    selected = [one.control_id for part in result.reviewed_controls.control_selections for one in part.include_controls]
    assert len(set(selected)) == controls
    assert {finding.target.target_id for finding in result.findings} == set(selected)


def test_oscal_calls_satisfied_only_what_is_shown_in_full(good: Verified, tmp_path: Path) -> None:
    covered = coverages(good)
    result = assessment(export("oscal", good, covered), tmp_path).results[0]
    words = [one.word.value for coverage in covered for one in coverage.controls]
    states = [finding.target.status.state.value for finding in result.findings]
    assert len(set(states)) == 2
    assert [(state == "satisfied") == (word == "full") for state, word in zip(states, words, strict=True)].count(
        False
    ) == 0


def test_every_reference_inside_oscal_leads_somewhere(release: Verified, tmp_path: Path) -> None:
    text = export("oscal", release, coverages(release)).decode()
    document = assessment(text.encode(), tmp_path)
    named = re.findall(r'"uuid": "([^"]+)"', text)
    assert len(named) == len(set(named))
    pointed = re.findall(r'"(?:observation-uuid|href)": "#?([0-9a-f-]{36})"', text)
    assert pointed
    assert set(pointed) <= set(named)
    hrefs = [resource.rlinks[0].href for resource in document.back_matter.resources]
    assert "candidate.dsse.json" in hrefs
    assert "decisions/0001.dsse.json" in hrefs


def test_foreign_text_is_no_markup_in_oscal(good: Verified) -> None:
    bad = hostile(good)
    document = json.loads(export("oscal", bad, coverages(bad)))["assessment-results"]
    prose = [text for key, text in _texts(document) if key in {"title", "description", "remarks"}]
    assert any("alert" in text for text in prose)
    assert [text for text in prose if "<" in text or re.search(r"(?<!\\)\]\(", text)] == []


def _texts(value: object, key: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for name, item in value.items() for found in _texts(item, name)]
    if isinstance(value, list):
        return [found for item in value for found in _texts(item, key)]
    return [(key, value)] if isinstance(value, str) else []


def test_withheld_evidence_is_in_no_export(good: Verified) -> None:
    import dataclasses

    redacted = dataclasses.replace(good, withheld=frozenset({"tests"}))
    covered = coverages(redacted)
    digest = next(result.raw["records.jsonl"] for result in good.results if result.gate == "tests")
    rows = {table.name: table.rows for table in tables_of(redacted, covered)}
    assert digest not in {row[2] for row in rows["evidence"]}
    assert digest not in export("csv", redacted, covered).decode()
    assert f"evidence/{digest}" not in export("oscal", redacted, covered).decode()


def test_tokens_are_tokens_and_never_two_of_one() -> None:
    seen: dict[str, str] = {}
    ids = [(standard.id, control.id) for standard in our_standards() for control in standard.controls]
    ids += [("x", "a b"), ("x", "a-b"), ("x", "a(b"), ("x", "附属書")]
    tokens = [control_token(*one, seen) for one in ids]
    assert len(set(tokens)) == len(ids)
    assert [token for token in tokens if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9._-]*", token)] == []
    assert [control_token(*one, seen) for one in ids[:2]] == tokens[:2]


def test_the_hostile_release_is_hostile(good: Verified) -> None:
    rows = [cell for table in tables_of(hostile(good), []) for row in table.rows for cell in row]
    assert sum("alert(1)" in str(cell) for cell in rows) > 30
    assert TEXT not in rows


def test_the_clause_table_has_the_house_numbers(good: Verified) -> None:
    numbers = {"slsa-1.2": {"Build L1": "DOC-0815 rev. C"}}
    standards = with_documents(our_standards(), numbers, "d.toml")
    covered = [cover(standard, good.producers) for standard in standards]
    rows = list(csv.DictReader(io.StringIO(export("clauses", good, covered).decode("utf-8-sig"))))
    assert len(rows) == sum(len(standard.controls) for standard in standards)
    named = {(row["standard"], row["clause"]): row["document"] for row in rows if row["document"]}
    assert named == {("slsa-1.2", "Build L1"): "DOC-0815 rev. C"}
    matrix = csv.DictReader(io.StringIO(export("csv", good, covered).decode("utf-8-sig")))
    assert {row["document"] for row in matrix if row["control"] == "Build L1"} == {"DOC-0815 rev. C"}
    document = json.loads(export("json", good, covered))
    SCHEMA.validate(document)
    slsa = next(one for one in document["standards"] if one["id"] == "slsa-1.2")
    assert {one["document"] for one in slsa["controls"] if one["id"] == "Build L1"} == {"DOC-0815 rev. C"}


def test_findings_say_to_which_categories_they_belong(good: Verified) -> None:
    release = hostile(good)
    document = json.loads(export("json", release, coverages(release)))
    assert document["categories"][0]["words"] == ["A03:2021 exact", "A05:2025 exact", "Top 25 exact"]
    table = next(one for one in tables_of(release, coverages(release)) if one.name == "findings")
    assert table.rows[0][table.columns.index("categories")] == "A03:2021 exact; A05:2025 exact; Top 25 exact"


@pytest.mark.parametrize("evil", [False, True])
def test_a_folder_for_each_row_of_a_submission(good: Verified, tmp_path: Path, evil: bool) -> None:
    release = hostile(good) if evil else good
    members = good_members(tmp_path / "store")
    files = folders(release, coverages(release), members)
    standard = next(one for one in our_standards() if one.id == "fda-premarket-2026")
    assert len({path.partition("/")[0] for path in files if "/" in path}) == len(standard.controls)
    assert [path for path in files if not re.fullmatch(r"([A-Za-z0-9._-]+/){0,2}[A-Za-z0-9._-]+", path)] == []
    assert [path for path in files if ".." in path.split("/")] == []
    assert files == folders(release, coverages(release), members)
    assert "\x1b" not in "".join(data.decode() for path, data in files.items() if path.endswith("about.txt"))
    if not evil:
        raw = next(result.raw for result in good.results if result.gate == "build")
        number = next(n for n, one in enumerate(standard.controls, start=1) if "provenance" in one.producers)
        folder = next(path for path in files if path.startswith(f"{number:02}-")).partition("/")[0]
        for name, digest in raw.items():
            assert f"sha256 {digest}, provenance: {name}" in files[f"{folder}/about.txt"].decode()
        assert {sha256(files[path]) for path in files if path.startswith(f"{folder}/provenance/")} == set(raw.values())


def test_the_folders_need_their_standard(good: Verified) -> None:
    with pytest.raises(UsageError, match="fda-premarket-2026"):
        folders(good, [], {})


def test_what_a_person_closed_is_in_every_form_with_who_and_why(good: Verified) -> None:
    bad = hostile(good)
    said = ("not_affected", "component_not_present", "It is gone.", "Ada", date(2026, 6, 1), date(2026, 9, 1))
    all_closed = tuple(Closed("d.json", r.gate, one, *said) for r in bad.results for one in r.reading.findings)
    release = dataclasses.replace(bad, verdict=dataclasses.replace(bad.verdict, closed=all_closed))
    shut = all_closed[0]
    for form in EXPORTS:
        data = export(form, release, coverages(release))
        if form == "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(data))
            assert [row for row in book["findings"].values if shut.words in str(row[-1])]
        elif form == "oscal":
            assert shut.words.encode() in data
        elif form == "json":
            first = json.loads(data)["closed"][0]
            assert (first["fingerprint"], first["name"]) == (shut.finding.fingerprint, "Ada")
            SCHEMA.validate(json.loads(data))
