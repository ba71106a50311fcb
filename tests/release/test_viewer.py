"""The page: self-contained, without script, escaped, verdict first."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fakes.releases import candidate_of, chain, check_of, proposal_of, raw_of, records

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.model.result import GateResult
from sdlc.release import viewer
from sdlc.release.assemble import Proposal

HOSTILE = '<script>alert(1)</script><img src=x onerror="x">\u202e"\'&'


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, LocalDisk())


def drawn(proposal: Proposal) -> str:
    page = viewer.draw(proposal.candidate, proposal.digest, proposal.verdict, proposal.decisions)
    return page.decode()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def _hostile(result: GateResult) -> GateResult:
    return dataclasses.replace(result, reading=dataclasses.replace(result.reading, sentence=HOSTILE))


def test_it_makes_no_request_and_runs_nothing_even_with_hostile_text(store: Store) -> None:
    candidate = candidate_of(store)
    hostile = dataclasses.replace(candidate, results=tuple(map(_hostile, candidate.results)), repository=HOSTILE)
    reason = {"person": "ada", "reason": HOSTILE}
    good = proposal_of(candidate, (), store)
    page = drawn(dataclasses.replace(good, candidate=hostile, decisions=chain(hostile, reason)))
    parser = _Tags()
    parser.feed(page)
    assert parser.tags.isdisjoint({"script", "img", "iframe", "link", "object", "embed", "base", "form", "svg"})
    assert parser.attributes.isdisjoint({"src", "href", "style", "srcset", "action"})
    assert not [name for name in parser.attributes if name.startswith("on")]
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r"https?://|url\(|@import", page)
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_it_says_what_a_reader_needs(store: Store) -> None:
    candidate = candidate_of(store)
    page = drawn(proposal_of(candidate, chain(candidate, "ada", "grace"), store))
    said = ["allowed", "Ada Lovelace", "Grace Hopper", "2 passed", "replayed", candidate.artifacts[0].digest]
    said += ["What this bundle does not show", "sdlc verify"]
    assert [text for text in said if text not in page] == []
    assert page.index("allowed</strong>") < page.index("Ada Lovelace")


def test_a_blocked_release_shows_its_blockers_and_findings(store: Store) -> None:
    candidate = candidate_of(store, check_of(store, raw_of(records("tests/test_a.py::test_one"))))
    page = drawn(proposal_of(candidate, (), store))
    assert "blocked</strong>" in page
    assert "What stands against it" in page
    assert "TEST-FAILED" in page


def test_equal_input_gives_equal_bytes(store: Store) -> None:
    proposal = proposal_of(candidate_of(store), (), store)
    assert drawn(proposal) == drawn(proposal)
