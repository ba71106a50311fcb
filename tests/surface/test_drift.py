"""What differs between surface and claims, and what a claim's pattern means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.surface.claim import Claim, Component
from sdlc.surface.drift import drifts
from sdlc.surface.item import Item, Spot

HERE = (Spot("src/a.py", 3),)


def component(*claims: Claim, name: str = "box", code: tuple[str, ...] = ("src/*",), **more: object) -> Component:
    return Component("mail", name, "threat_models/mail.yaml", code, claims, **more)  # type: ignore[arg-type]


def route(locator: str, guard: str = "none", places: tuple[Spot, ...] = HERE) -> Item:
    return Item("http", locator, places, "flask", guard)


def rules(items: list[Item], *components: Component) -> list[str]:
    return [drift.rule for drift in drifts(items, components)]


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("http:* /rules/**", "GET /rules/a/b", "GET /rules"),
        ("http:* /rules**", "GET /rules", "GET /rule"),
        ("http:GET /rules/*", "GET /rules/{}", "GET /rules/{}/x"),
        ("http:GET /rules/{}", "GET /rules/{}", "GET /rules/new"),
        ("http:GET /a.b", "GET /a.b", "GET /axb"),
        ("http:* /a", "* /a", "GET /b"),
        ("http:GET /a", "GET /a", "* /a"),
        ("http:GET {?prefix}/x", "GET {?prefix}/x", "GET /x"),
    ],
)
def test_patterns(pattern: str, matching: str, other: str) -> None:
    claim = Claim(pattern, 0)
    assert claim.matches(route(matching))
    assert not claim.matches(route(other))
    assert not claim.matches(Item("ws", matching, HERE))


def test_services_of_a_dicom_claim() -> None:
    claim = Claim("dicom-scp:tcp/104", 0, services=("storage", "verification"))
    assert claim.matches(Item("dicom-scp", "tcp/104 C-STORE", HERE))
    assert claim.matches(Item("dicom-scp", "tcp/104 C-ECHO", HERE))
    assert not claim.matches(Item("dicom-scp", "tcp/104 C-MOVE", HERE))
    assert not claim.matches(Item("dicom-scp", "tcp/105 C-STORE", HERE))


def test_what_one_component_claims_another_does_not() -> None:
    item = Item("exec", "shell", (Spot("src/a.py", 1), Spot("lib/b.py", 1)))
    first, second = component(Claim("exec:shell", 0)), component(name="lib", code=("lib/*",))
    (found,) = drifts([item], [first, second])
    assert (found.rule, found.spot) == ("TM409", Spot("lib/b.py", 1))


def test_a_kind_that_nobody_claims_is_named_once_and_one_that_is_claimed_in_part_by_each() -> None:
    items = [Item("env", name, HERE) for name in ("A", "B", "C")]
    assert rules(items, component()) == ["TM409"]
    assert rules(items, component(Claim("env:A", 0))) == ["TM409", "TM409"]
    assert rules(items, component(Claim("env:*", 0))) == []


def test_a_guard_is_asked_for_where_others_have_one_and_the_claim_says_nothing() -> None:
    items = [route("GET /a", "login_required"), route("GET /b")]
    assert rules(items, component(Claim("http:GET /*", 0))) == ["TM403"]
    assert rules(items[1:], component(Claim("http:GET /*", 0))) == []
    assert rules(items, component(Claim("http:GET /*", 0), Claim("http:GET /b", 1, auth="none"))) == []


def test_an_unknown_guard_is_advice() -> None:
    (found,) = drifts([route("GET /a", "unknown")], [component(Claim("http:GET /a", 0, auth="session"))])
    assert (found.rule, found.advice) == ("TM403", True)


@pytest.mark.parametrize(
    ("guard", "end"),
    [
        ("none", "auth: session} to components.box.surface of threat_models/mail.yaml, and guard it so, or remove it."),
        (
            "unknown",
            "auth: session} to components.box.surface of threat_models/mail.yaml, and guard it so, or remove it.",
        ),
        ("signed_in", "auth: signed_in} to components.box.surface of threat_models/mail.yaml, or remove it."),
    ],
)
def test_the_fix_states_a_guard_that_is_meant(guard: str, end: str) -> None:
    (found,) = drifts([route("GET /a", guard)], [component()])
    assert found.fix == f'Add {{claim: "http:GET /a", {end}'


def test_options_of_a_command_that_nobody_claims_are_not_named_as_well() -> None:
    items = [Item("cli", locator, HERE) for locator in ("box", "box --a", "box --b", "box/put", "box/put --c")]
    assert rules(items, component()) == ["TM401", "TM401"]
    assert rules(items, component(Claim("cli:box", 0))) == ["TM401", "TM401", "TM401"]
    assert rules(items, component(Claim("cli:box**", 0))) == []


@pytest.mark.parametrize(
    ("bind", "claimed", "expected"),
    [
        ("127.0.0.1", "", []),
        ("0.0.0.0", "", ["TM403"]),
        ("0.0.0.0", "any", []),
        ("0.0.0.0", "loopback", ["TM403"]),
        ("10.0.0.1", "10.0.0.1", []),
        ("10.0.0.2", "10.0.0.1", ["TM403"]),
        ("unix:", "", []),
    ],
)
def test_addresses(bind: str, claimed: str, expected: list[str]) -> None:
    item = Item("listen", "tcp/80", HERE, bind=bind, tls="off")
    found = drifts([item], [component(Claim("listen:tcp/80", 0, bind=claimed))])
    assert [drift.rule for drift in found if not drift.advice] == expected


def test_losing_a_guard_and_leaving_the_loopback_have_names_of_their_own() -> None:
    named = {drift.element for guard in ("none", "x") for drift in drifts([route("GET /", guard)], [component()])}
    named |= {
        drift.element
        for bind in ("127.0.0.1", "0.0.0.0")
        for drift in drifts([Item("listen", "tcp/1", HERE, bind=bind)], [component()])
    }
    assert len(named) == 4


GUARDS = st.sampled_from(["none", "unknown", "login_required"])
PATHS = st.sampled_from(["/", "/a", "/a/{}", "/b"])
ITEMS = st.builds(lambda path, guard: route(f"GET {path}", guard), PATHS, GUARDS)
PATTERNS = st.sampled_from(["http:GET /", "http:GET /a", "http:GET /a/*", "http:GET /**"])
CLAIMS = st.lists(st.tuples(PATTERNS, st.sampled_from(["", "none", "session"])), max_size=3)


@given(st.lists(ITEMS, max_size=4), CLAIMS, st.text("abc/", min_size=1, max_size=8), st.integers(1, 999))
def test_places_change_no_name(items: list[Item], claims: list[tuple[str, str]], name: str, line: int) -> None:
    made = [Claim(pattern, index, auth=auth) for index, (pattern, auth) in enumerate(claims)]
    moved = [Item(i.kind, i.locator, (Spot(f"src/{name}.py", line),), i.seen_by, i.guard) for i in items]
    names = [sorted((d.rule, d.element) for d in drifts(some, [component(*made)])) for some in (items, moved)]
    assert names[0] == names[1]


@given(st.lists(ITEMS, min_size=1, max_size=4), CLAIMS)
def test_a_better_guard_never_brings_a_contradiction(items: list[Item], claims: list[tuple[str, str]]) -> None:
    made = component(*(Claim(pattern, index, auth=auth) for index, (pattern, auth) in enumerate(claims)))
    first = items[0]
    better = [Item(first.kind, first.locator, first.places, first.seen_by, "login_required"), *items[1:]]
    of_first = [sum(d.rule == "TM403" and d.element.startswith(first.key + " ") for d in drifts(some, [made]))
                for some in ([first], better[:1])]  # fmt: skip
    assert of_first[1] <= of_first[0]
