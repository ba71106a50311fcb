"""
What exactly is shipped, and do the lock and the built wheel agree on it?

**Why.** Whoever must answer "are we affected?" needs a list that is complete and true. The gate reads the lock of what
is shipped (hashed requirement files, `pylock.toml`, `uv.lock`, `poetry.lock`, `pdm.lock`, `Pipfile.lock`) and the
metadata of the built wheel, makes one CycloneDX 1.6 document of both, and validates it strictly, offline, against the
schema.

It looks into what the build installed, too, and nests what it finds under the component that carries it: SBOMs that
wheels carry (PEP 770), bundled libraries (`NAME.libs`), libraries that were linked statically and left a text, crates,
vendored Python packages. Each part says where and how it was seen, with a confidence; several witnesses of one part
are one component.

**How it can be wrong.** A text in a binary is evidence and no proof, and a static library need not leave one: no
assembly is ever called complete. What was seen and cannot be explained is a property of its carrier, which is then
called incomplete. Of a locked package that the build did not install (another platform's) nothing inside is known, and
what *its* extras require is not known without its metadata. A universal lock is listed as a whole, each row with its
marker; agreement is judged for CPython on Linux, on the Python of the build. JavaScript that a package carries is not
looked for. The build executes code of the product, which could change what was installed: a file that is not what
RECORD says is named, but a RECORD that was changed as well is believed. Of a base commit, only what its head locks
with the same hashes is looked into, because what is installed is the head's.

**How to fix a finding.** Lock again with hashes (`uv pip compile --generate-hashes`) after every change of
`pyproject.toml`, and let `sdlc.toml` name the lock of what is shipped, not the one of development.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.components.bill import locked_parts, root_part, wheel_part
from sdlc.components.embedded import insides
from sdlc.errors import ToolError
from sdlc.formats import cyclonedx_json, strict_json, strict_toml
from sdlc.formats.context_json import dump_context
from sdlc.formats.wheel_metadata import load_wheel
from sdlc.inspecting.distributions import look_into, look_into_wheel
from sdlc.inspecting.locked import USUAL, installed_alike, pins_of, usual_locks
from sdlc.model.digest import sha256
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.sbom import NEEDS, Settings, author_of, python_of
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "sbom"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is nothing to list: no lock, and no project that could depend on something."""
    if settings.requirements or usual_locks(workspace):
        return None
    project = _table(workspace, "pyproject.toml", "project")
    if project.get("dependencies") or "dependencies" in project.get("dynamic", ()):
        return None
    if not project and (workspace.exists("setup.py") or _table(workspace, "pyproject.toml", "build-system")):
        return None
    return f"there is no lock ({', '.join(USUAL[:2])}), and pyproject.toml declares no dependency"


def run(
    workspace: Workspace,
    tools: Tools,  # noqa: ARG001 - the shape of a gate
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],
) -> RawArtifacts:
    """Read lock and wheels, join them, write and validate the SBOM. Raises ToolError and UnreadableError."""
    files = {
        path: pins_of(workspace, path, settings.extras) for path in settings.requirements or usual_locks(workspace)
    }
    if not files:
        raise ToolError(
            "the project may have dependencies, but there is no lock of them",
            hint="uv pip compile --generate-hashes pyproject.toml -o requirements.txt",
        )
    build = inputs.get("build", {})
    python = python_of(settings, build.get("build.json"))
    bytes_of = {n.removeprefix("dist/"): d for n, d in build.items() if n.startswith("dist/") and n.endswith(".whl")}
    wheels = {name: load_wheel(data, what=name) for name, data in sorted(bytes_of.items())}
    parts = [wheel_part(wheel, sha256(bytes_of[name]), python, settings.extras) for name, wheel in wheels.items()]
    product, version = _declared(workspace)
    root = root_part(product, version, parts)
    every = [pin for pins in files.values() for pin in pins]
    fresh = "build.json" in build or workspace.repository is not None  # else what is there is of another build
    seen = (
        look_into(workspace.installed, installed_alike(workspace, every, settings.requirements, settings.extras))
        if fresh
        else []
    )
    seen += [look_into_wheel(bytes_of[name], wheel) for name, wheel in wheels.items()]
    inside = insides(seen)
    others = [part for part in parts if part.name != root.name]
    bom = cyclonedx_json.dump_bom(root, [*locked_parts(every, inside, python), *others], inside, author_of(settings))
    errors = cyclonedx_json.validation_errors(strict_json.loads(bom, what="bom.cdx.json"))
    declared = {"name": root.name, "version": version or root.version}
    rows = [{**vars(wheel), "file": name, "sha256": sha256(bytes_of[name])} for name, wheel in wheels.items()]
    rows_of_locks = [{"path": path, "pins": [vars(pin) for pin in pins]} for path, pins in files.items()]
    return {
        "bom.cdx.json": bom,
        "validation.json": strict_json.dumps(
            {"valid": not errors, "errors": errors, "schema": "CycloneDX 1.6", "format": 2}
        ),
        "lock.json": strict_json.dumps({"files": rows_of_locks}),
        "embedded.json": strict_json.dumps({"distributions": seen}),
        "wheels.json": strict_json.dumps({"product": declared, "wheels": rows}),
        "context.json": dump_context(Context(files=tuple(files))),
    }


def _declared(workspace: Workspace) -> tuple[str, str]:
    """Normalized name and version of the product, as `sdlc.toml` or else `pyproject.toml` says."""
    said = _table(workspace, "pyproject.toml", "project") | _table(workspace, "sdlc.toml", "product")
    return canonicalize_name(str(said.get("name", workspace.root.name))), str(said.get("version", ""))


def _table(workspace: Workspace, path: str, name: str) -> dict[str, Any]:
    try:
        table = strict_toml.loads(workspace.read(path)).get(name, {}) if workspace.exists(path) else {}
    except ValueError as error:
        raise ToolError(f"{path}: {error}", hint="mend the TOML syntax there") from None
    return table if isinstance(table, dict) else {}
