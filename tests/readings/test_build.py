"""The list of artifacts must be exactly the artifacts; none, or no list, is no answer."""

from __future__ import annotations

import dataclasses

import pytest

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import sha256
from sdlc.model.result import Context, Outcome
from sdlc.readings import build

WHEEL = b"the bytes of a wheel"


def raw(**changes: object) -> dict[str, bytes]:
    document: dict[str, object] = {
        "artifacts": [{"name": "box.whl", "size": len(WHEEL), "sha256": sha256(WHEEL)}],
        "packages": [{"name": "box", "version": "1"}, {"name": "click", "version": "8"}],
        "sandbox": "namespace",
        "python": "3.12.1",
    }
    return {"dist/box.whl": WHEEL, "build.json": strict_json.dumps(document | changes)}


def test_what_is_listed_was_built() -> None:
    answer = build.read(raw(), build.Settings(), Context())
    assert answer.outcome is Outcome.PASSED
    assert answer.counters == {"artifacts": 1, "packages": 2}
    assert answer.details == {"sandbox": "namespace", "python": "3.12.1"}


def test_other_bytes_under_a_listed_name_are_refused() -> None:
    with pytest.raises(UnreadableError, match="does not list"):
        build.read(raw() | {"dist/box.whl": WHEEL + b"!"}, build.Settings(), Context())


def test_an_artifact_that_is_not_listed_is_refused() -> None:
    with pytest.raises(UnreadableError, match="does not list"):
        build.read(raw() | {"dist/more.whl": WHEEL}, build.Settings(), Context())


def test_a_listed_artifact_that_is_absent_is_refused() -> None:
    with pytest.raises(UnreadableError, match="does not list"):
        build.read({"build.json": raw()["build.json"]}, build.Settings(), Context())


def test_no_artifact_is_no_answer() -> None:
    answer = build.read({"build.json": raw(artifacts=[])["build.json"]}, build.Settings(), Context())
    assert (answer.outcome, bool(answer.hint)) == (Outcome.ERROR, True)


@pytest.mark.parametrize("changes", [{"artifacts": 3}, {"artifacts": [{}]}, {"artifacts": ["x"]}, {"packages": None}])
def test_garbage_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UnreadableError, match=r"build\.json"):
        build.read(raw(**changes), build.Settings(), Context())


@pytest.mark.parametrize("data", [{}, {"build.json": b""}, {"build.json": b"[]"}])
def test_no_list_is_refused(data: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableError, match=r"build\.json"):
        build.read(data, build.Settings(), Context())


def test_every_setting_says_who_may_change_it() -> None:
    changes = {field.metadata.get("change") for field in dataclasses.fields(build.Settings)}
    assert changes <= {"free", "may-only-strengthen"}
