"""semgrep, always by its fast engine, without its registry, and with nothing of the scanned tree as configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sdlc.formats.python_source import MAX_SOURCE
from sdlc.tools import Tools

ENVIRONMENT = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}


@dataclass(frozen=True)
class Limits:
    """Seconds for one rule and file, and for all of them."""

    rule: int
    all: float


def run_semgrep(tools: Tools, tree: Path, rules: Path, home: Path, limits: Limits) -> bytes:
    """semgrep's report about the files in `tree`, which it may not leave; `home` is an empty folder.

    Without a `.semgrepignore` in `tree`, semgrep
    leaves out tests and more. Raises ToolError; what failed for one rule or file stands in the report.
    """
    argv = (
        "semgrep scan --experimental --metrics=off --disable-version-check --json --time --jobs=2 "
        "--no-git-ignore --disable-nosem --no-exclude-binary-files --timeout-threshold=0 "
        f"--max-target-bytes={MAX_SOURCE} --timeout={limits.rule} --config"
    )
    # It exits with 2 when a rule or file failed: its report then says which.
    environment = {"HOME": str(home), **ENVIRONMENT}
    done = tools.run(
        *argv.split(), str(rules), ".", cwd=tree, timeout=limits.all, ok=frozenset({0, 2}), env=environment
    )
    return done.stdout
