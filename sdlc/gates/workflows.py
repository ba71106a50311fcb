"""
Can somebody take over a release, or switch a check off, through the forge's own workflow files?

**Why.** Most attacks on projects go through their workflows: a title that becomes a command, a stranger's commit that
runs with the repository's secrets, an action whose tag was moved, a check whose failure is thrown away. zizmor looks at
each line, and rules of our own at who runs whose code with which rights (`sdlc/workflows/rules.py`).

**How it can be wrong.** What a script in the repository does, and who may change settings of the forge, is not seen. A
file that cannot be read, or that zizmor left out, is an error. zizmor's own configuration and comments do not count.

**How to fix a finding.** Each says how in one sentence. If it is wrong, write the rule and the reason on the line or
above it, `# nosec cache-in-release -- the cache is keyed by its content`: it then no longer blocks, and stays counted.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from sdlc.errors import IncompleteError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.formats.zizmor_json import completed
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.workflows import NEEDS, Settings, problem_of
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "workflows"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
FILES = re.compile(r"\.github/workflows/[^/]+\.ya?ml|(\.github/actions/(.+/)?)?action\.ya?ml")


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:  # noqa: ARG001 - the shape of a gate
    """Why there is nothing to look at."""
    if any(FILES.fullmatch(path) for path in workspace.paths):
        return None
    if workspace.prefix:
        return "workflows lie at the top of the repository, and the product is a folder of it"
    return "there is no workflow file in .github/workflows"


def run(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],  # noqa: ARG001 - the shape of a gate
) -> dict[str, bytes]:
    """The files themselves, and what zizmor prints about a copy of them."""
    texts: dict[str, str] = {}
    problems: dict[str, str] = {}
    for path in sorted(path for path in workspace.paths if FILES.fullmatch(path)):
        try:
            texts[path] = workspace.read(path).decode("utf-8")
        except IncompleteError as error:
            problems[path] = error.message
        except UnicodeDecodeError:
            problems[path] = "it is not UTF-8"
    readable = {path: text for path, text in texts.items() if problem_of(path, text) is None}
    raw = {"zizmor.json": b"[]", "looked.json": strict_json.dumps([])}
    if readable:
        with tempfile.TemporaryDirectory(prefix="sdlc-workflows-") as temporary:
            raw = _scan(tools, settings, Path(temporary), readable)
    return raw | {
        "files.json": strict_json.dumps(texts),
        "problems.json": strict_json.dumps(problems),
        "context.json": dump_context(Context(files=tuple(texts))),
        "tools.json": dump_tools((tools.identify("zizmor"),)),
    }


def _scan(tools: Tools, settings: Settings, folder: Path, texts: Mapping[str, str]) -> dict[str, bytes]:
    """zizmor sees a copy of the files alone: no configuration or ignore list of the workspace counts."""
    mirror, home = folder / "files", folder / "home"
    home.mkdir()
    for path, text in texts.items():
        target = mirror / PurePosixPath(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
    words = "zizmor --offline --no-progress --color=never --no-config --no-ignores --collect=all --format=json-v1"
    quiet = {"HOME": str(home), "RUST_BACKTRACE": "0"}
    done = tools.run(
        *words.split(), "--no-exit-codes", ".", cwd=mirror, timeout=settings.timeout, ok=frozenset({0}), env=quiet
    )
    return {"zizmor.json": done.stdout, "looked.json": strict_json.dumps(list(completed(done.stderr)))}
