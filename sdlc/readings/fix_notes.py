"""
What is said beside a known vulnerability: which upgrade the resolver accepts, and how far the product reaches into it.

None of it decides anything: outcome, severity and fingerprint of a finding are the same with it and without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.finding import Finding
from sdlc.model.result import RawArtifacts

UPGRADES = "upgrades.json"
REACH = "reach.json"
ANSWERS = ("accepted", "refused", "not-tried")
MOST = 4
Wanted = tuple[str, str, str, str]
"""Name, locked version, mended version, and the lock."""


def wishes_of(findings: Iterable[Finding]) -> tuple[Wanted, ...]:
    """The upgrades that `findings` propose of components of their own, each once."""
    every = (_wanted(finding) for finding in findings if not finding.suppressed)
    return tuple(dict.fromkeys(wanted for wanted in every if wanted is not None))


def with_upgrades(findings: Iterable[Finding], raw: RawArtifacts) -> tuple[Finding, ...]:
    """`findings` with what the resolver said of their fix. Raises UnreadableError for evidence that says nothing."""
    if UPGRADES not in raw:
        return tuple(findings)
    rows = strict_json.loads(raw[UPGRADES], what=UPGRADES)
    try:
        said = {(str(r["name"]), str(r["version"]), str(r["fixed"]), str(r["lock"])): _sentence(r) for r in rows}
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{UPGRADES} is malformed: {type(error).__name__}: {error}") from None
    return tuple(
        replace(finding, fix=f"{finding.fix} {said[wanted]}")
        if (wanted := _wanted(finding)) is not None and wanted in said
        else finding
        for finding in findings
    )


def with_reach(findings: Iterable[Finding], raw: RawArtifacts) -> tuple[Finding, ...]:
    """`findings` with how far the product reaches into their component: advice, and attested, not recomputed."""
    if REACH not in raw:
        return tuple(findings)
    rows = strict_json.loads(raw[REACH], what=REACH)
    try:
        said = {(str(row["rule"]), str(row["subject"])): _reach(row) for row in rows}
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UnreadableError(f"{REACH} is malformed: {type(error).__name__}: {error}") from None
    return tuple(_told(finding, said.get((finding.rule, finding.subject))) for finding in findings)


def _told(finding: Finding, told: tuple[str, dict[str, str]] | None) -> Finding:
    if told is None:
        return finding
    sentence, properties = told
    message = f"{finding.message}; {sentence}" if sentence else finding.message
    return replace(finding, message=message, properties={**finding.properties, **properties})


def _reach(row: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    grade, symbol = str(row["grade"]), str(row["symbol"])
    path, doubts = [str(one) for one in row["path"]], [str(one) for one in row["doubts"]]
    sentence = {
        "not-imported": "the product does not import it",
        "not-called": "the product imports it and does not call what is vulnerable",
        "imported": "the product imports it, and no advisory says which function is vulnerable",
        "called": f"the product calls {symbol}",
        "unknown": "",
    }[grade]
    if path and grade in ("called", "imported"):
        sentence += f" ({' > '.join(path[-3:])})"
    if doubts and grade not in ("called", "unknown"):
        sentence += f", as far as its source tells: {doubts[0]}" + (f", and {len(doubts) - 1} more" * (len(doubts) > 1))
    properties = {"reach": grade, "reach-symbol": symbol, "reach-path": " > ".join(path)}
    properties["reach-doubts"] = "; ".join(doubts)
    return sentence, {key: value[:1000] for key, value in properties.items() if value}


def _wanted(finding: Finding) -> Wanted | None:
    name, fixed = finding.properties.get("component", ""), finding.properties.get("fixed", "")
    version = finding.subject.rpartition("@")[2]
    if not name or not fixed or finding.place is None or "@" not in finding.subject:
        return None
    return name, version, fixed, finding.place.path


def _sentence(row: Mapping[str, Any]) -> str:
    answer = str(row["answer"])
    if answer not in ANSWERS:
        raise ValueError(f"answer: {answer!r:.40}")
    if answer == "not-tried":
        return f"Whether the resolver accepts it was not tried: {row['why']}."
    if answer == "refused":
        return f"The resolver refuses it: {row['why']}."
    moves = [(str(name), str(before), str(after)) for name, before, after in row["moves"]]
    others = [_move(*move) for move in moves if move[0] != row["name"]]
    more = f" and {len(others) - MOST} more" if len(others) > MOST else ""
    along = f"with it {'move' if len(others) > 1 else 'moves'} {', '.join(others[:MOST])}{more}"
    return f"The resolver accepts it, {along if others else 'and nothing else moves'}: {row['command']}"


def _move(name: str, before: str, after: str) -> str:
    if before and after:
        return f"{name} {before} to {after}"
    return f"{name} {after}, which is new" if after else f"{name} {before}, which goes"
