"""Expressions against lists: both of AND, the better of OR, exceptions, names before categories, nothing in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sdlc
from sdlc.errors import UnreadableError
from sdlc.licenses.expression import Stand, judge, licenses_in, lists_of, spdx
from sdlc.licenses.rules import load_rules
from sdlc.readings.licenses import DENIED, Settings

RULES = load_rules((Path(sdlc.__file__).parent / "rules" / "licenses" / "licenses.toml").read_bytes())
USUAL = lists_of(Settings.allow, Settings.review, Settings.deny, RULES)
ALLOW, REVIEW, DENY = Stand


@pytest.mark.parametrize(
    ("expression", "stand", "taken"),
    [
        ("MIT", ALLOW, "MIT"),
        ("Apache-2.0 OR GPL-3.0-only", ALLOW, "Apache-2.0"),
        ("GPL-3.0-only OR Apache-2.0", ALLOW, "Apache-2.0"),
        ("MIT AND GPL-2.0-or-later", DENY, "MIT AND GPL-2.0-or-later"),
        ("MIT AND (AGPL-3.0-only OR BSD-3-Clause)", ALLOW, "MIT AND BSD-3-Clause"),
        ("AGPL-3.0-only OR GPL-3.0-only", DENY, "AGPL-3.0-only"),
        ("AGPL-3.0-only OR MPL-2.0", REVIEW, "MPL-2.0"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", REVIEW, "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", ALLOW, "GPL-3.0-or-later WITH GCC-exception-3.1"),
        ("GPL-2.0-only WITH 389-exception", DENY, "GPL-2.0-only WITH 389-exception"),
        ("Apache-2.0 WITH LLVM-exception", ALLOW, "Apache-2.0 WITH LLVM-exception"),
        ("LicenseRef-Vendor", REVIEW, "LicenseRef-Vendor"),
        ("GPL-2.0+", DENY, "GPL-2.0+"),
        ("Adobe-2006", REVIEW, "Adobe-2006"),
    ],
)
def test_what_the_usual_lists_say(expression: str, stand: Stand, taken: str) -> None:
    judged = judge(spdx(expression), USUAL, RULES)
    assert (judged.stand, judged.taken) == (stand, taken)
    assert judged.why


def test_the_answer_explains_itself() -> None:
    assert "gets the source of the whole product" in judge("AGPL-3.0-only", USUAL, RULES).why[0]
    assert judge("MIT OR GPL-3.0-only", USUAL, RULES).why[0] == "MIT is taken, not GPL-3.0-only"
    assert "no alternative is allowed" in judge("AGPL-3.0-only OR GPL-3.0-only", USUAL, RULES).why
    assert judge("Adobe-2006", USUAL, RULES).why == ("Adobe-2006 is in no category that is known here, and in no list",)


def test_a_license_by_name_counts_before_its_category_and_the_stricter_list_before_the_other() -> None:
    lists = lists_of(["permissive", "GPL-3.0-only"], [], ["strong-copyleft", "MIT"], RULES)
    assert judge("GPL-3.0-only", lists, RULES).stand is ALLOW
    assert judge("GPL-2.0-only", lists, RULES).stand is DENY
    assert judge("MIT", lists, RULES).stand is DENY
    both = lists_of(["MIT"], ["MIT"], [], RULES)
    assert judge("MIT", both, RULES).stand is REVIEW
    pair = lists_of(["GPL-2.0-only WITH Classpath-exception-2.0"], [], ["GPL-2.0-only"], RULES)
    assert judge("GPL-2.0-only WITH Classpath-exception-2.0", pair, RULES).stand is ALLOW
    assert judge("GPL-2.0-only", pair, RULES).stand is DENY


@pytest.mark.parametrize(
    ("allow", "review", "deny", "license", "stand"),
    [
        ((), (), (), "GPL-3.0-only", DENY),
        (("MIT",), (), ("SSPL-1.0",), "AGPL-3.0-only", DENY),
        ((), ("strong-copyleft",), (), "GPL-3.0-only", REVIEW),
        (("GPL-3.0-only",), (), (), "GPL-3.0-only", ALLOW),
        (("GPL-3.0-only",), (), (), "GPL-2.0-only", DENY),
        ((), (), (), "BSD-3-Clause", REVIEW),
    ],
)
def test_a_category_that_was_denied_stays_so_until_a_list_names_it(
    allow: tuple[str, ...], review: tuple[str, ...], deny: tuple[str, ...], license: str, stand: Stand
) -> None:
    judged = judge(license, lists_of(allow, review, deny, RULES, DENIED), RULES)
    assert judged.stand is stand
    assert ("stays denied" in judged.why[0]) == (stand is DENY)


@pytest.mark.parametrize("entry", ["GPLv3", "MIT OR ISC", "permisive", "", "MIT AND ISC"])
def test_an_entry_that_names_nothing_is_refused_where_it_stands(entry: str) -> None:
    with pytest.raises(UnreadableError, match=r"gates\.licenses\.deny"):
        lists_of([], [], [entry], RULES)


@pytest.mark.parametrize("text", ["", "MIT/Apache", "BSD", "MIT AND", "(" * 400 + "MIT", "MIT WITH foo", "A" * 5000])
def test_what_is_no_expression_is_none(text: str) -> None:
    assert spdx(text) == ""


LEAVES = st.sampled_from(["MIT", "GPL-3.0-only", "MPL-2.0", "AGPL-3.0-only", "LicenseRef-x", "Apache-2.0"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=8,
)


@given(TREES, TREES)
def test_and_is_the_worse_and_or_the_better(one: str, other: str) -> None:
    first, second = (judge(spdx(text), USUAL, RULES).stand for text in (one, other))
    assert judge(spdx(f"{one} AND {other}"), USUAL, RULES).stand is max(first, second)
    assert judge(spdx(f"{one} OR {other}"), USUAL, RULES).stand is min(first, second)


@given(TREES)
def test_what_is_taken_is_a_part_of_what_was_offered_and_stands_alike(text: str) -> None:
    judged = judge(spdx(text), USUAL, RULES)
    assert licenses_in(judged.taken) <= licenses_in(spdx(text))
    assert " OR " not in judged.taken
    assert judge(judged.taken, USUAL, RULES).stand is judged.stand


def test_every_license_of_the_rules_is_one_of_spdx() -> None:
    said = {*RULES.category_of, *RULES.spellings.values(), *(text.license for text in RULES.texts)}
    assert [name for name in sorted(said) if spdx(name) != name] == []
    assert [name for name in RULES.exceptions if not spdx(f"GPL-2.0-only WITH {name}")] == []
    assert {*RULES.exceptions.values()} <= {*RULES.asks}
