"""semgrep and bandit, both at once, each on the same copy of the sources."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sdlc.scanning.semgrep import Limits, run_semgrep
from sdlc.tools import Tools

QUIET_TESTS = "B101,B110,B112,B401,B402,B403,B404,B405,B406,B407,B408,B409,B411,B412,B413,B415,B603,B607"
"""bandit's tests that name every import or call of a kind; they say nothing of how it is used."""


@contextmanager
def started(tools: Tools, tree: Path, rules: Path, home: Path, limits: Limits) -> Iterator[dict[str, Future[bytes]]]:
    """Both at work on `tree`, by the name of what they print; a failed one raises ToolError when it is asked."""
    # Without -x, bandit leaves out folders with certain names.
    bandit = f"bandit -r . -f json -q --ignore-nosec -x nothing-is-left-out -s {QUIET_TESTS}".split()
    ok, quiet = frozenset({0, 1}), {"HOME": str(home)}
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {
            "semgrep.json": pool.submit(run_semgrep, tools, tree, rules, home, limits),
            "bandit.json": pool.submit(
                lambda: tools.run(*bandit, cwd=tree, timeout=limits.all, ok=ok, env=quiet).stdout
            ),
        }
