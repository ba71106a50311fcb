"""Four words, and the strongest only for what worked, passed and is there."""

from __future__ import annotations

import itertools

import pytest

from sdlc.standards.catalog import Control, Standard
from sdlc.standards.coverage import Producer, Shown, Word, cover

WHOLE, LESS, NOTHING = Shown.WHOLE, Shown.LESS, Shown.NOTHING


def word_of(control: Control, **shown: Shown) -> Word:
    standard = Standard("s", "S", "1", "final", "", "", "", (control,))
    return cover(standard, {name: Producer(name, how, "") for name, how in shown.items()}).controls[0].word


BOTH = Control("A", "a", full=("sbom", "fuzz"), partial=("secrets",))


@pytest.mark.parametrize(
    ("control", "shown", "word"),
    [
        (BOTH, {"sbom": WHOLE, "fuzz": WHOLE}, Word.FULL),
        (BOTH, {"sbom": WHOLE, "fuzz": LESS}, Word.PARTIAL),
        (BOTH, {"sbom": WHOLE, "fuzz": NOTHING}, Word.PARTIAL),
        (BOTH, {"sbom": WHOLE}, Word.PARTIAL),
        (BOTH, {"secrets": WHOLE}, Word.PARTIAL),
        (BOTH, {}, Word.NONE),
        (BOTH, {"sbom": NOTHING, "fuzz": NOTHING, "secrets": NOTHING}, Word.NONE),
        (Control("A", "a", partial=("fuzz",)), {"fuzz": WHOLE}, Word.PARTIAL),
        (Control("A", "a", full=("fuzz",), people="minutes"), {}, Word.PEOPLE),
        (Control("A", "a", people="minutes"), {"fuzz": WHOLE}, Word.PEOPLE),
        (Control("A", "a", full=("activities/training",)), {}, Word.PEOPLE),
        (Control("A", "a", full=("update-bundle",)), {"fuzz": WHOLE}, Word.NONE),
    ],
)
def test_the_word(control: Control, shown: dict[str, Shown], word: Word) -> None:
    assert word_of(control, **shown) is word


def test_full_needs_all_and_less_evidence_never_gives_a_stronger_word() -> None:
    order = list(Word)
    for sbom, fuzz, secrets in itertools.product(Shown, repeat=3):
        word = word_of(BOTH, sbom=sbom, fuzz=fuzz, secrets=secrets)
        assert (word is Word.FULL) == (sbom is fuzz is WHOLE)
        for weaker in ({"sbom": NOTHING}, {"fuzz": NOTHING}, {"secrets": NOTHING}):
            less = word_of(BOTH, **({"sbom": sbom, "fuzz": fuzz, "secrets": secrets} | weaker))
            assert order.index(less) >= order.index(word)


def test_all_four_words_are_counted() -> None:
    standard = Standard("s", "S", "1", "final", "", "", "", (BOTH, Control("B", "b", people="minutes")))
    counts = cover(standard, {}).counts
    assert list(counts) == [Word.FULL, Word.PARTIAL, Word.PEOPLE, Word.NONE]
    assert list(counts.values()) == [0, 0, 1, 1]
