"""bandit's JSON report: issues, the files that it looked at, and those that it could not read."""

from __future__ import annotations

from dataclasses import dataclass

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json


@dataclass(frozen=True)
class BanditIssue:
    """One issue; `severity` and `confidence` are bandit's words in lower case, lines start at 1, `cwe` 0 is none."""

    path: str
    line: int
    end_line: int
    column: int
    test: str
    text: str
    severity: str
    confidence: str
    cwe: int
    link: str


@dataclass(frozen=True)
class BanditReport:
    """`errors` are (path, reason): bandit exits with 0 even when it skipped files."""

    issues: tuple[BanditIssue, ...]
    errors: tuple[tuple[str, str], ...]
    files: frozenset[str]


def load_bandit(data: bytes) -> BanditReport:
    """The report in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what="bandit.json")
    try:
        issues = tuple(
            BanditIssue(
                path=_plain(row["filename"]),
                line=int(row["line_number"]),
                end_line=max([int(row["line_number"]), *(int(line) for line in row.get("line_range", ()))]),
                column=int(row.get("col_offset", -1)) + 1,
                test=str(row["test_id"]),
                text=str(row["issue_text"]),
                severity=str(row["issue_severity"]).lower(),
                confidence=str(row["issue_confidence"]).lower(),
                cwe=int((row.get("issue_cwe") or {}).get("id", 0)),
                link=str(row.get("more_info", "")),
            )
            for row in document["results"]
        )
        errors = tuple((_plain(row["filename"]), str(row["reason"])) for row in document["errors"])
        files = frozenset(_plain(name) for name in document["metrics"] if name != "_totals")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"bandit.json: malformed: {type(error).__name__}: {error}") from None
    return BanditReport(issues, errors, files)


def _plain(path: object) -> str:
    return str(path).removeprefix("./")
