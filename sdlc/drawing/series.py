"""Numbers as pictures: lines over an ordered axis and bars by name, each with its numbers written out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sdlc.drawing.canvas import LINE, MARKS, Sheet, number, shortened, width_of

PLOT_WIDTH = 460
PLOT_HEIGHT = 180
LEFT = 56
TOP = 16
BAR = 18
LONGEST_NAME = 240


@dataclass(frozen=True)
class Line:
    """One series: a value per label of the axis; `None` is a gap, for what was not measured is not zero."""

    name: str
    values: tuple[float | None, ...]
    mark: str = ""


@dataclass(frozen=True)
class Bar:
    """One row: parts from left to right, each a value and its mark; `text` is written behind the bar."""

    name: str
    parts: tuple[tuple[float, str], ...]
    text: str = ""


def lines(
    axis: Sequence[str], series: Sequence[Line], *, title: str, description: str = "", standalone: bool = False
) -> str:
    """Series over releases or time as SVG text; the last value of each is written at its end.

    Raises ValueError where a series has another number of values than the axis has labels, or a value is not finite
    or below zero.
    """
    for line in series:
        if len(line.values) != len(axis):
            raise ValueError(f"the series {line.name} has {len(line.values)} values for {len(axis)} labels")
        _checked([value for value in line.values if value is not None], line.mark)
    top = _ceiling(max((value for line in series for value in line.values if value is not None), default=0))
    sheet = Sheet(title, description)
    for step in range(5):
        level = TOP + PLOT_HEIGHT * (1 - step / 4)
        sheet.add("path", d=f"M{LEFT} {number(level)}h{PLOT_WIDTH}", class_="grid")
        sheet.write(LEFT - 8, level + 4, f"{top * step / 4:g}", "soft", "end")
    pitch = PLOT_WIDTH / max(1, len(axis) - 1)
    every = max(1, math.ceil(len(axis) * max(map(width_of, axis), default=1) / PLOT_WIDTH))
    for position, label in enumerate(axis):
        if position % every == 0:
            sheet.write(
                LEFT + pitch * position, TOP + PLOT_HEIGHT + 20, shortened(label, PLOT_WIDTH / 2), "soft", "middle"
            )
    ends: list[tuple[float, Line, float]] = []
    for line in series:
        path, pen = "", "M"
        for position, value in enumerate(line.values):
            if value is None:
                pen = "M"
                continue
            x, y = LEFT + pitch * position, TOP + PLOT_HEIGHT * (1 - value / top)
            path += f"{pen}{number(x)} {number(y)}"
            pen = "L"
            dot = sheet.add("circle", cx=x, cy=y, r=3, class_=f"bar {line.mark}".strip())
            sheet.add("title", f"{line.name}, {axis[position]}: {value:g}", dot)
        sheet.add("path", d=path, class_=f"line {line.mark}".strip())
        if line.values and (last := line.values[-1]) is not None:
            ends.append((TOP + PLOT_HEIGHT * (1 - last / top), line, last))
    level = -math.inf
    for wished, line, last in sorted(ends, key=lambda end: (end[0], end[1].name)):
        level = max(wished + 4, level + LINE)
        sheet.write(LEFT + PLOT_WIDTH + 12, level, shortened(f"{line.name} {last:g}", LONGEST_NAME), line.mark)
    return sheet.finish(
        LEFT + PLOT_WIDTH + LONGEST_NAME + 16, max(TOP + PLOT_HEIGHT + 32, level + LINE if ends else 0), standalone
    )


def bars(
    rows: Sequence[Bar], *, title: str, description: str = "", whole: float | None = None, standalone: bool = False
) -> str:
    """Rows of bars as SVG text on one scale, to `whole` where it is given (then the rest of each row stays empty).

    Raises ValueError where a value is not finite or below zero, or a row is longer than `whole`.
    """
    for row in rows:
        for value, mark in row.parts:
            _checked([value], mark)
        if whole is not None and sum(value for value, _ in row.parts) > whole * (1 + 1e-9):
            raise ValueError(f"the bar {row.name} is longer than the whole")
    longest = whole if whole is not None else max((sum(value for value, _ in row.parts) for row in rows), default=0)
    names = min(LONGEST_NAME, max((width_of(row.name) for row in rows), default=0)) + 16
    sheet = Sheet(title, description)
    for position, row in enumerate(rows):
        top = TOP + position * (BAR + 8)
        sheet.write(names - 8, top + BAR - 5, shortened(row.name, LONGEST_NAME), anchor="end")
        x = names
        if whole is not None:
            sheet.add("rect", x=x, y=top, width=PLOT_WIDTH, height=BAR, class_="zone")
        for value, mark in row.parts:
            length = PLOT_WIDTH * value / longest if longest else 0
            part = sheet.add("rect", x=x, y=top, width=length, height=BAR, class_=f"bar {mark}".strip())
            sheet.add("title", f"{row.name}: {value:g}", part)
            x += length
        sheet.write(
            names + PLOT_WIDTH + 8 if whole is not None else x + 8,
            top + BAR - 5,
            shortened(row.text, LONGEST_NAME),
            "soft",
        )
    return sheet.finish(names + PLOT_WIDTH + LONGEST_NAME, TOP + len(rows) * (BAR + 8) + 8, standalone)


def _checked(values: Sequence[float], mark: str) -> None:
    if mark not in MARKS:
        raise ValueError(f"no such mark: {mark}")
    for value in values:
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{value} can't be drawn")


def _ceiling(value: float) -> float:
    """The next 1, 2, 4 or 8 times a power of ten, so that four steps of the axis are round numbers."""
    if value <= 0:
        return 4.0
    power = 10.0 ** max(math.floor(math.log10(value)), -300)  # below, powers of ten become 0
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)
