"""
Do the product's parsers survive inputs that nobody thought of?

**Why.** Whoever can send a file or a message chooses its bytes. Each harness in `fuzz/` says which exceptions are a
proper answer; everything else is a crash: another exception, a recursion without end, more CPU time than allowed.

**How it works.** Stored inputs of `fuzz/corpus/<harness>/` and `fuzz/regressions/<harness>/` are replayed first. Then
five searches share the time: with the product's own words and regular expressions, Hypothesis, atheris, beside what
that kept, and for growth of CPU time. A crash ends no search. Each is made small, replayed in a fresh process, and
returned with a pytest test. Exception, innermost own function and the message's fixed words tell two apart.

**In a pull request** (`--since`) every input that crashes is replayed on the base commit's code, built from its own
lock: with the base's harness, then with the head's. What crashes there in the same way is shown and does not block;
what is new blocks and names the lines of the change. A base that cannot be built or asked excuses nothing. What hangs
at head is old when the base takes more than half the limit; FUZZ-GROWTH is a pattern that grows worse than on the base.
A harness that the change cannot matter to is only replayed and looked at.

**How it can be wrong.** A search that finds nothing proves nothing, so policy puts a floor under `executions`. The
search is not repeatable; the stored inputs are. A harness that cannot be imported, hardly runs, ends its process, or
is blind (of a thousand watched inputs none enters the package under test) is an error. One that reaches no line beyond
its first input's (FUZZ-FLAT), hides every exception (FUZZ-SWALLOWS), has a package that was imported too early
(FUZZ-NOT-INSTRUMENTED), or is refused at one place by 99.8 % of inputs (FUZZ-FIRST-RAISE, of medium confidence) is a
finding; so is one that never gets to its `target` (FUZZ-MISSES).

**How to fix a finding.** `sdlc fuzz replay --save` writes test and stored bytes; handle the input. See docs/fuzzing.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from sdlc.errors import SdlcError, StorageError, ToolError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context
from sdlc.fuzzing.campaign import ALL, Campaign, Wanted, discover_packages
from sdlc.fuzzing.change import asking
from sdlc.fuzzing.on_base import UNKNOWN, Base
from sdlc.gates import build
from sdlc.gates.build import copy_tree
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.fuzz import NEEDS, Settings, in_tree
from sdlc.sandbox.confine import probe
from sdlc.sandbox.harness_folder import lay_out
from sdlc.tools import Tools
from sdlc.workspace import Workspace, changed_lines, extract_base, protected

ID = "fuzz"
__all__ = ["ID", "NEEDS", "Settings", "campaign", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is nothing to fuzz."""
    if not workspace.matching(f"{settings.folder}/fuzz_*.py"):
        return f"there is no {settings.folder}/fuzz_*.py"
    return None


def run(
    workspace: Workspace, tools: Tools, settings: Settings, inputs: Mapping[str, RawArtifacts], *, wanted: Wanted = ALL
) -> RawArtifacts:
    """All harnesses (or those that are `wanted`), two at a time, within the budget."""
    if "build" not in inputs:
        raise ToolError(
            "the build did not answer, so there is nothing to fuzz",
            hint="let the build gate pass first: [gates.build] in sdlc.toml, then sdlc check --gate build -v",
        )
    with tempfile.TemporaryDirectory(prefix="sdlc-fuzz-") as folder:
        prepared = campaign(workspace, tools, settings, Path(folder))
        files = [Path(path) for path in workspace.matching(f"{settings.folder}/fuzz_*.py")]
        asked = asking(workspace, tools, settings.folder, in_tree) if workspace.compared else None
        rows, crashes = prepared.run(files, settings.seconds, wanted, asked)
        if workspace.compared:
            _compare(workspace, tools, settings, inputs["build"], Path(folder), rows, crashes)
        document = {"schema": "sdlc.fuzz/3", "sandbox": prepared.level.value, "harnesses": rows}
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
        level=probe(tools, root, sealed=True),
        memory=settings.memory_mb * 2**20,
        packages=settings.packages or discover_packages(workspace.python_files),
        executions=settings.executions,
        tests="tests" if workspace.matching("tests/*.py") else "",
    )


def _compare(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    built: RawArtifacts,
    folder: Path,
    rows: list[dict[str, Any]],
    inputs: Mapping[str, bytes],
) -> None:
    """Write into each crash what the base commit does with its input, and which lines of the change it lies in."""
    for row in rows:
        same = workspace.exists(row["file"]) and protected(workspace, tools, row["file"]) == workspace.read(row["file"])
        row["unchanged"] = same
    crashes = [(row, crash) for row in rows for crash in row["crashes"]]
    growing = [row for row in rows if row.get("growth")]
    base: Base | None = None
    reason = ""
    if crashes or growing:
        try:
            base = _base(workspace, tools, settings, built, folder)
        except StorageError:
            raise
        except SdlcError as error:  # a base that cannot be asked excuses nothing
            reason = f"the base commit could not be asked: {error.message}"
    for row in growing if base else ():
        cast(Base, base).grow(row["file"], row["name"], row["growth"])
    for row, crash in crashes:
        said = base.judge(row["file"], row["name"], crash, inputs[crash["input"]]) if base else (UNKNOWN, reason)
        crash["base"], crash["base_says"] = said
        path = in_tree(str(crash["path"]), workspace.python_files)
        hunks = changed_lines(workspace, tools, path) if workspace.exists(path) else ()
        crash["changed"] = next((hunk for hunk in hunks if hunk[0] <= int(crash["line"]) <= hunk[1]), (0, 0))


def _base(workspace: Workspace, tools: Tools, settings: Settings, built: RawArtifacts, folder: Path) -> Base:
    """The base commit, built as the head was, in an environment of its own lock."""
    for name in ("base", "own", "heads"):
        (folder / name).mkdir()
    before = extract_base(workspace, tools, folder / "base")
    if not before.paths:
        raise ToolError("it does not have this folder")
    build.run(before, tools, build.settings_of(built), {})
    own = campaign(before, tools, settings, folder / "own")
    inside = f"{settings.folder}/"
    # No link of the base may lie where files of the head are written.
    kept = tuple(path for path in before.paths if not (path.startswith(inside) or inside.startswith(f"{path}/")))
    tree = copy_tree(replace(before, paths=kept), folder / "heads" / "tree")
    copy_tree(replace(workspace, paths=workspace.matching(f"{inside}*")), tree)
    return Base(own, replace(own, tree=tree, scratch=folder / "heads"))
