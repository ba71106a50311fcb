"""What holds for a time: a reading names the day, the policy knows whether it is over."""

from __future__ import annotations

from datetime import date

from sdlc.model.deadline import Deadline, dump_deadlines, ending, load_deadlines, overdue
from sdlc.model.finding import Place
from sdlc.threats.rules import DAYS

ONE = Deadline("TM203", "acceptances/clear-text", date(2026, 6, 1), Place("threat_models/acceptances.yaml", 10))
DETAILS = dump_deadlines([ONE]) | {"acceptance-expires": "2026-06-01"}


def test_what_is_written_is_read() -> None:
    assert list(load_deadlines(DETAILS)) == [ONE]


def test_a_day_is_over_when_it_is_past() -> None:
    assert overdue(DETAILS, date(2026, 6, 1), DAYS) == ()
    (found,) = overdue(DETAILS, date(2026, 6, 2), DAYS)
    assert (found.rule, found.place, found.subject) == ("TM203", ONE.place, ONE.subject)


def test_a_month_before_it_is_said() -> None:
    assert ending(DETAILS, date(2026, 5, 1), DAYS) == ()
    assert ending(DETAILS, date(2026, 5, 2), DAYS) == ("TM204: acceptances/clear-text ends on 2026-06-01, in 30 days",)
    assert ending(DETAILS, date(2026, 6, 2), DAYS) == ()


def test_what_has_not_begun_does_not_hold() -> None:
    begins = Deadline("TM203", ONE.subject, date(2026, 3, 10), ONE.place, begins=True)
    details = dump_deadlines([ONE, begins])
    assert sorted(load_deadlines(details), key=lambda one: one.day) == [begins, ONE]
    (found,) = overdue(details, date(2026, 3, 8), DAYS)
    assert (found.rule, found.message) == ("TM203", "acceptances/clear-text begins on 2026-03-10")
    assert overdue(details, date(2026, 3, 9), DAYS) == (), "somewhere it is tomorrow already"
    assert ending(details, date(2026, 3, 1), DAYS) == ()
