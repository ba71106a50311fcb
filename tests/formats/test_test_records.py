"""What the plug-in writes is read strictly: a run that was cut off is not finished, garbage is refused."""

from __future__ import annotations

import json

import pytest

from sdlc.errors import UnreadableError
from sdlc.formats.test_records import JunitCounts, load_junit, load_records, version_of

START = {"event": "start"}
END = {"event": "end", "exit": 0}


def collected(name: str) -> dict[str, object]:
    return {"event": "collected", "id": name}


def result(name: str, outcome: str = "passed") -> dict[str, object]:
    return {"event": "result", "id": name, "outcome": outcome, "seconds": 0.25, "message": "m"}


def lines(*events: dict[str, object]) -> bytes:
    return "".join(json.dumps(event) + "\n" for event in events).encode()


GOOD = lines(START, collected("t.py::a"), {"event": "deselected", "id": "t.py::b"}, result("t.py::a"), END)


def test_a_whole_run() -> None:
    records = load_records(GOOD)
    assert (records.finished, records.exit_code) == (True, 0)
    assert (records.collected, records.deselected) == (("t.py::a",), ("t.py::b",))
    assert records.results["t.py::a"].seconds == 0.25


def test_a_run_cut_off_at_any_byte_is_not_finished() -> None:
    assert [cut for cut in range(len(GOOD)) if load_records(GOOD[:cut]).finished] == []


def test_matching_finds_a_test_and_its_parameters_only() -> None:
    names = ("t.py::a", "t.py::a[1]", "t.py::a[x-y]", "t.py::ab", "t.py::a2[1]")
    records = load_records(lines(START, *map(result, names), END))
    assert len(records.matching("t.py::a")) == 3
    assert len(records.matching("t.py::a[1]")) == 1
    assert records.matching("t.py::c") == ()


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((END,), "does not begin"),
        ((START, START), "does not begin"),
        ((START, END, result("x")), "follows the end"),
        ((START, result("x"), result("x")), "two results"),
        ((START, result("x", "great")), "no outcome 'great'"),
        ((START, {"event": "party"}), "no event 'party'"),
        ((START, {"no": "event"}), "KeyError"),
        ((START, {"event": "end", "exit": "soon"}), "ValueError"),
        ((START, {**result("x"), "seconds": None}), "TypeError"),
    ],
)
def test_what_is_no_record_is_refused_with_its_line(events: tuple[dict[str, object], ...], said: str) -> None:
    with pytest.raises(UnreadableError, match=said) as caught:
        load_records(lines(*events))
    assert f"line {len(events)}" in caught.value.message


@pytest.mark.parametrize("line", [b"no json\n", b"[]\n", b'{"event":"start","event":"end"}\n', b"\xff\n", b"\n"])
def test_garbage_is_refused(line: bytes) -> None:
    with pytest.raises(UnreadableError, match="line 2"):
        load_records(lines(START) + line)


def test_junit_is_counted() -> None:
    data = b"""<?xml version="1.0"?><testsuites><testsuite>
    <testcase name="a"/><testcase name="b"><failure>x</failure></testcase><testcase name="c"><error/></testcase>
    <testcase name="d"><skipped/></testcase><testcase name="e"><system-out>x</system-out></testcase>
    </testsuite></testsuites>"""
    assert load_junit(data) == JunitCounts(passed=2, failed=2, skipped=1)


@pytest.mark.parametrize("data", [b"", b"<testsuites>", b"nothing"])
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="not XML"):
        load_junit(data)


def test_a_document_type_is_refused_before_its_entities_grow() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE t [<!ENTITY e0 "xxxxxxxxxx">{entities}]><t>&e8;</t>'
    with pytest.raises(UnreadableError, match="document type"):
        load_junit(bomb.encode())


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (b'{"event":"start","pytest":"8.3.5"}\n', "8.3.5"),
        (b'{"event":"start"}\n', ""),
        (b"", ""),
        (b"no json\n", ""),
        (b'{"pytest":"' + b"9" * 90 + b'"}', "9" * 40),
    ],
)
def test_the_version_that_wrote_them(data: bytes, version: str) -> None:
    assert version_of(data) == version


TOUCHED = (
    b'{"event": "start"}\n{"event": "function", "number": 0, "name": "a.py::f"}\n'
    b'{"event": "touched", "id": "t.py::test_a[1]", "functions": [0], "spawned": false, "unseen": ["b.py"]}\n'
    b'{"event": "touched", "id": "t.py::test_a[2]", "functions": [], "spawned": true, "unseen": []}\n'
    b'{"event": "end", "exit": 0}\n'
)


def test_what_all_parameters_of_a_test_touched() -> None:
    records = load_records(TOUCHED)
    one = records.touched_by("t.py::test_a")
    assert one is not None
    assert (one.functions, one.spawned, one.unseen) == (frozenset({"a.py::f"}), True, frozenset({"b.py"}))
    assert records.touched_by("t.py::test_b") is None


@pytest.mark.parametrize(("old", "new"), [(b"[0]", b"[7]"), (b'"number": 0', b'"number": "x"'), (b'["b.py"]', b"5")])
def test_a_touch_of_nothing_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(UnreadableError, match="line"):
        load_records(TOUCHED.replace(old, new, 1))
