"""semgrep's JSON report: matches, the rules that ran, the files that it looked at, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json


@dataclass(frozen=True)
class SemgrepMatch:
    """One match; `rule` is without the path of the rule file, lines and columns start at 1."""

    rule: str
    path: str
    line: int
    column: int
    end_line: int
    message: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class SemgrepReport:
    """`errors` are (path or rule, sentence); every kind counts, also those that semgrep calls warnings."""

    matches: tuple[SemgrepMatch, ...]
    errors: tuple[tuple[str, str], ...]
    files: frozenset[str]
    rules: frozenset[str]


def load_semgrep(data: bytes) -> SemgrepReport:
    """The report in `data`, of a run with `--time`; raises UnreadableError."""
    document = strict_json.loads_object(data, what="semgrep.json")
    try:
        matches = tuple(_match(row) for row in document["results"])
        errors = tuple(_error(row) for row in document["errors"])
        skipped = tuple(
            (_plain(row["path"]), f"semgrep skipped it: {row.get('reason', 'no reason given')}")
            for row in document["paths"].get("skipped", ())
        )
        files = frozenset(_plain(name) for name in document["paths"]["scanned"])
        rules = frozenset(rule_id(name) for name in document["time"]["rules"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"semgrep.json: malformed: {type(error).__name__}: {error}") from None
    return SemgrepReport(matches, errors + skipped, files, rules)


def rule_id(name: object) -> str:
    """The id as it was written: semgrep puts the path of the rule file before it, with dots."""
    return str(name).rpartition(".")[2]


def _match(row: Mapping[str, Any]) -> SemgrepMatch:
    metadata = row["extra"]["metadata"]
    if not isinstance(metadata, dict):
        raise TypeError("metadata is no object")
    return SemgrepMatch(
        rule=rule_id(row["check_id"]),
        path=_plain(row["path"]),
        line=int(row["start"]["line"]),
        column=int(row["start"]["col"]),
        end_line=int(row["end"]["line"]),
        message=str(row["extra"]["message"]),
        metadata=metadata,
    )


def _error(row: Mapping[str, Any]) -> tuple[str, str]:
    kind = row.get("type", "error")
    where = row.get("path") or row.get("rule_id") or "semgrep"
    words = " ".join(str(row.get("message", "")).split())
    return _plain(where), f"{kind if isinstance(kind, str) else kind[0]}: {words}"[:300]


def _plain(path: object) -> str:
    return str(path).removeprefix("./")
