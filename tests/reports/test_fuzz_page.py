"""The page of a fuzz run is whole, asks nothing of anybody, and escapes what a harness says."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from sdlc.formats.fuzz_report import load_report
from sdlc.reports.fuzz_page import fuzz_page

ROW = {
    "name": "fuzz_box",
    "file": "fuzz/fuzz_box.py",
    "engines": {
        "words": {"executions": 900, "seconds": 1.0, "sight": {"looked": 900}, "refused": [["src/box.py", 7, 880]]},
        "coverage": {"executions": 100, "seconds": 1.0, "sight": {}, "way": "settrace", "lines": 42},
    },
    "crashes": [
        {
            "exception": "KeyError",
            "message": "<script>alert(1)</script>",
            "path": "src/box.py",
            "line": 9,
            "function": "parse",
            "key": "KeyError in box.py:parse",
            "input": "crashes/a.bin",
            "phase": "words",
            "replayed": True,
        }
    ],
    "problems": ["it \x1b[31mforked"],
}
REPORT = {"schema": "sdlc.fuzz/3", "sandbox": "sealed", "harnesses": [ROW, {**ROW, "name": "fuzz_lid", "crashes": []}]}
RUNS = [{"when": f"2026-06-0{day}", "executions": 10.0 * day, "edges": 5.0, "crashes": 0.0} for day in (1, 2, 3)]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_what_was_reached_what_blocks_and_what_crashed() -> None:
    page = fuzz_page(load_report(json.dumps(REPORT).encode()), RUNS).decode()
    assert "880 of the first inputs are refused at <code>src/box.py:7</code>" in page
    assert "<code>src/box.py:9</code> in parse()" in page
    assert "42" in page
    assert page.count("<svg") == 5
    assert "\x1b" not in page
    tags = Tags()
    tags.feed(page)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags.found}
    assert not any("src" in attributes or "href" in attributes for _, attributes in tags.found)


def test_without_crashes_and_history() -> None:
    quiet = {**REPORT, "harnesses": [{**ROW, "crashes": [], "problems": []}]}
    page = fuzz_page(load_report(json.dumps(quiet).encode())).decode()
    assert "<p>none</p>" in page
    assert "History" not in page


def test_files_of_the_tree_are_named_and_a_blind_harness_is_called_blind() -> None:
    words = {"executions": 2000, "seconds": 1.0, "sight": {"looked": 1000, "entered": 0}, "refused": []}
    blind = {**ROW, "name": "fuzz_blind", "engines": {"words": words}, "crashes": [], "problems": []}
    [crash] = ROW["crashes"]  # type: ignore[misc]
    far = {**ROW, "crashes": [{**crash, "path": "/somewhere/site-packages/box.py"}]}
    report = load_report(json.dumps({**REPORT, "harnesses": [far, blind]}).encode())
    page = fuzz_page(report, files=("src/box.py",)).decode()
    assert "<code>src/box.py:9</code> in parse()" in page
    assert "/somewhere" not in page
    assert "blind: none of 1000 inputs entered the package under test" in page
    assert ">nothing<" not in page
