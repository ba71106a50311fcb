"""Every report on a check, by format: a module with `render(record, *, verbose) -> str`, pure."""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from sdlc.formats.check_json import CheckRecord


class Report(Protocol):
    """One way to tell people, or their tools, what a check came to."""

    def render(self, record: CheckRecord, *, verbose: bool) -> str:
        """The whole text, with a final newline."""


REPORTS = {
    "console": "sdlc.reports.console",
    "json": "sdlc.reports.json_report",
    "sarif": "sdlc.reports.sarif",
    "junit": "sdlc.reports.junit",
    "markdown": "sdlc.reports.markdown",
    "github": "sdlc.reports.github",
    "gitlab": "sdlc.reports.gitlab",
}


def render(format_: str, record: CheckRecord, *, verbose: bool = False) -> str:
    """The report on `record` in `format_`, one of REPORTS."""
    report = cast(Report, importlib.import_module(REPORTS[format_]))
    return report.render(record, verbose=verbose)
