"""
What exactly is shipped, and do the lock and the built wheel agree on it?

**Why.** Whoever must answer "are we affected?" needs a list that is complete and true. The gate reads the hashed
requirement files of what is shipped and the metadata of the built wheel, makes one CycloneDX 1.6 document of both, and
validates it strictly, offline, against the schema.

**How it can be wrong.** Code bundled inside wheels of others is not listed yet. Markers are evaluated for CPython on
Linux.

**How to fix a finding.** Lock again with hashes (`uv pip compile --generate-hashes`) after every change of
`pyproject.toml`, and let `sdlc.toml` name the lock of what is shipped, not the one of development.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sdlc.errors import ToolError
from sdlc.formats import cyclonedx_json, strict_json
from sdlc.formats.context_json import dump_context
from sdlc.formats.requirements_txt import Pin, load_requirements
from sdlc.formats.wheel_metadata import WheelMetadata, load_wheel
from sdlc.model.digest import sha256
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.sbom import NEEDS, Settings
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "sbom"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
USUAL = ("requirements/runtime.txt", "requirements.txt", "requirements/base.txt", "requirements/prod.txt")


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is no lock to read."""
    if settings.requirements or _discover(workspace):
        return None
    return "no hashed requirement file was found (requirements/runtime.txt, requirements.txt)"


def run(
    workspace: Workspace,
    tools: Tools,  # noqa: ARG001 - the shape of a gate
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],
) -> RawArtifacts:
    """Read lock and wheels, join them, write and validate the SBOM."""
    files = {path: _pins(workspace, path) for path in settings.requirements or _discover(workspace)}
    wheels = {
        name.removeprefix("dist/"): data
        for name, data in inputs.get("build", {}).items()
        if name.startswith("dist/") and name.endswith(".whl")
    }
    read = {name: load_wheel(data, what=name) for name, data in wheels.items()}
    root = _root(workspace, read, wheels)
    pins = {pin.name: pin for pins in files.values() for pin in pins}
    parts = [cyclonedx_json.Part(pin.name, pin.version, pin.hashes) for pin in pins.values()]
    bom = cyclonedx_json.dump_bom(root, parts)
    errors = cyclonedx_json.validation_errors(strict_json.loads(bom, what="bom.cdx.json"))
    return {
        "bom.cdx.json": bom,
        "validation.json": strict_json.dumps({"valid": not errors, "errors": errors, "schema": "CycloneDX 1.6"}),
        "lock.json": strict_json.dumps({"files": [_lock_row(path, pins) for path, pins in files.items()]}),
        "wheels.json": strict_json.dumps(
            {
                "product": {"name": root.name, "version": _declared_version(workspace) or root.version},
                "wheels": [_wheel_row(name, wheel, wheels[name]) for name, wheel in read.items()],
            }
        ),
        "context.json": dump_context(Context(files=tuple(files))),
    }


def _discover(workspace: Workspace) -> tuple[str, ...]:
    found = [path for path in USUAL if workspace.exists(path) and b"--hash=" in workspace.read(path)]
    return tuple(found[:1])


def _pins(workspace: Workspace, path: str) -> tuple[Pin, ...]:
    if not workspace.exists(path):
        raise ToolError(
            f"sdlc.toml: gates.sbom.requirements: {path} is not in the repository",
            hint=f"uv pip compile --generate-hashes {path.removesuffix('.txt')}.in -o {path}",
        )
    return load_requirements(workspace.read(path), what=path)


def _root(workspace: Workspace, read: Mapping[str, WheelMetadata], wheels: Mapping[str, bytes]) -> cyclonedx_json.Part:
    for name, wheel in read.items():
        names = tuple(canonicalize_name(Requirement(line).name) for line in wheel.requires)
        return cyclonedx_json.Part(wheel.name, wheel.version, (sha256(wheels[name]),), wheel.license, names)
    return cyclonedx_json.Part(workspace.root.name.lower(), _declared_version(workspace) or "unknown")


def _declared_version(workspace: Workspace) -> str:
    if not workspace.exists("sdlc.toml"):
        return ""
    product = tomllib.loads(workspace.read("sdlc.toml").decode()).get("product", {})
    return str(product.get("version", "")) if isinstance(product, dict) else ""


def _lock_row(path: str, pins: tuple[Pin, ...]) -> dict[str, object]:
    rows = [
        {"name": p.name, "version": p.version, "hashes": list(p.hashes), "marker": p.marker, "line": p.line}
        for p in pins
    ]
    return {"path": path, "pins": rows}


def _wheel_row(file: str, wheel: WheelMetadata, data: bytes) -> dict[str, object]:
    return {
        "file": file,
        "name": wheel.name,
        "version": wheel.version,
        "requires": list(wheel.requires),
        "wrong": list(wheel.wrong),
        "sha256": sha256(data),
    }
