"""
Days on which something begins or stops to hold, for the policy, which knows the day; a reading does not.

They travel in the details of a reading: `deadline/<rule>/<subject>` is `<day> <path>:<line>`, and `begin/…` likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sdlc.model.finding import Finding, Place
from sdlc.model.rule import Rule

PREFIX = "deadline/"
BEGIN = "begin/"
GRACE = timedelta(days=1)
"""Somewhere it is tomorrow already."""
NOTICE = timedelta(days=30)
"""How long before its end something is said to end."""


@dataclass(frozen=True)
class Deadline:
    """`subject` holds through `day`, or from it on if it `begins` then; on other days `rule` is broken at `place`."""

    rule: str
    subject: str
    day: date
    place: Place
    begins: bool = False


def dump_deadlines(deadlines: Iterable[Deadline]) -> dict[str, str]:
    """`deadlines` as details."""
    return {
        f"{BEGIN if one.begins else PREFIX}{one.rule}/{one.subject}": f"{one.day.isoformat()} {one.place}"
        for one in deadlines
    }


def load_deadlines(details: Mapping[str, str]) -> Iterator[Deadline]:
    """The deadlines in `details`, which a reading made; what is none is left out."""
    for key, text in sorted(details.items()):
        if not key.startswith((PREFIX, BEGIN)):
            continue
        rule, _, subject = key.partition("/")[2].partition("/")
        day, _, where = text.partition(" ")
        path, _, line = where.rpartition(":")
        yield Deadline(rule, subject, date.fromisoformat(day), Place(path, int(line)), key.startswith(BEGIN))


@dataclass(frozen=True)
class Book:
    """The rules of one `gate` about days, and the code under which it is said that a day is coming."""

    gate: str
    rules: Mapping[str, Rule]
    ending: str


def overdue(details: Mapping[str, str], today: date, *books: Book) -> tuple[Finding, ...]:
    """A finding for everything in `details` whose day is over, or has not come; its rule stands in one of `books`."""
    found = []
    for one in load_deadlines(details):
        if today + GRACE < one.day if one.begins else one.day < today:
            book = _book_of(one, books)
            said = f"{one.subject} {'begins' if one.begins else 'ended'} on {one.day}"
            found.append(book.rules[one.rule].finding(one.rule, one.place, one.subject, said, gate=book.gate))
    return tuple(found)


def ending(details: Mapping[str, str], today: date, *books: Book) -> tuple[str, ...]:
    """A sentence for everything in `details` that ends soon."""
    return tuple(
        f"{_book_of(one, books).ending}: {one.subject} ends on {one.day}, in {(one.day - today).days} days"
        for one in load_deadlines(details)
        if not one.begins and today <= one.day <= today + NOTICE
    )


def _book_of(one: Deadline, books: Iterable[Book]) -> Book:
    return next(book for book in books if one.rule in book.rules)
