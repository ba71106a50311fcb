"""The one fake of the `Tools` seam: answers instead of starting programs, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from sdlc.errors import ToolError
from sdlc.model.result import ToolVersion
from sdlc.tools import Completed, LocalTools


class FakeTools:
    """`answer(argv, cwd)` returns stdout bytes, a Completed, or raises; exit codes outside `ok` raise ToolError."""

    def __init__(self, answer: Callable[[tuple[str, ...], Path], bytes | Completed]) -> None:
        self._answer = answer
        self.calls: list[tuple[str, ...]] = []

    def run(
        self,
        *argv: str,
        cwd: Path,
        timeout: float,
        ok: AbstractSet[int] = frozenset({0}),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        network: bool = False,
        max_output: int = 0,
    ) -> Completed:
        self.calls.append(argv)
        answer = self._answer(argv, cwd)
        done = answer if isinstance(answer, Completed) else Completed(0, answer, b"", 0.0)
        if done.exit_code not in ok:
            raise ToolError(f"{argv[0]} exited with {done.exit_code}")
        return done

    def identify(self, program: str, *, distribution: str = "") -> ToolVersion:
        return ToolVersion(program, "1.0")


class SabotagedTools(LocalTools):
    """The real tools, of which `program` is another file: one that crashes, hangs or lies."""

    def __init__(self, environment: Mapping[str, str], program: str, replacement: Path) -> None:
        super().__init__(environment)
        self._program, self._replacement = program, replacement

    def _find(self, program: str) -> str:
        if program != self._program:
            return super()._find(program)
        return str(self._replacement) if self._replacement.exists() else super()._find("no-such-program")
