"""What flows between functions, as the gate keeps it: every step of what was found, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.finding import Step

SCHEMA = "sdlc.flows/1"


@dataclass(frozen=True)
class CrossFlow:
    """Data that cross functions on their way to a sink at `path`; `sure`: no step is guessed; lines start at 1."""

    rule: str
    path: str
    line: int
    column: int
    end_line: int
    sure: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class FlowReport:
    """`problems` are (place, sentence), `unread` (rule, sentence) for entries of rules that semgrep alone follows.

    `metadata` has what each rule that found something says of itself.
    """

    found: tuple[CrossFlow, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    files: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    unread: tuple[tuple[str, str], ...] = ()
    functions: int = 0
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def dump_flows(report: FlowReport) -> bytes:
    """`report` as JSON; the same report is the same bytes."""
    named = {flow.rule for flow in report.found}
    return strict_json.dumps(
        {
            "schema": SCHEMA,
            "found": [asdict(flow) for flow in report.found],
            "problems": [list(one) for one in report.problems],
            "files": sorted(report.files),
            "rules": sorted(report.rules),
            "unread": [list(one) for one in report.unread],
            "functions": report.functions,
            "metadata": {rule: dict(report.metadata[rule]) for rule in sorted(named)},
        }
    )


def load_flows_report(data: bytes) -> FlowReport:
    """The report in `data`. Raises UnreadableError."""
    document = strict_json.loads_object(data, what="flows.json")
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema {document['schema']!r:.40}")
        metadata = {str(rule): dict(held) for rule, held in document["metadata"].items()}
        found = tuple(_flow(row) for row in document["found"])
        if missing := {flow.rule for flow in found} - set(metadata):
            raise ValueError(f"no metadata of {', '.join(sorted(missing))}")
        return FlowReport(
            found,
            tuple(_pair(row) for row in document["problems"]),
            frozenset(map(str, document["files"])),
            frozenset(map(str, document["rules"])),
            tuple(_pair(row) for row in document["unread"]),
            int(document["functions"]),
            metadata,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"flows.json: malformed: {type(error).__name__}: {error}") from None


def _flow(row: Mapping[str, Any]) -> CrossFlow:
    if type(row["sure"]) is not bool:
        raise TypeError("sure is neither true nor false")
    steps = tuple(Step(str(one["path"]), int(one["line"]), str(one["text"])) for one in row["steps"])
    place = str(row["path"]), int(row["line"]), int(row["column"]), int(row["end_line"])
    return CrossFlow(str(row["rule"]), *place, row["sure"], steps)


def _pair(row: Any) -> tuple[str, str]:
    first, second = row
    return str(first), str(second)
