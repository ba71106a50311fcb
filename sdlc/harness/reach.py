"""
Which functions of the product a harness reaches: so much of its coverage as a pull request needs to know.

By `sys.monitoring` where Python has it: a function that was seen once costs nothing afterwards. By a trace of calls
elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

AT_MOST = 20_000


class Reach:
    """Functions below `folders` that were entered under `watch`; `by_trace` is the older way, for any Python."""

    def __init__(self, folders: tuple[str, ...], *, by_trace: bool = not hasattr(sys, "monitoring")) -> None:
        self._folders = folders
        self._codes: dict[CodeType, bool] = {}
        self._by_trace = by_trace

    def watch(self, function: Callable[[], object]) -> None:
        """Call `function`; what it raises comes out."""
        if self._by_trace:
            before = sys.gettrace()
            sys.settrace(self._call)
            try:
                function()
            finally:
                sys.settrace(before)
            return
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        tool = next(number for number in (5, 4, 3, 2) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(tool, "sdlc")
        try:
            monitoring.register_callback(tool, monitoring.events.PY_START, self._start)
            monitoring.set_events(tool, monitoring.events.PY_START)
            function()
        finally:
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)

    def functions(self) -> list[list[Any]]:
        """File, name, first and last line of each; a module's own code is none."""
        own = [code for code, is_own in self._codes.items() if is_own and code.co_name != "<module>"]
        rows = {(code.co_filename, code.co_qualname, code.co_firstlineno, _last(code)) for code in own}
        return [list(row) for row in sorted(rows)][:AT_MOST]

    def _note(self, code: CodeType) -> None:
        if code not in self._codes:
            self._codes[code] = code.co_filename.startswith(self._folders)

    def _start(self, code: CodeType, _offset: int) -> Any:
        self._note(code)
        return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]

    def _call(self, frame: FrameType, _event: str, _argument: object) -> None:
        self._note(frame.f_code)


def _last(code: CodeType) -> int:
    return max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
