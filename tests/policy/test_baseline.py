"""Which finding of several with one fingerprint is the new one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.policy.baseline import entry, new_findings


def finding(path: str, print_: str = "f1:a", line: int = 1) -> Finding:
    return Finding("r", "m", Severity.HIGH, Confidence.HIGH, print_, Place(path, line, 1), fix="f", reproduce="r")


def new(head: list[Finding], base: list[Finding]) -> list[str]:
    return [one.place.path for one in new_findings(head, Counter(map(entry, base))) if one.place]


def test_the_copy_is_new_and_not_the_original() -> None:
    assert new([finding("a.py"), finding("old.py")], [finding("old.py")]) == ["a.py"]


def test_a_move_is_not_new() -> None:
    assert new([finding("dir with space/new.py")], [finding("old.py")]) == []


def test_a_move_and_a_copy_are_one_new_finding() -> None:
    assert new([finding("a.py"), finding("b.py")], [finding("old.py")]) == ["b.py"]


def test_a_second_one_in_the_same_file_is_new() -> None:
    assert new([finding("a.py"), finding("a.py", line=9)], [finding("a.py")]) == ["a.py"]


def test_an_entry_of_an_older_record_names_no_path() -> None:
    assert new_findings([finding("a.py")], Counter(["f1:a"])) == ()


FINDINGS = st.lists(st.builds(finding, st.sampled_from("abc"), st.sampled_from(["f1:a", "f1:b"])), max_size=8)


@given(FINDINGS, FINDINGS)
def test_as_many_are_new_as_the_head_has_more(head: list[Finding], base: list[Finding]) -> None:
    more = Counter(one.fingerprint for one in head) - Counter(one.fingerprint for one in base)
    assert len(new(head, base)) == more.total()
