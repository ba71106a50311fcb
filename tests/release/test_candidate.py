"""The candidate is closed: one byte form, typed digests, names that are one thing on every system."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.releases import candidate_of

from sdlc.disk import LocalDisk
from sdlc.errors import BlockedError, UnreadableError
from sdlc.evidence.store import Store
from sdlc.release.candidate import Candidate, check_names, dump_candidate, load_candidate


@pytest.fixture
def candidate(tmp_path: Path) -> Candidate:
    return candidate_of(Store(tmp_path, LocalDisk()))


def test_what_is_written_is_read(candidate: Candidate) -> None:
    assert load_candidate(dump_candidate(candidate)) == candidate


def _set(*keys: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def edit(document: dict[str, Any]) -> None:
        target: Any = document["predicate"]
        for key in keys[:-1]:
            target = target[key]
        target[keys[-1]] = value

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        _set("note", value="an unknown key"),
        _set("gates", 0, "note", value="an unknown key in a gate"),
        _set("gates", 0, "reading_digest", value="0" * 64),
        _set("gates", 1, "id", value="build"),
        _set("gates", value=[]),
        _set("artifacts", value=[]),
        _set("artifacts", 0, "sha256", value="A" * 64),
        _set("artifacts", 0, "size", value="55"),
        _set("artifacts", 0, "name", value="../router.whl"),
        _set("policyDigest", value=" " + "a" * 63),
        _set("sequence", value=2),
        _set("sequence", value=True),
        _set("created", value="2026-06-01T12:00:00"),
        _set("created", value="2026-06-01T12:00:00Z"),
        _set("expires", value="2026-05-01T12:00:00+00:00"),
        _set("authors", value=[]),
        lambda document: document["subject"].clear(),
        lambda document: document["subject"][0].update(name="other.whl"),
        lambda document: document.update(predicateType="urn:secure-sdlc:decision:v1"),
        lambda document: document.update(extra=1),
    ],
)
def test_a_candidate_that_is_not_exactly_one_is_refused(
    candidate: Candidate, edit: Callable[[dict[str, Any]], None]
) -> None:
    document = json.loads(dump_candidate(candidate))
    edit(document)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(UnreadableError):
        load_candidate(text)


def test_white_space_is_another_form(candidate: Candidate) -> None:
    with pytest.raises(UnreadableError, match="one form"):
        load_candidate(dump_candidate(candidate) + b" ")


@pytest.mark.parametrize(
    "names",
    [
        ["a/b"], ["a\\b"], [".."], [".hidden"], [""], ["a."], [" a"], ["c:a"], ["a\x00"], ["a\u202eb"], ["e\u0301"],
        ["Router.whl", "router.whl"], ["ﬁle", "file"], ["x" * 201],
    ],
)  # fmt: skip
def test_names_that_are_not_plain_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="name"):
        check_names(names)


def test_plain_names_are_taken() -> None:
    check_names(["router-1.0.whl", "über.tar.gz", "Read me.pdf"])


def test_an_artifact_that_no_gate_saw_is_refused(tmp_path: Path) -> None:
    from fakes.releases import NOW, check_of

    from sdlc.release import assemble

    store = Store(tmp_path, LocalDisk())
    with pytest.raises(BlockedError) as refused:
        assemble.propose(
            check_of(store), store, channel="stable", sequence=1, previous=None, authors=("a@example.org",),
            files={"router.whl": b"swapped after the check"}, now=NOW, days=30,
        )  # fmt: skip
    assert refused.value.reason == "artifact-unseen"


def test_a_record_that_flatters_its_evidence_is_refused(tmp_path: Path) -> None:
    from fakes.releases import check_of, raw_of, records

    store = Store(tmp_path, LocalDisk())
    honest = check_of(store, raw_of(records("tests/test_a.py::test_one")))
    flattered = check_of(store)
    lie = dataclasses.replace(flattered.results[1], raw=honest.results[1].raw)
    with pytest.raises(BlockedError) as refused:
        candidate_of(store, dataclasses.replace(flattered, results=(flattered.results[0], lie)))
    assert refused.value.reason == "outcome-differs"
