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


def overdue(details: Mapping[str, str], today: date, rules: Mapping[str, Rule], gate: str) -> tuple[Finding, ...]:
    """A finding of `gate` for everything in `details` whose day is over, or has not come; `rules` by their id."""
    return tuple(
        rules[one.rule].finding(
            one.rule,
            one.place,
            one.subject,
            f"{one.subject} {'begins' if one.begins else 'ended'} on {one.day}",
            gate=gate,
        )
        for one in load_deadlines(details)
        if one.rule in rules and (today + GRACE < one.day if one.begins else one.day < today)
    )


def ending(details: Mapping[str, str], today: date, code: str) -> tuple[str, ...]:
    """A sentence, which begins with `code`, for everything in `details` that ends soon."""
    return tuple(
        f"{code}: {one.subject} ends on {one.day}, in {(one.day - today).days} days"
        for one in load_deadlines(details)
        if not one.begins and today <= one.day <= today + NOTICE
    )
