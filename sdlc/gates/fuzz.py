"""
Do the product's parsers survive inputs that nobody thought of?

**Why.** Whoever can send a file or a message chooses its bytes. Each harness in `fuzz/` says which exceptions are a
proper answer; everything else is a crash: another exception, a recursion without end, more CPU time than allowed.

**How it works.** Stored inputs of `fuzz/corpus/<harness>/` and `fuzz/regressions/<harness>/` are replayed first. Then
Hypothesis and atheris search, sharing the time over harnesses; the product's own string constants are their
dictionary, stored inputs and the texts of its tests are their seeds. A crash does not end the search. Each is made
small by delta debugging, replayed once more in a fresh process, and returned with a pytest test. Crashes are told
apart by exception, innermost function of the product, and the fixed words of the message.

**How it can be wrong.** A search that finds nothing proves nothing, so policy puts a floor under `executions`. The
search is not repeatable; the stored inputs are. A harness that cannot be imported, never runs, or
is blind (of a thousand watched inputs none enters the package under test) is an error. That a harness enters the
package says little: the share of inputs that leave by the commonest raise is in the evidence, and nobody judges it.

**How to fix a finding.** `sdlc fuzz replay --save` writes the test and the stored bytes into the tree; handle the input
until the test passes. See `docs/fuzzing.md`.
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
__all__ = ["ID", "NEEDS", "Settings", "campaign", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is nothing to fuzz."""
    if not workspace.matching(f"{settings.folder}/fuzz_*.py"):
        return f"there is no {settings.folder}/fuzz_*.py"
    return None


def run(
    workspace: Workspace, tools: Tools, settings: Settings, inputs: Mapping[str, RawArtifacts], *, only: str = ""
) -> RawArtifacts:
    """All harnesses (or `only` the one of this name), two at a time, within the budget."""
    if "build" not in inputs:
        raise ToolError(
            "the build did not answer, so there is nothing to fuzz",
            hint="let the build gate pass first: [gates.build] in sdlc.toml, then sdlc check --gate build -v",
        )
    with tempfile.TemporaryDirectory(prefix="sdlc-fuzz-") as folder:
        prepared = campaign(workspace, tools, settings, Path(folder))
        files = [Path(path) for path in workspace.matching(f"{settings.folder}/fuzz_*.py")]
        rows, crashes = prepared.run(files, settings.seconds, only)
        document = {"schema": "sdlc.fuzz/1", "sandbox": prepared.level.value, "harnesses": rows}
    return {
        **crashes,
        "fuzz.json": strict_json.dumps(document),
        "context.json": dump_context(Context(files=workspace.python_files)),
    }


def campaign(workspace: Workspace, tools: Tools, settings: Settings, root: Path) -> Campaign:
    """What runs harnesses of `workspace`, with its files in the empty folder `root`."""
    return Campaign(
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
