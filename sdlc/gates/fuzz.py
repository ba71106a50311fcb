"""
Do the product's parsers survive inputs that nobody thought of?

**Why.** Whoever can send a file or a message chooses its bytes. Each harness in `fuzz/` says which exceptions are a
proper answer; everything else is a crash: another exception, a recursion without end, more CPU time than allowed.

**How it works.** Stored inputs of `fuzz/corpus/<harness>/` and `fuzz/regressions/<harness>/` are replayed first. Then
Hypothesis and atheris search, sharing the time over harnesses; the product's own string constants are their
dictionary, stored inputs and the texts of its tests are their seeds. A crash does not end the search. Each is made
small, and replayed once more in a fresh process.

**How it can be wrong.** A search that finds nothing proves nothing, so policy puts a floor under `executions`. The
search is not repeatable; the stored inputs are. A harness that cannot be imported or never runs is an error.

**How to fix a finding.** Handle the input; keep the stored bytes as `fuzz/regressions/<harness>/<name>`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sdlc.errors import ToolError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context
from sdlc.fuzzing.campaign import Campaign, discover_packages
from sdlc.gates.build import copy_tree
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.fuzz import NEEDS, Settings
from sdlc.sandbox.confine import probe
from sdlc.sandbox.harness_folder import lay_out
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "fuzz"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is nothing to fuzz."""
    if not workspace.matching(f"{settings.folder}/fuzz_*.py"):
        return f"there is no {settings.folder}/fuzz_*.py"
    return None


def run(workspace: Workspace, tools: Tools, settings: Settings, inputs: Mapping[str, RawArtifacts]) -> RawArtifacts:
    """All harnesses, two at a time, within the budget."""
    if "build" not in inputs:
        raise ToolError(
            "the build did not answer, so there is nothing to fuzz",
            hint="let the build gate pass first: [gates.build] in sdlc.toml, then sdlc check --gate build -v",
        )
    with tempfile.TemporaryDirectory(prefix="sdlc-fuzz-") as folder:
        root = Path(folder)
        campaign = Campaign(
            tools=tools,
            python=str(workspace.python_of_product),
            tree=copy_tree(workspace, root / "tree"),
            path=lay_out(root / "path"),
            scratch=root,
            level=probe(tools, root),
            memory=settings.memory_mb * 2**20,
            packages=settings.packages or discover_packages(workspace.python_files),
            tests="tests" if workspace.matching("tests/*.py") else "",
        )
        files = [Path(path) for path in workspace.matching(f"{settings.folder}/fuzz_*.py")]
        rows, crashes = campaign.run(files, settings.seconds)
        document = {"schema": "sdlc.fuzz/1", "sandbox": campaign.level.value, "harnesses": rows}
    return {
        **crashes,
        "fuzz.json": strict_json.dumps(document),
        "context.json": dump_context(Context(files=workspace.python_files)),
    }
