"""
Threats that usually come with what a model draws: rules are data (`rules/threats/*.yaml`), proposals are for people.

A rule looks at one element and at words that describe it. It asks for words that expose (`all`) and is silent with
words that protect (`none`); no word is both, so declaring more protection can only take proposals away. A proposal is
no finding. Adopted, it is an open threat, and the gate asks for a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from ruamel.yaml.comments import CommentedMap

from sdlc.errors import UnreadableError
from sdlc.formats.strict_entry import Id, Number, Strict, Text
from sdlc.threats.checks import zones_of
from sdlc.threats.load import LoadedModel, load_yaml
from sdlc.threats.model import Claim, Component, DataFlow, ThreatModel
from sdlc.threats.taxonomy import Linddun, Stride
from sdlc.threats.writing import entry, rewritten, section

RULES_SCHEMA = "sdlc.threat-rules/1"
TRUST = ("none", "semi", "high")
PERSONAL = frozenset({"pii", "phi"})
UPDATE = re.compile(r"\b(updates?|upgrades?|firmware|patches)\b")
NOTHING = frozenset({"", "none", "no", "clear", "plain"})

Exposing = Literal[
    "crosses",  # the two ends of a flow lie in different zones
    "inbound",  # a flow comes from a zone that is trusted less, or a component is reached by one
    "outbound",  # a flow goes to a zone that is trusted less
    "personal",  # data of persons
    "dicom",
    "hl7",
    "web",
    "update",  # software on its way to where it is installed
    "unguarded",  # a web entry point is claimed with auth: none, or without a word about it
    "any-interface",  # a listener is claimed for more than the loopback interface
    "command-line",
    "deserializes",
    "executes",
    "asks-others",  # it opens connections to the outside
]
Protecting = Literal[
    "encrypted",
    "authenticated",
]
Element = Literal["component", "flow", "data_store", "data_set"]
SECTION: Mapping[str, str] = {
    "component": "components",
    "flow": "data_flows",
    "data_store": "data_stores",
    "data_set": "data_sets",
}


class Rule(Strict):
    """
    One rule: on which kind of element, with which words, and the threat that it proposes.

    `{element}` in `statement` and `because` is the element's title or id.
    """

    on: Element
    all: Annotated[tuple[Exposing, ...], Field(min_length=1)]
    none: tuple[Protecting, ...] = ()
    stride: Stride
    linddun: tuple[Linddun, ...] = ()
    cwe: tuple[Number, ...] = ()
    capec: tuple[Number, ...] = ()
    statement: Text
    because: Text


class Rules(Strict):
    """A pack of rules, one file of `rules/threats/`."""

    schema_: Literal["sdlc.threat-rules/1"] = Field(alias="schema")
    rules: dict[Id, Rule]


@dataclass(frozen=True)
class Proposal:
    """A threat that `rule` proposes for `element`, why, and as an entry of a model."""

    id: str
    rule: str
    system: str
    element: str
    because: str
    entry: Mapping[str, Any]


def load_rules(packs: Iterable[tuple[str, bytes]]) -> dict[str, Rule]:
    """The rules of all `packs` (name, bytes); raises UnreadableError for one that is none, and for an id twice."""
    found: dict[str, Rule] = {}
    for name, data in packs:
        document, positions = load_yaml(data, path=name)
        try:
            pack = Rules.model_validate(document)
        except ValidationError as error:
            row = error.errors(include_url=False)[0]
            place = positions.place(*row["loc"])
            said = f"{name}:{place.line}:{place.column}: {'.'.join(map(str, row['loc']))}: {row['msg']}"
            raise UnreadableError(said) from None
        for rule_id, rule in pack.rules.items():
            if rule_id in found:
                raise UnreadableError(f"{name}: the rule {rule_id} stands in two packs")
            found[rule_id] = rule
    return found


def propose(loaded: LoadedModel, rules: Mapping[str, Rule]) -> tuple[Proposal, ...]:
    """What `rules` propose for the model, and it does not have: by rule and element, in the model's order."""
    model = loaded.model
    described = list(_described(model))
    found = []
    for name, rule in rules.items():
        for kind, element, words in described:
            if kind == rule.on and set(rule.all) <= words and not set(rule.none) & words:
                proposal = _proposal(model, name, rule, element)
                if proposal.id not in model.threats and not _written(model, rule, element):
                    found.append(proposal)
    return tuple(found)


def adopt(loaded: LoadedModel, data: bytes, proposals: Iterable[Proposal]) -> bytes:
    """The file `data` of the model with `proposals` as open threats; comments stay. Raises ModelError."""
    chosen = list(proposals)
    if not chosen:
        return data

    def edit(document: CommentedMap) -> None:
        threats = section(document, "threats")
        for one in chosen:
            threats[one.id] = entry(one.entry)

    return rewritten(data, edit, path=loaded.positions.path)


def describe(model: ThreatModel) -> dict[str, frozenset[str]]:
    """The words for every element that a rule can look at, by `<section>/<id>`."""
    return {f"{SECTION[kind]}/{name}": frozenset(words) for kind, name, words in _described(model)}


def _proposal(model: ThreatModel, name: str, rule: Rule, element: str) -> Proposal:
    title = str(getattr(getattr(model, SECTION[rule.on])[element], "title", element))
    on = [element] if rule.on != "data_set" else _holders(model, element)
    made: dict[str, Any] = {"on": on, "stride": rule.stride}
    made |= {key: list(value) for key in ("linddun", "cwe", "capec") if (value := getattr(rule, key))}
    made["statement"] = rule.statement.replace("{element}", title)
    because = rule.because.replace("{element}", title)
    return Proposal(f"{name}-{element}"[:64].rstrip("-"), name, model.system.id, element, because, made)


def _holders(model: ThreatModel, data: str) -> list[str]:
    """What stores, sends or is there at all: a threat is on elements, and a data set is none."""
    found = [name for name, store in model.data_stores.items() if data in store.data]
    found += [name for name, flow in model.data_flows.items() if data in flow.data]
    return found or list(model.components)[:1]


def _written(model: ThreatModel, rule: Rule, element: str) -> bool:
    """True when a threat of the same kind and weakness is on the element already."""
    on = {element} if rule.on != "data_set" else set(_holders(model, element))
    for threat in model.threats.values():
        if not on & set(threat.on):
            continue
        if set(rule.linddun) & set(threat.linddun):
            return True
        if not rule.linddun and threat.stride == rule.stride and set(rule.cwe) & set(threat.cwe):
            return True
    return False


def _described(model: ThreatModel) -> Iterator[tuple[str, str, set[str]]]:
    personal = {name for name, data in model.data_sets.items() if PERSONAL & set(data.data_sensitivity)}
    flows = {name: _of_flow(model, name, flow, personal) for name, flow in model.data_flows.items()}
    for name, component in model.components.items():
        yield "component", name, _of_component(model, name, component, flows)
    for name, words in flows.items():
        yield "flow", name, words
    for name, store in model.data_stores.items():
        protected = {"encrypted"} if _is_said(store.encryption) else set()
        yield "data_store", name, protected | ({"personal"} if personal & set(store.data) else set())
    for name in model.data_sets:
        yield "data_set", name, {"personal"} if name in personal else set()


def _of_flow(model: ThreatModel, name: str, flow: DataFlow, personal: set[str]) -> set[str]:
    zones = zones_of(model)
    words: set[str] = set()
    ends = (zones.get(flow.source), zones.get(flow.target))
    if ends[0] in model.trust_zones and ends[1] in model.trust_zones and ends[0] != ends[1]:
        words.add("crosses")
        source, target = (TRUST.index(model.trust_zones[end].trust) for end in ends if end)
        words |= {"inbound"} if source < target else {"outbound"} if source > target else set()
    words |= _protocol(flow.protocol or "")
    if personal & set(flow.data):
        words.add("personal")
    if UPDATE.search(" ".join((name, flow.protocol or "", *flow.data)).replace("-", " ")):
        words.add("update")
    if _is_said(flow.transport_security):
        words.add("encrypted")
    boundary = model.trust_boundaries.get(flow.boundary or "")
    if _is_said(flow.authentication) or (boundary and boundary.authentication):
        words.add("authenticated")
    return words


def _protocol(text: str) -> set[str]:
    found = set(re.split(r"[^a-z0-9]+", text.lower()))
    words = {"dicom"} if found & {"dicom", "dimse", "dicomweb"} else set()
    words |= {"hl7"} if found & {"hl7", "mllp", "fhir"} else set()
    return words | ({"web"} if found & {"http", "https", "ws", "wss", "rest", "fhir", "dicomweb"} else set())


def _of_component(model: ThreatModel, name: str, component: Component, flows: Mapping[str, set[str]]) -> set[str]:
    words: set[str] = set()
    for claim in component.surface:
        words |= _of_claim(claim)
    for flow_id, flow in model.data_flows.items():
        if flow.target == name:
            words |= flows[flow_id] & {"inbound", "dicom", "hl7", "update"}
            words |= {"web"} if "web" in flows[flow_id] else set()
    return words


def _of_claim(claim: Claim) -> set[str]:
    kind = claim.claim.partition(":")[0]
    words = {
        "http": {"web"},
        "ws": {"web"},
        "dicom-scp": {"dicom"},
        "mllp": {"hl7"},
        "cli": {"command-line"},
        "deser": {"deserializes"},
        "exec": {"executes"},
        "outbound": {"asks-others"},
    }.get(kind, set())
    if kind in ("http", "ws") and not _is_said(claim.auth):
        words = words | {"unguarded"}
    if kind in ("http", "ws", "listen", "dicom-scp") and claim.bind not in (None, "loopback", "127.0.0.1", "::1"):
        words = words | {"any-interface"}
    return words


def _is_said(text: str | None) -> bool:
    return (text or "").strip().lower() not in NOTHING
