"""
Which lines of the product an input reaches that none before it did.

By `sys.monitoring` where Python has it: a line that was seen once costs nothing afterwards. By a trace elsewhere, which
makes everything several times slower.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any

from sdlc.harness.deadline import Deadline


class Lines:
    """Lines below `folders`, while `open`; `by_trace` is the older way, for any Python."""

    def __init__(self, folders: tuple[str, ...], *, by_trace: bool = not hasattr(sys, "monitoring")) -> None:
        self._folders = folders
        self._own: dict[CodeType, bool] = {}
        self._seen: set[tuple[CodeType, int]] = set()
        self._tool = -1
        self.way = "settrace" if by_trace else "sys.monitoring"

    def __enter__(self) -> Lines:
        if self.way == "sys.monitoring":
            monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
            self._tool = next(number for number in (5, 4, 3, 2) if monitoring.get_tool(number) is None)
            monitoring.use_tool_id(self._tool, "sdlc")
            monitoring.register_callback(self._tool, monitoring.events.LINE, self._line_started)
            monitoring.set_events(self._tool, monitoring.events.LINE)
        return self

    def __exit__(self, *_: object) -> None:
        if self._tool >= 0:
            monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
            monitoring.set_events(self._tool, 0)
            monitoring.free_tool_id(self._tool)
            self._tool = -1

    def new(self, function: Callable[[], object]) -> int:
        """How many lines were reached for the first time by `function`; what it raises comes out."""
        before = len(self._seen)
        if self.way == "settrace":
            outer = sys.gettrace()
            sys.settrace(self._call)
            try:
                function()
            finally:
                sys.settrace(outer)
        else:
            function()
        return len(self._seen) - before

    def __len__(self) -> int:
        return len(self._seen)

    def _is_own(self, code: CodeType) -> bool:
        own = self._own.get(code)
        if own is None:
            own = self._own[code] = code.co_filename.startswith(self._folders)
        return own

    def _line_started(self, code: CodeType, line: int) -> Any:
        if self._is_own(code):
            self._seen.add((code, line))
        return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]

    def _call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        return self._line if self._is_own(frame.f_code) else None

    def _line(self, frame: FrameType, _event: str, _argument: object) -> Any:
        self._seen.add((frame.f_code, frame.f_lineno))
        return self._line


def reaching(
    inputs: Iterable[bytes], judge: Callable[[bytes], object], folders: tuple[str, ...], deadline: Deadline
) -> list[bytes]:
    """Those of `inputs` that reach a line which none before them did, the one with the most such lines first.

    What is not looked at before the time is over is left out.
    """
    found: list[tuple[int, bytes]] = []
    with Lines(folders) as lines:
        for data in inputs:
            if deadline.over():
                break
            new = lines.new(lambda data=data: judge(data))  # type: ignore[misc]
            if new:
                found.append((new, data))
    return [data for _, data in sorted(found, key=lambda one: -one[0])]
