"""The page of a fuzz run: what each harness reached, what blocks it, what crashed, and how that went before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jinja2 import PackageLoader
from markupsafe import Markup

from sdlc.drawing.series import Bar, Line, bars, lines
from sdlc.formats.fuzz_report import FuzzReport, HarnessRun
from sdlc.formats.html_page import templates
from sdlc.formats.terminal import printable
from sdlc.readings.fuzz import in_tree, is_blind
from sdlc.readings.harness_check import weak

LAST = 30
"""Runs of the history that are drawn."""


def fuzz_page(
    report: FuzzReport, history: Sequence[Mapping[str, float | str]] = (), files: tuple[str, ...] = ()
) -> bytes:
    """A page that asks nothing of anybody.

    `files` are those of the tree, so that it names them and not what was installed of them.
    `history` has the runs before, oldest first: `when` as text, and the numbers `executions`, `edges`, `crashes`.
    """
    runs = [run for run in report.harnesses if run.name]
    page = (
        templates(PackageLoader("sdlc", "reports"))
        .get_template("fuzz.html.j2")
        .render(
            report=report,
            place=lambda path: in_tree(path, files) if path.startswith("/") else path,
            blind={run.name for run in report.harnesses if is_blind(run)},
            weak={run.name: list(weak(run, old="")) for run in report.harnesses},
            crashes=[(run, crash) for run in report.harnesses for crash in run.crashes],
            executions=_bars(runs, "executions", [run.executions for run in runs]),
            coverage=_bars(runs, "edges or lines covered", [max(run.edges, run.reached) for run in runs]),
            history=_history(history[-LAST:]),
        )
    )
    return page.encode("utf-8")


def _bars(runs: Sequence[HarnessRun], what: str, values: Sequence[int]) -> Markup:
    rows = [
        Bar(printable(run.name), ((float(value), ""),), f"{value}") for run, value in zip(runs, values, strict=True)
    ]
    return Markup(bars(rows, title=f"{what} of each harness")) if rows else Markup()  # noqa: S704 - the drawing escapes


def _history(runs: Sequence[Mapping[str, float | str]]) -> Markup:
    if len(runs) < 2:
        return Markup()
    axis = [printable(str(run["when"])) for run in runs]
    pictures = [
        lines(axis, [Line(word, tuple(float(run[word]) for run in runs))], title=f"{word} of the last runs")
        for word in ("executions", "edges", "crashes")
    ]
    return Markup("\n".join(pictures))  # noqa: S704 - the drawing escapes
