"""What a rule mends by itself, and what it leaves to a person."""

from __future__ import annotations

from sdlc.scanning.mending import mend

EDITS = {"tls": ((r"\bverify=False\b", "verify=True"),), "breaks": (("get", "("),), "grows": (("get", "a\\n"),)}


def test_the_lines_of_the_finding_change_and_no_others() -> None:
    text = "get(verify=False)\nget(\n  u,\n  verify=False,\n)\n"
    after, done = mend(text, [("tls", 2, 5)], EDITS)
    assert after == "get(verify=False)\nget(\n  u,\n  verify=True,\n)\n"
    assert done == (0,)


def test_several_findings_of_one_file() -> None:
    after, done = mend("get(verify=False)\nget(verify=False)\n", [("tls", 1, 1), ("tls", 2, 2)], EDITS)
    assert after == "get(verify=True)\nget(verify=True)\n"
    assert done == (0, 1)


def test_line_ends_and_page_breaks_stay() -> None:
    text = "x = 1\r\n\x0c\r\nget(verify=False)\r\n"
    assert mend(text, [("tls", 3, 3)], EDITS) == (text.replace("False", "True"), (0,))


def test_what_does_not_fit_is_left_alone() -> None:
    text = "get(verify=OFF)\n"
    for rule in ("tls", "breaks", "grows", "unknown"):
        assert mend(text, [(rule, 1, 1)], EDITS) == (text, ())
