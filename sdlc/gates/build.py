"""
Does the product build, without network, from nothing but what its lock pins?

**Why.** What was tested must be what is shipped, and what is shipped must be made of what is known. The gate fetches
the locked packages (wheels only, hashes required: nothing of them is executed), makes the environment `.sdlc/env`,
builds in a copy of the tree, in the sandbox and without network, and installs the built wheel for the other gates.

A source archive is compared with the commit: a file in it that nobody committed is a finding (this is how the backdoor
of xz was shipped).

**How it can be wrong.** The build runs the product's code: a hostile build can write any artifact that it likes, and
can change the environment that tests and fuzzing use; it cannot reach the network (level `namespace`), a key or the
verdict. The grade is *attested*: replay proves that the artifacts are those that were listed, not how they came to be.

**How to fix a finding.** A package that the lock does not pin is missing in the environment: add it to the `.in` file
and lock again. A build that wants the network must get its input from the lock or the tree.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sdlc.components.source_archive import is_source_archive
from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.model.digest import sha256
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.build import NEEDS, Settings
from sdlc.sandbox.confine import Limits, clean_environment, confined, probe, product_path
from sdlc.sandbox.environment import Environment
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "build"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]

SOURCE_DATE = "946684800"
"""2000-01-01: one fixed date in every archive, so that two builds of one tree are equal."""

LOG_BYTES = 64 * 1024


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why nothing can be built here."""
    if not (workspace.exists("pyproject.toml") or workspace.exists("setup.py")):
        return "there is no pyproject.toml"
    if not settings.requirements and not settings.python:
        return 'sdlc.toml names no lock: [gates.build] requirements = ["requirements/dev.txt"]'
    return None


def run(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],  # noqa: ARG001 - the shape of a gate
) -> RawArtifacts:
    """Fetch, make the environment, build, install."""
    for path in settings.requirements:
        if not workspace.exists(path):
            raise ToolError(
                f"sdlc.toml: gates.build.requirements: {path} is not in the repository",
                hint=f"uv pip compile --generate-hashes {path.removesuffix('.txt')}.in -o {path}",
            )
    requirements = {path: sha256(workspace.read(path)) for path in settings.requirements}
    with tempfile.TemporaryDirectory(prefix="sdlc-build-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        out, home = folder / "out", folder / "home"
        out.mkdir()
        home.mkdir()
        environment = Environment(workspace.environment, workspace.root, home)
        environment.make(tools, settings.python, settings.requirements, settings.timeout)
        tree = copy_tree(workspace, folder / "tree")
        level, python = probe(tools, tree), str(environment.python)
        command = [python if word == "python" else word.replace("{out}", str(out)) for word in settings.command]
        done = tools.run(
            *confined(command, level, Limits(cpu_seconds=settings.timeout)),
            cwd=tree,
            timeout=settings.timeout,
            env=clean_environment(home, SOURCE_DATE_EPOCH=SOURCE_DATE, PATH=product_path(environment.python)),
        )
        named = [path for pattern in settings.artifacts for path in tree.glob(pattern)]
        built = _collect([*out.iterdir(), *named])
        wheels = [path for path in built if path.suffix == ".whl"]
        if wheels:
            environment.install(tools, wheels, level)
        artifacts = {path.name: data for path, data in built.items()}
        sources = any(is_source_archive(name) for name in artifacts)
        rows = [{"name": name, "size": len(data), "sha256": sha256(data)} for name, data in artifacts.items()]
        document = {
            "sandbox": level.value,
            "command": list(settings.command),
            "requirements": requirements,
            "asked": {"python": settings.python, "timeout": settings.timeout, "artifacts": list(settings.artifacts)},
            "artifacts": rows,
            "packages": environment.packages(),
            "python": environment.version(),
        }
    listed = {path: sha256(workspace.read(path)) for path in workspace.paths} if sources else {}
    return {
        **({"tree.json": strict_json.dumps(listed)} if sources else {}),
        **{f"dist/{name}": data for name, data in artifacts.items()},
        "build.json": strict_json.dumps(document),
        "build.log": (done.stdout + done.stderr)[-LOG_BYTES:],
        "context.json": dump_context(Context(files=workspace.paths)),
        "tools.json": dump_tools([tools.identify("uv")]),
    }


def copy_tree(workspace: Workspace, target: Path) -> Path:
    """The workspace's files in a folder that product code may write to; links are not followed."""
    for path in workspace.paths:
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(workspace.root / path, copy, follow_symlinks=False)
    return target


def settings_of(raw: RawArtifacts) -> Settings:
    """With which settings `raw` was built; raises UnreadableError."""
    document = strict_json.loads_object(raw.get("build.json", b"{}"), what="build.json")
    try:
        asked = document["asked"]
        return Settings(
            requirements=tuple(map(str, document["requirements"])),
            command=tuple(map(str, document["command"])),
            python=str(asked["python"]),
            artifacts=tuple(map(str, asked["artifacts"])),
            timeout=int(asked["timeout"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"build.json: {type(error).__name__}: {error}") from None


def _collect(paths: Iterable[Path]) -> dict[Path, bytes]:
    """The bytes of `paths`. Raises ToolError for a link, which would make evidence of any file, and for twins."""
    built: dict[Path, bytes] = {}
    for path in sorted(paths):
        if path.resolve() != path:
            raise ToolError(f"the artifact {path.name} is behind a link", hint="let the build write the file itself")
        if path.name in {other.name for other in built}:
            raise ToolError(f"the build made two files of the name {path.name}", hint="give each artifact its name")
        if path.is_file():
            built[path] = path.read_bytes()
    return built
