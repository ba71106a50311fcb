"""The tables of the gate as evidence, and the guide made of them: what strangers wrote is text in it."""

from __future__ import annotations

import pytest
from conftest import REPOSITORY

from sdlc.errors import UnreadableError
from sdlc.hardening.report import PARTS, dump_tables, guide, load_tables, tables_of
from sdlc.hardening.rules import RULES
from sdlc.hardening.system import judge_system
from sdlc.hardening.system_files import load_system

HOSTILE = "services:\n  '<img src=x onerror=alert(1)>|`x`':\n    image: 'x/[y](http://e.example)'\n"


def test_the_guide_shows_every_part_and_no_markup_of_others() -> None:
    settings = load_system("compose.yaml", HOSTILE.encode()) or []
    findings = list(judge_system(settings, None))
    tables = tables_of((), (), (), settings, findings, ["a.toml: it is <b>bad</b>"])
    assert load_tables(dump_tables(tables)) == tables
    text = guide("box <script>", tables)
    assert all(f"## {title}" in text for title, _, _ in PARTS.values())
    for markup in ("<img", "<script", "<b>", "](http", "|`"):
        assert markup not in text
    assert "No file of defaults is named." in text
    columns = {line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("| HARD")}
    assert columns == {5}


@pytest.mark.parametrize(
    "data", [b"{}", b"[]", b'{"schema": "sdlc.hardening-report/1"}', b'{"schema": "x", "tables": {}}']
)
def test_tables_that_are_none(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        load_tables(data)


def test_the_page_has_every_rule_as_it_is() -> None:
    page = (REPOSITORY / "docs" / "hardening.md").read_text()
    for name, rule in RULES.items():
        numbers = ", ".join(map(str, rule.cwe)) or "—"
        assert f"| {name} | {rule.title} | {rule.severity} | {rule.asvs or '—'} | {numbers} |\n" in page
