"""
Does the code let in, and do, exactly what the threat model says, and nothing more?

**Why.** A route that nobody modelled has no threats, no controls and no tests. It comes with an ordinary change, and
the model stays as green as before. So the surface is read from the code on every run, and all of it needs a claim.

**How it works.** All Python files of the product are parsed, none is executed. Out come entry points (`http:GET /a/{}`,
`ws:`, `grpc:`, `celery:`, `dicom-scp:`, `listen:tcp/8000`, `cli:`, `file:zip`) with the guard, address and TLS that
were seen, and capabilities (`exec:`, `deser:`, `outbound:`, `env:`, …). Listeners and privileges also come from
Dockerfiles, compose files, Kubernetes manifests and units of systemd, where they lie in the product. Each is compared
with `components.<id>.surface` of `threat_models/*.yaml` of the component whose `code` globs own the file. A claim is a
pattern: `*` within a segment, `**` anything. Where it says nothing of `bind`, only loopback is claimed. Keys hold no
file, line or function name: a change that moves, renames or reformats brings nothing new. Tests, migrations, vendored
and generated files are left out and counted, unless the product imports them.

**How it can be wrong.** Routes that are made at run time from data are `unresolved`: shown, and blocking only where
the component's `exposure` is `external`. A framework that is imported and not understood is shown in the same way.
A guard is known by its name or by what it does; that it guards well is for tests to show. Other languages, and
addresses that an operator configures over the defaults of the code, are not seen; a Helm template is no YAML, and is
shown as unresolved.

With `--since`, a change that takes threats, controls, boundaries or claims away is a weakening (TM406) and blocks in a
row of its own.

**How to fix a finding.** TM401, TM409: write the claim that the finding shows into the model, with the guard that you
intend, or remove the route. TM402: remove the claim. TM403: mend the code or the claim. TM404, TM408: draw the data
flow. TM405: use constants, or claim the key as it is shown. TM407: add the file to the component's `code`. TM901: start
a model with `sdlc init`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdlc.errors import IncompleteError
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.attack_surface import NEEDS, Settings
from sdlc.surface.deployment import is_deployment
from sdlc.surface.extract import Extracted, extract
from sdlc.surface.item import dump_surface
from sdlc.threats.load import is_model
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "attack-surface"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is no surface to judge."""
    if _models(workspace, settings):
        return None
    if not any(path.endswith(".py") for path in workspace.paths):
        return f"there is no {settings.folder}/*.yaml, and no Python file"
    found = _extract(workspace, settings).surface
    if found.unparsed or any(item.is_entry for item in found.items):
        return None
    return f"there is no {settings.folder}/*.yaml, and {found.files} files have no entry point"


def run(
    workspace: Workspace,
    tools: Tools,  # noqa: ARG001 - the shape of a gate
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],  # noqa: ARG001 - the shape of a gate
) -> RawArtifacts:
    """The surface of the files, and the models as they are."""
    raw = {
        f"models/{path.removeprefix(settings.folder + '/')}": workspace.read(path)
        for path in _models(workspace, settings)
    }
    found = _extract(workspace, settings)
    raw["surface.json"] = dump_surface(found.surface)
    raw["context.json"] = dump_context(Context(files=found.files))
    raw["tools.json"] = dump_tools(())
    return raw


def _models(workspace: Workspace, settings: Settings) -> tuple[str, ...]:
    found = workspace.matching(f"{settings.folder}/*.yaml", f"{settings.folder}/*.yml")
    return tuple(path for path in found if is_model(path, settings.folder))


def _extract(workspace: Workspace, settings: Settings) -> Extracted:
    files: dict[str, bytes] = {}
    unread: dict[str, str] = {}
    for path in workspace.paths:
        if path.endswith(".py") or path == "pyproject.toml" or is_deployment(path):
            try:
                files[path] = workspace.read(path)
            except IncompleteError as error:
                unread[path] = error.message
    return extract(files, frozenset(workspace.paths), settings.exclude, unread)
