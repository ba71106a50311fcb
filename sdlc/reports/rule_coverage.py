"""The page that says which weaknesses the rules of static analysis look for, and which they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sdlc.formats.rule_catalogue import Rule

TOP_25 = (
    79, 787, 89, 352, 22, 125, 78, 416, 862, 434, 94, 20, 77, 287, 269, 502, 200, 863, 918, 119, 476, 798, 190,
    400, 306,
)  # fmt: skip
"""The numbers of the CWE Top 25 of 2024, in its order."""

NO_MEMORY = frozenset({787, 125, 416, 119, 476, 190})
"""Weaknesses of memory and of fixed-width numbers, which Python source does not have."""


def coverage_page(rules: Sequence[Rule]) -> str:
    """A Markdown page: rules by category of the OWASP Top 10, by weakness, and what no rule looks for."""
    lines = [
        "# What the rules of static analysis look for",
        "",
        "Made from the rules by `make docs`; `sdlc rules coverage` prints the same page. A rule in **bold** can stop a "
        "change, the others give advice. `~` marks rules that follow a value from where it comes in. Components with "
        "known weaknesses are not in the source: the gates `sbom` and `vulnerabilities` look for them.",
    ]
    for year in ("2021", "2025"):
        lines += ["", f"## OWASP Top 10, {year}", "", "| category | rules |", "|---|---|"]
        for number in range(1, 11):
            category = f"A{number:02}:{year}"
            lines.append(f"| {category} | {_names(rule for rule in rules if category in rule.owasp)} |")
    lines += ["", "## CWE Top 25 of 2024", "", "| weakness | rules |", "|---|---|", *_top_25(rules)]
    numbers = sorted({number for rule in rules for number in rule.cwe})
    lines += ["", f"## All {len(numbers)} weaknesses", "", "| weakness | rules |", "|---|---|"]
    lines += [f"| CWE-{number} | {_names(rule for rule in rules if number in rule.cwe)} |" for number in numbers]
    return "\n".join(lines) + "\n"


def _top_25(rules: Sequence[Rule]) -> Iterator[str]:
    for number in TOP_25:
        found = [rule for rule in rules if number in rule.cwe]
        missing = "does not occur in Python source" if number in NO_MEMORY else "not covered"
        yield f"| CWE-{number} | {_names(found) if found else missing} |"


def _names(rules: Iterable[Rule]) -> str:
    words = [(f"**{rule.id}**" if rule.blocks else rule.id) + (" ~" if rule.flow else "") for rule in rules]
    return ", ".join(words) or "not covered"
