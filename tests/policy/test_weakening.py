"""Every step that makes a rule weaker is found, and none that makes it stronger."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.checks import finding

from sdlc.model.verdict import State
from sdlc.policy.schema import Policy, load_policy
from sdlc.policy.waivers import Waiver
from sdlc.policy.weakening import (
    decide_weakening,
    of_files,
    of_policy,
    of_settings,
    of_suppressions,
    of_waivers,
)
from sdlc.readings import READINGS, fuzz, static_analysis

HEAD = 'schema = "sdlc.policy/1"\nid = "p"\n'
RULES = {
    "required": 'id = "r"\ntype = "required"\ngate = "tests"\nseverity = "medium"\nconfidence = "medium"',
    "threshold": 'id = "r"\ntype = "threshold"\ngate = "tests"\ncounter = "skipped"\nat_most = 3',
    "floor": 'id = "r"\ntype = "floor"\ngate = "tests"\ncounter = "passed"\nat_least = 20',
    "max-age": 'id = "r"\ntype = "max-age"\ngate = "tests"\ndetail = "feed-date"\ndays = 30',
    "forbid": 'id = "r"\ntype = "forbid"\ngate = "tests"\nfinding = "TM*"',
}


def policy(rule: str, head: str = "") -> Policy:
    return load_policy(f"{HEAD}{head}\n[[rules]]\n{rule}\n".encode())


def said(old: Policy, new: Policy | None) -> list[str]:
    return [found.subject for found in of_policy(old, new, ".sdlc/policy.toml")]


@pytest.mark.parametrize("kind", RULES)
def test_the_same_policy_is_not_weaker(kind: str) -> None:
    assert said(policy(RULES[kind]), policy(RULES[kind])) == []


@pytest.mark.parametrize(
    ("kind", "weaker", "stronger", "what"),
    [
        ("required", ('severity = "medium"', 'severity = "high"'), ('"medium"\nconf', '"low"\nconf'), "r.severity"),
        ("required", ('confidence = "medium"', 'confidence = "high"'), ('ce = "medium"', 'ce = "low"'), "r.confidence"),
        (
            "required",
            ('id = "r"', 'id = "r"\nwhen = "applicable"'),
            ('id = "r"', 'id = "r"\nwhen = "always"'),
            "r.when",
        ),
        ("required", ('gate = "tests"', 'gate = "fuzz"'), ("", ""), "r.type"),
        ("required", ('id = "r"', 'id = "r"\nprofiles = ["pr", "nightly"]'), ("", ""), "r.profiles.release"),
        (
            "threshold",
            ('id = "r"', 'id = "r"\neffective_on = 2027-01-01'),
            ('id = "r"', 'id = "r"\n'),
            "r.effective_on",
        ),
        ("threshold", ("at_most = 3", "at_most = 4"), ("at_most = 3", "at_most = 0"), "r.at_most"),
        ("threshold", ('"skipped"', '"xfailed"'), ("", ""), "r.at_most"),
        ("floor", ("at_least = 20", "at_least = 19"), ("at_least = 20", "at_least = 21"), "r.at_least"),
        ("max-age", ("days = 30", "days = 31"), ("days = 30", "days = 29"), "r.days"),
        ("max-age", ('"feed-date"', '"other-date"'), ("", ""), "r.days"),
        ("forbid", ('"TM*"', '"TM1*"'), ('"TM*"', '"*"'), "r.finding"),
        ("forbid", ('type = "forbid"', 'type = "required"'), ("", ""), "r.type"),
    ],
)
def test_each_step_is_found_in_its_direction(
    kind: str, weaker: tuple[str, str], stronger: tuple[str, str], what: str
) -> None:
    old = policy(RULES[kind])
    changed = RULES[kind].replace(*weaker)
    if kind == "forbid" and what == "r.type":
        changed = changed.replace('\nfinding = "TM*"', "")
    assert said(old, policy(changed)) == [what]
    assert said(old, policy(RULES[kind].replace(*stronger))) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("", 'mode = "observe"', "mode"),
        ("[waivers]\nmax_days = 90", "[waivers]\nmax_days = 91", "max_days"),
        ("", "[weakening]\nblocks = false", "weakening"),
    ],
)
def test_what_is_not_a_rule(old: str, new: str, what: str) -> None:
    one, other = policy(RULES["floor"], old), policy(RULES["floor"], new)
    assert said(one, other) == [what]
    assert said(other, one) == []


def test_a_removed_rule_and_a_removed_policy() -> None:
    old = policy(RULES["floor"])
    assert said(old, policy(RULES["floor"].replace('"r"', '"other"'))) == ["r"]
    assert said(old, None) == ["policy"]


def test_settings() -> None:
    old = {gate: reader.Settings() for gate, reader in READINGS.items()}
    new = {
        **old,
        "fuzz": fuzz.Settings(folder="elsewhere", seconds=5, memory_mb=1),
        "static-analysis": static_analysis.Settings(exclude=("*",)),
    }
    found = {finding.subject for finding in of_settings(old, new, "sdlc.toml")}
    assert found == {"fuzz.folder", "fuzz.seconds", "static-analysis.exclude"}
    stronger = {
        **old,
        "fuzz": fuzz.Settings(seconds=500),
        "static-analysis": static_analysis.Settings(exclude=("docs/*",)),
    }
    assert of_settings(old, stronger, "sdlc.toml") == ()


def test_waivers() -> None:
    one = Waiver(
        id="W-1", gate="g", rule="r", owner="a", approver="b", reason="long enough to count",
        created="2026-01-01", expires="2026-02-01", component="click", versions="<9",
    )  # fmt: skip
    longer = one.model_copy(update={"expires": one.expires.replace(month=3)})
    assert of_waivers([one], [one], "w") == ()
    assert of_waivers([one], [], "w") == ()
    assert [found.subject for found in of_waivers([], [one], "w")] == ["W-1"]
    assert [found.subject for found in of_waivers([one], [longer], "w")] == ["W-1"]


def test_deleted_files_and_new_suppressions() -> None:
    old = ["fuzz/fuzz_a.py", "fuzz/corpus/a/1", "src/a.py"]
    gone = of_files(old, ["fuzz/fuzz_a.py"], {"fuzz/": "the harness or stored input"})
    assert [found.message for found in gone] == ["the harness or stored input fuzz/corpus/a/1 is deleted"]
    quiet = replace(finding(1), suppressed="checked by hand")
    assert of_suppressions([quiet], [quiet]) == ()
    assert len(of_suppressions([quiet], [quiet, quiet])) == 1
    [new] = of_suppressions([finding(1)], [quiet])
    assert new.place is not None
    assert (new.place.path, new.place.line) == ("src/a.py", 1)


def test_the_row() -> None:
    found = of_policy(policy(RULES["floor"]), None, "p")
    assert decide_weakening((), blocks=True).state is State.HOLDS
    assert decide_weakening(found, blocks=True).state is State.BLOCKED
    assert decide_weakening(found, blocks=False).state is State.TOLERATED
    assert decide_weakening(found, blocks=True).sentence == "1 weakening of what has to hold"


def test_a_pin_that_goes_or_changes_is_weaker_and_a_new_one_is_not() -> None:
    pinned, bare = policy(RULES["required"] + '\npins = {rules = "1"}'), policy(RULES["required"])
    assert said(bare, pinned) == []
    assert said(pinned, bare) == ["r.pins.rules"]
    assert said(pinned, policy(RULES["required"] + '\npins = {rules = "2"}')) == ["r.pins.rules"]


def test_adopting_again_or_for_longer_is_weaker() -> None:
    def until(day: str) -> Policy:
        return policy(RULES["required"], f'mode = "adopting"\nadopting_until = {day}')

    assert said(policy(RULES["required"]), until("2027-01-01")) == ["adopting_until"]
    assert said(until("2027-01-01"), until("2027-02-01")) == ["adopting_until"]
    assert said(until("2027-02-01"), until("2027-01-01")) == []
    assert said(until("2027-02-01"), policy(RULES["required"])) == []
