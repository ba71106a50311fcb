"""
What a model lacks, written into it as far as a program can: always with a TODO where a person has to decide.

A TODO is a finding (TM106, or TM103 for the id `todo`), and a claim with one claims nothing, so that no patch turns a
gate green by itself. The one exception is a claim that speaks of nothing: it only goes. Mending twice changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sdlc.formats.strict_entry import UNFINISHED
from sdlc.threats.checks import zones_of
from sdlc.threats.load import LoadedModel
from sdlc.threats.writing import quoted, rewritten, row, section, words

TODO = "TODO"
NOT_YET = "todo"
"""An id that names nothing, until somebody writes the right one."""

OPEN_TO_ALL = ("http", "ws")
REACHED = (*OPEN_TO_ALL, "dicom-scp", "listen")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Gap:
    """Something that the code has and `component` does not claim; no component owns it where that is empty."""

    component: str
    key: str
    path: str
    guard: str = ""
    bind: str = ""


@dataclass(frozen=True)
class Needs:
    """
    What the code asks of one model.

    `stale` are claims that speak of nothing, by component and position; `foreign` are files that a component claims
    something of without owning them; `unreached` are components that let others in, with no flow that is drawn.
    `accepted` are threats that an acceptance names, as `<system>/<threat>`.
    """

    gaps: tuple[Gap, ...] = ()
    stale: tuple[tuple[str, int], ...] = ()
    foreign: tuple[tuple[str, str], ...] = ()
    unreached: tuple[str, ...] = ()
    accepted: frozenset[str] = frozenset()


def mend(loaded: LoadedModel, data: bytes, needs: Needs) -> bytes:
    """The file `data` of the model `loaded` with what it lacks; the same bytes when it lacks nothing."""
    undeclared = _undeclared(loaded)
    unanswered = _unanswered(loaded, needs.accepted)
    unproved = [name for name, one in loaded.model.controls.items() if one.status == "implemented" and not one.evidence]
    if not (needs != Needs(accepted=needs.accepted) or undeclared or unanswered or unproved):
        return data

    changed = [False]

    def edit(document: CommentedMap) -> None:
        before = _text(document)
        for component, index in sorted(needs.stale, reverse=True):
            del document["components"][component]["surface"][index]
        for component in {component for component, _ in needs.stale}:
            if not document["components"][component]["surface"]:
                del document["components"][component]["surface"]
        for gap in needs.gaps:
            _claim(document, loaded, gap)
        for component, path in needs.foreign:
            _own(document, component, path)
        for component in needs.unreached:
            _reach(document, component)
        for flow, ends in undeclared:
            _cross(document, flow, ends)
        for threat in unanswered:
            answer = row(title=f"{TODO}: what is done against {threat}", mitigates=[threat], status="planned")
            section(document, "controls").setdefault(f"against-{threat}"[:64], answer)
        for control in unproved:
            document["controls"][control]["evidence"] = words([row(kind="test", id="tests/test_todo.py::test_todo")])
        changed[0] = _text(document) != before

    result = rewritten(data, edit, path=loaded.positions.path)
    return result if changed[0] else data


def _text(document: CommentedMap) -> str:
    return repr(document)


def _claim(document: CommentedMap, loaded: LoadedModel, gap: Gap) -> None:
    components = document["components"]
    name = gap.component or _plain(gap.path.removesuffix(".py"))[:64]
    if name not in components:
        zone = max(loaded.model.trust_zones, key=lambda one: ("none", "semi", "high").index(
            loaded.model.trust_zones[one].trust))  # fmt: skip
        title = quoted(f"{TODO}: what is {gap.path}")
        components[name] = CommentedMap(title=title, trust_zone=zone, code=words([gap.path]))
    kind, _, locator = gap.key.partition(":")
    if not gap.component and kind in REACHED and gap.bind not in LOOPBACK and len(loaded.model.trust_zones) > 1:
        _reach(document, name)
    pattern = f"cli:{re.split('[/ ]', locator)[0]}**" if kind == "cli" else gap.key
    surface = components[name].setdefault("surface", CommentedSeq())
    if any(one["claim"] == pattern for one in surface):
        return
    claim: dict[str, object] = {"claim": pattern}
    if kind != "listen" and kind in REACHED:
        claim["auth"] = TODO
    if gap.bind not in ("", "?", *LOOPBACK):
        claim["bind"] = gap.bind
    seen = f"; guard seen: {gap.guard}" if gap.guard else ""
    surface.append(row(**claim, why=f"{TODO}{seen}"))
    if gap.guard == "none" and kind in OPEN_TO_ALL:
        threats = section(document, "threats")
        threat = f"{_plain(gap.key)[:58]}-open"
        threats.setdefault(threat, row(
            on=[name], stride="spoofing", cwe=[306],
            statement=f"{TODO}: what can somebody do with {gap.key} who did not prove who it is",
        ))  # fmt: skip


def _reach(document: CommentedMap, component: str) -> None:
    """Nobody knows who stands at the other end, but a person."""
    flow = row(from_=NOT_YET, to=component, boundary=NOT_YET)
    section(document, "data_flows").setdefault(f"to-{component}"[:64], flow)


def _own(document: CommentedMap, component: str, path: str) -> None:
    code = document["components"][component].setdefault("code", words([]))
    if path not in code:
        code.append(path)
        asked = f"{TODO}: is {path} a part of {component}"
        section(document, "assumptions").setdefault(f"{_plain(path)[:40]}-in-{component}"[:64], quoted(asked))


def _cross(document: CommentedMap, flow: str, ends: tuple[str, str]) -> None:
    boundaries = section(document, "trust_boundaries")
    name = next((one for one, entry in boundaries.items() if set(entry["between"]) == set(ends)), "")
    if not name:
        name = f"{ends[0]}-{ends[1]}"[:64]
        boundaries[name] = row(between=list(ends), authentication=[TODO])
    document["data_flows"][flow]["boundary"] = name


def _undeclared(loaded: LoadedModel) -> list[tuple[str, tuple[str, str]]]:
    """Flows that cross, and name no boundary."""
    zones = zones_of(loaded.model)
    found = []
    for name, flow in loaded.model.data_flows.items():
        ends = (zones.get(flow.source, ""), zones.get(flow.target, ""))
        if all(ends) and ends[0] != ends[1] and flow.boundary is None:
            found.append((name, ends))
    return found


def _unanswered(loaded: LoadedModel, accepted: frozenset[str]) -> list[str]:
    """Finished threats, open, that no control, risk or acceptance names."""
    model = loaded.model
    named = {threat for control in model.controls.values() for threat in control.mitigates}
    named |= {name for name in model.threats if f"{model.system.id}/{name}" in accepted}
    named |= {threat for risk in model.risks.values() for threat in risk.threats}
    return [
        name
        for name, threat in model.threats.items()
        if threat.status == "open" and name not in named and not UNFINISHED.search(threat.statement)
    ]


def _plain(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain if plain[:1].isalpha() else f"x-{plain}".strip("-")
