"""The product's own baseline: what it asks beyond the rules, what it accepts, and for how long."""

from __future__ import annotations

from datetime import date

import pytest
from fakes.weak_settings import COMPOSE, UNIT, without

from sdlc.errors import UnreadableError
from sdlc.hardening.baseline import accepted, deadlines_of, load_baseline
from sdlc.hardening.rules import DAYS
from sdlc.hardening.system import judge_system
from sdlc.hardening.system_files import load_system
from sdlc.model.deadline import dump_deadlines, overdue
from sdlc.model.finding import Finding

ACCEPT = """\
schema = "sdlc.hardening/1"

[[accept]]
rule = "HARD-CONTAINER-WRITABLE"
path = "compose.yaml"
setting = "web:read_only"
reason = "it writes beside its data"
owner = "team"
expires = 2027-01-31
"""


def found(baseline: str, path: str, text: str) -> list[Finding]:
    return list(judge_system(load_system(path, text.encode()) or [], load_baseline(baseline.encode()).file))


def test_an_accepted_setting_is_still_counted_and_only_that_one() -> None:
    weak = without(without(COMPOSE, "read_only"), "mem_limit")
    loaded = load_baseline(ACCEPT.encode())
    findings = accepted(found(ACCEPT, "compose.yaml", weak), loaded)
    assert {one.rule: bool(one.suppressed) for one in findings} == {
        "HARD-CONTAINER-WRITABLE": True,
        "HARD-CONTAINER-LIMITS": False,
    }
    assert findings[0].suppressed == "accepted by team until 2027-01-31: it writes beside its data"
    elsewhere = accepted(found(ACCEPT, "other/compose.yaml", weak), loaded)
    assert not any(one.suppressed for one in elsewhere)


def test_an_acceptance_of_nothing_and_one_that_ended_are_findings() -> None:
    loaded = load_baseline(ACCEPT.encode())
    (one,) = accepted((), loaded)
    assert (one.rule, str(one.place)) == ("HARD-ACCEPTED-NOTHING", ".sdlc/hardening.toml:3")
    details = dump_deadlines(deadlines_of(loaded))
    assert overdue(details, date(2027, 1, 31), DAYS) == ()
    (ended,) = overdue(details, date(2027, 2, 1), DAYS)
    assert (ended.rule, ended.severity) == ("HARD-ACCEPTED-ENDED", "high")


def test_a_baseline_asks_for_more_than_the_rules() -> None:
    asks = 'schema = "sdlc.hardening/1"\n[[require]]\nkind = "unit"\nkey = "MemoryDenyWriteExecute"\nvalue = "yes"\n'
    (one,) = found(asks, "app.service", UNIT)
    assert (one.rule, one.subject) == ("HARD-BASELINE", "Service:MemoryDenyWriteExecute")
    assert one.message == "Service:MemoryDenyWriteExecute must be yes by the baseline, and it is not set"
    assert found(asks, "app.service", UNIT + "MemoryDenyWriteExecute=yes\n") == []
    assert found(asks + 'path = "deploy/*"\n', "app.service", UNIT) == []


def test_a_service_that_the_baseline_does_not_name() -> None:
    names = 'schema = "sdlc.hardening/1"\nservices = ["api"]\n'
    assert [(one.rule, one.subject) for one in found(names, "compose.yaml", COMPOSE)] == [("HARD-SERVICE", "web")]
    assert [one.subject for one in found(names, "deploy/telnet.service", UNIT)] == ["telnet.service"]
    assert found(names.replace("api", "web"), "compose.yaml", COMPOSE) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[", "hardening.toml"),
        ('schema = "sdlc.hardening/2"\n', "schema"),
        ('schema = "sdlc.hardening/1"\nacept = []\n', "acept"),
        (ACCEPT.replace("HARD-CONTAINER-WRITABLE", "HARD-X"), "accept.0.rule: there is no rule 'HARD-X'"),
        (ACCEPT.replace("2027-01-31", '"soon"'), "accept.0.expires"),
        (ACCEPT.replace('"it writes beside its data"', '" "'), "accept.0.reason"),
    ],
)
def test_a_baseline_that_is_none_is_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        load_baseline(text.encode())
    assert said in caught.value.message
