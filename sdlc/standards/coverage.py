"""
What one release shows of a standard: each control in one of four words, and why.

- *full*: everything that answers the control in full worked and passed, and its record is in the bundle.
- *partial*: something of it is shown; another document, or a gate that did not pass, holds the rest.
- *by people*: nothing of it is in the bundle, and people have to show it.
- *not claimed*: nothing of it is in the bundle, and nobody is named who shows it.

A gate that failed, was not run, does not apply or could not answer never gives *full*. None of the words says that a
product conforms to anything: that is a judgment about more than one bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sdlc.standards.catalog import ACTIVITY, Control, Standard


class Word(StrEnum):
    """The four answers, strongest first."""

    FULL = "full"
    PARTIAL = "partial"
    PEOPLE = "by people"
    NONE = "not claimed"


class Shown(StrEnum):
    """How much of what a producer can show is in this release."""

    WHOLE = "shown"
    LESS = "shown in part"
    NOTHING = "not shown"


@dataclass(frozen=True)
class Producer:
    """What a gate, or a part of the release, shows in this release, with a sentence that says why."""

    name: str
    shown: Shown
    sentence: str


@dataclass(frozen=True)
class Covered:
    """One control, the word for it, and all its producers as they came out."""

    control: Control
    word: Word
    producers: tuple[Producer, ...]


@dataclass(frozen=True)
class Coverage:
    """One standard against one release."""

    standard: Standard
    controls: tuple[Covered, ...]

    @property
    def counts(self) -> dict[Word, int]:
        """How many controls came out as each word; all four words, in their order."""
        return {word: sum(1 for one in self.controls if one.word is word) for word in Word}


def cover(standard: Standard, shown: Mapping[str, Producer]) -> Coverage:
    """Every control of `standard` against what this release has; a producer that `shown` lacks shows nothing."""
    return Coverage(standard, tuple(_cover(control, shown) for control in standard.controls))


def _cover(control: Control, shown: Mapping[str, Producer]) -> Covered:
    found = {name: shown.get(name) or absent(name) for name in control.producers}
    if control.full and all(found[name].shown is Shown.WHOLE for name in control.full):
        word = Word.FULL
    elif any(producer.shown is not Shown.NOTHING for producer in found.values()):
        word = Word.PARTIAL
    elif control.people or any(name.startswith(ACTIVITY) for name in found):
        word = Word.PEOPLE
    else:
        word = Word.NONE
    return Covered(control, word, tuple(found.values()))


def absent(name: str) -> Producer:
    """A producer of which nothing is in the bundle."""
    if name.startswith(ACTIVITY):
        return Producer(name, Shown.NOTHING, "done and recorded by people, outside of this bundle")
    return Producer(name, Shown.NOTHING, "not part of this release")
