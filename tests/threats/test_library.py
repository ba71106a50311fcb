"""Rules that propose threats: each fires on one model and is silent on the one beside it; more protection, fewer."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sdlc
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.threats.library import Exposing, Protecting, Rules, describe, load_rules, propose
from sdlc.threats.load import LoadedModel, load_model, model_of
from sdlc.threats.taxonomy import LINDDUN, unknown_capec, unknown_cwe

FOLDER = Path(sdlc.__file__).parent / "rules" / "threats"
RULES = load_rules((path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml")))
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "threat-rules.schema.json"
Values = dict[str, Any]


def made(
    *, claims: list[Values] | None = None, flow: Values | None = None, out: bool = False, store: Values | None = None,
    kinds: list[str] | None = None, protection: Values | None = None,
) -> Values:  # fmt: skip
    """A model: an actor outside, a server inside, a flow between them, a store, and data of some kind."""
    ends = {"from": "server", "to": "peer"} if out else {"from": "peer", "to": "server"}
    return {
        "schema": "sdlc.threat-model/1",
        "system": {"id": "s", "title": "A system", "owner": "us"},
        "trust_zones": {"net": {"title": "Net", "trust": "none"}, "host": {"title": "Host", "trust": "high"}},
        "trust_boundaries": {"net-host": {"between": ["net", "host"], **(protection or {})}},
        "actors": {"peer": {"title": "Peer", "trust_zone": "net"}},
        "components": {"server": {"title": "Server", "trust_zone": "host", "surface": claims or []}},
        "data_stores": {"disk": {"title": "Disk", "trust_zone": "host", "data": ["records"], **(store or {})}},
        "data_sets": {"records": {"title": "Records", "data_sensitivity": kinds or ["biz"]}},
        "data_flows": {"talk": {**ends, "boundary": "net-host", **(flow or {})}},
        "threats": {},
    }


SECRET = {"transport_security": "tls1.2+"}
KNOWN = {"authentication": "mutual-tls"}
HTTP, DICOM, HL7, UPDATE = ({"protocol": name} for name in ("https", "dicom", "hl7 mllp", "update"))
GET, ALL, RUN, CLI = (
    [{"claim": "http:GET /", "auth": "none"}],
    [{"claim": "listen:tcp/1", "bind": "any"}],
    [{"claim": "exec:convert"}],
    [{"claim": "cli:tool**"}],
)
CASES: dict[str, tuple[Values, Values]] = {
    "open-route": (made(claims=GET), made(claims=[{"claim": "http:GET /", "auth": "session"}])),
    "request-content": (made(flow=HTTP), made(flow=HTTP, out=True)),
    "request-flood": (made(flow=HTTP), made(flow=DICOM)),
    "denied-request": (made(claims=[{"claim": "ws:/x", "auth": "session"}]), made(flow=DICOM)),
    "read-on-the-way": (made(), made(flow=SECRET)),
    "changed-on-the-way": (made(), made(flow=SECRET)),
    "false-peer": (made(), made(flow=KNOWN)),
    "false-server": (made(out=True), made(out=True, flow=SECRET)),
    "every-interface": (made(claims=ALL), made(claims=[{"claim": "listen:tcp/1"}])),
    "stranger-object": (made(claims=[{"claim": "deser:pickle"}]), made(claims=[{"claim": "env:*"}])),
    "command-of-a-stranger": (made(claims=RUN), made(claims=RUN, out=True)),
    "believed-reply": (made(claims=[{"claim": "outbound:*"}]), made()),
    "argument-of-a-stranger": (made(claims=CLI), made(claims=CLI, out=True)),
    "ae-title-is-no-proof": (made(flow=DICOM), made(flow={**DICOM, **SECRET})),
    "hostile-object": (made(flow=DICOM), made(flow=HTTP)),
    "wrong-patient": (made(flow=DICOM), made(flow=DICOM, out=True)),
    "full-archive": (made(flow=DICOM), made(flow=HL7)),
    "forged-order": (made(flow=HL7), made(flow={**HL7, **SECRET})),
    "message-in-a-message": (made(flow=HL7), made(flow=DICOM)),
    "forged-update": (made(flow=UPDATE), made(flow=HTTP)),
    "old-update": (made(flow={"data": ["firmware"]}), made()),
    "held-back-update": (made(flow=UPDATE), made()),
    "medium-carried-away": (made(kinds=["phi"]), made(kinds=["phi"], store={"encryption": "LUKS"})),
    **{
        name: (made(kinds=["phi"]), made(kinds=["fin"]))
        for name in ("linked", "identified", "cannot-deny", "detected", "disclosed", "unaware", "not-compliant")
    },
}  # fmt: skip
CASES["old-update"][0]["data_sets"]["firmware"] = {"title": "Firmware"}


def load(document: Values) -> LoadedModel:
    return model_of(document, path="m")


def names(document: Values) -> set[str]:
    return {one.id for one in propose(load(document), RULES)}


def test_every_rule_has_both_models() -> None:
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_on_one_model_and_is_silent_on_the_other(rule: str) -> None:
    firing, silent = CASES[rule]
    (found,) = (one for one in propose(load(firing), RULES) if one.rule == rule)
    assert found.because
    assert "{" not in found.because + found.entry["statement"]
    assert rule not in {one.rule for one in propose(load(silent), RULES)}
    # What is proposed is a threat that a model can have, on elements that it has.
    adopted = copy.deepcopy(firing)
    adopted["threats"][found.id] = dict(found.entry)
    threat = load_model(strict_json.dumps(adopted), path="m").model.threats[found.id]
    elements = {name for kind in ("components", "data_flows", "data_stores", "actors") for name in firing[kind]}
    assert set(threat.on) <= elements
    assert found.id not in names(adopted)


def test_ids_of_taxonomies_exist_and_privacy_is_whole() -> None:
    for rule in RULES.values():
        assert not [said for number in rule.cwe if (said := unknown_cwe(number))]
        assert not [said for number in rule.capec if (said := unknown_capec(number))]
    assert {category for rule in RULES.values() for category in rule.linddun} == set(LINDDUN)


def test_no_word_exposes_and_protects() -> None:
    assert not set(get_args(Exposing)) & set(get_args(Protecting))


def test_the_published_schema_is_the_enforced_one() -> None:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rules.model_json_schema(by_alias=True)}
    assert SCHEMA.read_bytes() == strict_json.pretty(schema)


def test_a_bare_server_is_met_with_few_proposals() -> None:
    bare = made(claims=[{"claim": "http:GET /", "auth": "none"}, {"claim": "listen:tcp/80", "bind": "any"}], flow=HTTP)
    found = propose(load(bare), RULES)
    assert 3 <= len(found) < 10, [one.id for one in found]
    assert all(one.because for one in found)


MODELS = st.builds(
    made,
    claims=st.lists(
        st.sampled_from([
            {"claim": "http:GET /", "auth": "none"}, {"claim": "listen:tcp/1", "bind": "any"}, {"claim": "exec:a"},
            {"claim": "deser:pickle"}, {"claim": "outbound:*"}, {"claim": "cli:t**"}, {"claim": "ws:/x"},
        ]),
        max_size=3,
    ),
    flow=st.sampled_from([{}, HTTP, DICOM, HL7, UPDATE, {"data": ["records"]}]),
    out=st.booleans(),
    kinds=st.sampled_from([["phi"], ["biz"], ["pii", "fin"]]),
)  # fmt: skip
PROTECTIONS = {
    "encrypted flow": lambda one: one["data_flows"]["talk"].update(SECRET),
    "authenticated flow": lambda one: one["data_flows"]["talk"].update(KNOWN),
    "authenticated boundary": lambda one: one["trust_boundaries"]["net-host"].update({"authentication": ["token"]}),
    "encrypted disk": lambda one: one["data_stores"]["disk"].update({"encryption": "LUKS"}),
    "guards": lambda one: [row.update({"auth": "session"}) for row in one["components"]["server"]["surface"]],
    "loopback": lambda one: [row.pop("bind", None) for row in one["components"]["server"]["surface"]],
}


@settings(deadline=None)
@given(MODELS, st.lists(st.sampled_from(sorted(PROTECTIONS)), min_size=1, unique=True))
def test_declaring_more_protection_never_adds_a_proposal(model: Values, more: list[str]) -> None:
    protected = json.loads(json.dumps(model))
    for name in more:
        PROTECTIONS[name](protected)
    assert names(protected) <= names(model)


@settings(deadline=None)
@given(MODELS, MODELS)
def test_an_unrelated_component_changes_nothing_else(model: Values, other: Values) -> None:
    both = json.loads(json.dumps(model))
    for kind in ("components", "actors", "data_stores", "data_sets", "trust_zones"):
        for name, entry in other[kind].items():
            if kind != "data_sets":
                both[kind][f"{name}-other"] = entry | ({"data": []} if kind == "data_stores" else {})
    before, after = describe(load(model).model), describe(load(both).model)
    assert {name: words for name, words in after.items() if name in before} == before
    assert names(model) == {name for name in names(both) if not name.endswith("-other")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: sdlc.threat-rules/1\nrules:\n  a: {on: moon}\n", "r.yaml:3:"),
        ("schema: sdlc.threat-rules/1\nrules:\n  a: {on: flow, all: [encrypted]}\n", "all"),
        ("schema: other\nrules: {}\n", "schema"),
    ],
)
def test_a_wrong_pack_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said) as caught:
        load_rules([("r.yaml", text.encode())])
    assert caught.value.message.startswith("r.yaml:")


def test_a_rule_stands_in_one_pack() -> None:
    pack = (FOLDER / "web.yaml").read_bytes()
    with pytest.raises(UnreadableError, match="stands in two packs"):
        load_rules([("a.yaml", pack), ("b.yaml", pack)])
