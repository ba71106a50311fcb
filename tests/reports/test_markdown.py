"""Markdown for a comment: no markup, no mention and no link of somebody else's making."""

from __future__ import annotations

from fakes.checks import HOSTILE, finding, record

from sdlc.reports import render
from sdlc.reports.markdown import MAX_FINDINGS


def test_the_verdict_is_in_the_first_words() -> None:
    text = render("markdown", record(finding()))
    assert text.startswith("## BLOCKED – box 1\\.0 · bootstrap\n")
    assert "| tests | passed | 0.2 | 87 passed |" in text
    assert "**no\\-weakness**: 1 findings" in text
    assert "next: Fetch a feed" in text


def test_the_size_is_bounded() -> None:
    many = [finding(number) for number in range(1, 100)]
    assert f"- … {99 - MAX_FINDINGS} more" in render("markdown", record(*many))
    assert "more" not in render("markdown", record(*many), verbose=True)


def test_foreign_text_is_text() -> None:
    text = render("markdown", record(finding(message=HOSTILE, fix="a\n\n# heading"), version=HOSTILE))
    assert "<script" not in text
    assert "[link](" not in text
    assert "https://" not in text
    assert "@someone" not in text
    assert "#7" not in text
    assert "\n# heading" not in text
    assert "\x1b" not in text
