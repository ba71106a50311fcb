"""What a change takes out of the models, and what it only adds or says better."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdlc.policy.weaker_models import of_claims, of_models
from sdlc.readings.attack_surface import components_of
from sdlc.surface.item import Item, Spot
from sdlc.threats.load import LoadedModel, load_model

SAMPLES = Path(__file__).parents[1] / "samples"
SURFACE = (SAMPLES / "attack-surface" / "rules" / "clean" / "all" / "threat_models" / "mailbox.yaml").read_text()
PROVED = (SAMPLES / "threat-model" / "clean" / "all" / "threat_models" / "mailbox.yaml").read_text()
HERE = (Spot("src/app.py", 7),)
ITEMS = (
    Item("http", "POST /letters", HERE, guard="none"),
    Item("http", "GET /health", HERE, guard="none"),
    Item("listen", "tcp/8025", HERE, bind="0.0.0.0", tls="off"),
)


def model(text: str) -> LoadedModel:
    return load_model(text.encode(), path="threat_models/mailbox.yaml")


def changed(text: str, old: str, new: str) -> tuple[LoadedModel, LoadedModel]:
    assert old in text
    return model(text), model(text.replace(old, new))


EVIDENCE = '    evidence:\n      - {kind: test, id: "checks/box_checks.py::check_limit"}\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  flood:\n", "  drizzle:\n", "the threat flood is gone, and message is still there"),
        ("    statement: A message that nobody", "    status: avoided\n    statement: A message that nobody", "now"),
        ("  one-error:\n", "  other:\n", "the control one-error is gone, and the threat"),
        ('implemented\n    code: ["src/box.py::', 'planned\n    code: ["src/box.py::', "only planned"),
        (EVIDENCE, "", "the control size-limit names less evidence"),
        ("  front-door: {between", "  side-door: {between", "the trust boundary front-door is gone"),
        ("{id: mailbox,", "{id: letterbox,", "the threat model mailbox is gone"),
    ],
)  # fmt: skip
def test_a_step_back_is_named(old: str, new: str, said: str) -> None:
    before, after = changed(PROVED, old, new)
    text = [finding.message for finding in of_models([before], [after])]
    assert any(said in one for one in text), text
    assert {finding.rule for finding in of_models([before], [after])} == {"TM406"}


def test_a_component_that_was_external() -> None:
    before, after = changed(PROVED, "zone: inside, code", "zone: inside, exposure: internal, code")
    outer = model(PROVED.replace("owner: team-mail}", "owner: team-mail, exposure: external}"))
    assert [f.message for f in of_models([outer], [after])] == ["the component box is no longer said to be external"]
    assert of_models([before], [after]) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("statement: One sender sends", "statement: Somebody sends"),
        ("assumptions:\n", "# a comment\nassumptions:\n"),
        ("    mitigates: [flood]\n", "    mitigates: [flood, odd-message]\n"),
        ("threats:\n", "threats:\n  new-one: {on: [box], stride: spoofing, statement: Somebody is somebody else.}\n"),
    ],
)
def test_what_is_no_step_back(old: str, new: str) -> None:
    before, after = changed(PROVED, old, new)
    assert of_models([before], [after]) == ()


def test_a_threat_may_go_with_all_that_it_speaks_of() -> None:
    before = model(PROVED.replace("  thief:\n    on: [box]", "  thief:\n    on: [sender]"))
    text = PROVED.replace("sender", "writer")
    start, end = text.index("  thief:\n"), text.index("controls:\n")
    assert of_models([before], [model(text[:start] + text[end:])]) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("auth: session}", "auth: none}", "http:POST /letters: the claim now allows more: auth: session"),
        (", auth: session}", "}", "http:POST /letters: the claim now allows more: auth: session"),
        (
            '"listen:tcp/8025"}',
            '"listen:tcp/8025", bind: any}',
            "listen:tcp/8025: the claim now allows more: bind: any",
        ),
        (
            'http:GET /health", auth',
            'http:* /**", auth',
            "http:POST /letters: the claim now allows more: auth: session",
        ),
    ],
)
def test_a_claim_that_allows_more_is_named(old: str, new: str, said: str) -> None:
    before, after = (list(components_of(one)) for one in changed(SURFACE, old, new))
    (found,) = of_claims(ITEMS, before, after)
    assert found.message.startswith(said)
    assert str(found.place) == "src/app.py:7"
    assert of_claims(ITEMS, after, before) == ()


def test_tls_that_is_asked_for_no_more() -> None:
    strict = SURFACE.replace('"listen:tcp/8025"}', '"listen:tcp/8025", tls: required}')
    before, after = list(components_of(model(strict))), list(components_of(model(SURFACE)))
    assert "tls: required was asked for" in of_claims(ITEMS, before, after)[0].message


RISK = """\
risks:
  late-mail:
    threats: [flood, listener]
    harm: no-mail
    expert: {pre: E4, rationale: It was tried.}
    multi_patient: true
    safety_ref: HAZ-7
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (RISK, "", "the risk late-mail is gone, and the threat flood is still there"),
        ("harm: no-mail", "harm: small-harm", "its harm was no-mail, and is small-harm"),
        ("    multi_patient: true\n", "", "multi_patient is gone"),
        ("    safety_ref: HAZ-7\n", "", "safety_ref is gone"),
        ("[flood, listener]", "[listener]", "the threat flood is no longer in it"),
        ("pre: E4", "pre: E3", "its exploitability was E4, and is E3"),
    ],
)
def test_a_risk_that_weighs_less_is_named(old: str, new: str, said: str) -> None:
    before, after = changed(PROVED + RISK, old, new)
    (found,) = of_models([before], [after])
    assert (found.rule, said in found.message) == ("TM406", True), found.message


@pytest.mark.parametrize(
    ("old", "new"), [("pre: E4", "pre: E5"), ("It was tried.", "It was tried twice."), (RISK, RISK)]
)
def test_a_risk_that_weighs_as_much_or_more_is_silent(old: str, new: str) -> None:
    before, after = changed(PROVED + RISK, old, new)
    assert of_models([before], [after]) == ()
