"""`sdlc rules`: the list, its filters, the page of what is covered."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from sdlc.commands.rules import command
from sdlc.errors import UsageError


def answer(*words: str) -> str:
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_every_rule_is_a_line() -> None:
    lines = answer("list").splitlines()
    assert len(lines) == len(json.loads(answer("list", "--format", "json"))) > 60
    [line] = [line for line in lines if line.startswith("command-injection ")]
    assert line.split()[1:4] == ["critical", "blocks", "CWE-78"]
    assert any(" advice " in line for line in lines)


def test_filters() -> None:
    ids = {rule["id"] for rule in json.loads(answer("list", "--cwe", "601", "--format", "json"))}
    assert ids == {"open-redirect"}
    by_year, by_number = (answer("list", "--owasp", word).splitlines() for word in ("a10:2021", "A10"))
    assert len(by_year) == 1
    assert set(by_year) < set(by_number)


def test_nothing_found_is_an_error_with_a_hint() -> None:
    with pytest.raises(UsageError, match="no rule fits"):
        CliRunner().invoke(command, ["list", "--cwe", "1"], catch_exceptions=False)


def test_the_page_says_what_is_not_covered() -> None:
    page = answer("coverage")
    assert "| CWE-787 | does not occur in Python source |" in page
    assert "| CWE-862 | not covered |" in page
    assert "**sql-injection** ~" in page
