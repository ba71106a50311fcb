"""What the change under test does to the rules that judge it: head against base, file by file."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sdlc import pipeline
from sdlc.activities.rules import FOLDER as RECORDS
from sdlc.commands.judges import POLICY, WAIVERS, Judges
from sdlc.config import FILE, load_config
from sdlc.credentials.revoked import PATH as REVOKED
from sdlc.credentials.revoked import Revocation, load_revocations
from sdlc.errors import SdlcError, UsageError
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.gates.workflows import FILES as WORKFLOWS
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult
from sdlc.policy.baseline import entry
from sdlc.policy.schema import Policy, load_policy
from sdlc.policy.waivers import Waiver, load_waivers
from sdlc.policy.weakening import (
    of_files,
    of_policy,
    of_revocations,
    of_rules,
    of_settings,
    of_suppressions,
    of_waivers,
    of_workflows,
)
from sdlc.policy.weaker_models import of_claims, of_models
from sdlc.policy.weaker_requirements import of_requirements
from sdlc.readings.attack_surface import components_of
from sdlc.readings.fuzz import of_base
from sdlc.requirements.model import LoadedRequirements, load_requirements
from sdlc.scanning.rules import OWN, is_pack, own_alone, own_packs
from sdlc.surface.item import load_surface
from sdlc.threats.load import LoadedModel, is_model, load_model
from sdlc.tools import Tools
from sdlc.workspace import Workspace, extract_base, protected

SUPPRESSIBLE = ("static-analysis", "secrets", "workflows")
COMPARED = (
    *("static-analysis", "secrets", "sbom", "vulnerabilities", "licenses", "workflows", "attack-surface"),
    "hardening",  # it starts the head's product, never the base's
)
"""Gates that run on the base commit's files as well; none of them executes the base's code."""

FILE_BY_FILE = ("static-analysis",)
"""Those of them that judge each file for itself: what they found in a file that did not change, the base has too."""


def compare(
    workspace: Workspace,
    tools: Tools,
    judges: Judges,
    planned: Mapping[str, tuple[str, ...]],
    results: Sequence[GateResult],
    store: Store,
    *,
    jobs: int,
) -> tuple[dict[str, tuple[str, ...]], tuple[Finding, ...]]:
    """What the base commit had already (entries of `policy.baseline`), by gate, and every weakening by the head.

    The base's findings are made anew from its files, never read from a file of the head.
    """
    with tempfile.TemporaryDirectory(prefix="sdlc-base-") as folder:
        base = extract_base(workspace, tools, Path(folder))
        chosen = {gate: needs for gate, needs in planned.items() if gate in COMPARED}
        before = _look_at_base(chosen, workspace, base, tools, judges.config.settings, results, store, jobs=jobs)
        prints = {result.gate: _fingerprints(result) for result in before} | replayed(results)
        weaker = _weakenings(workspace, base, tools, judges, results, before)
        return prints, weaker + _of_models(workspace, base, judges, results, store)


def _look_at_base(
    chosen: Mapping[str, tuple[str, ...]],
    workspace: Workspace,
    base: Workspace,
    tools: Tools,
    settings: Mapping[str, Any],
    results: Sequence[GateResult],
    store: Store,
    *,
    jobs: int,
) -> tuple[GateResult, ...]:
    """What the `chosen` gates find in the base, looking at no file a second time that the head left as it was."""
    same = {path for path in base.paths if _is_same(workspace, base, path)}
    small = replace(base, paths=tuple(path for path in base.paths if path not in same))
    narrowed = dict.fromkeys(FILE_BY_FILE, small)
    before = pipeline.run(chosen, base, tools, settings, store, jobs=jobs, narrowed=narrowed)
    found = {result.gate: result.reading.findings for result in results if result.gate in FILE_BY_FILE}
    return tuple(_with(result, found.get(result.gate, ()), same) for result in before)


def _is_same(workspace: Workspace, base: Workspace, path: str) -> bool:
    try:
        return workspace.exists(path) and workspace.read(path) == base.read(path)
    except SdlcError:
        return False


def _with(result: GateResult, found: Sequence[Finding], same: Collection[str]) -> GateResult:
    old = tuple(finding for finding in found if finding.place is not None and finding.place.path in same)
    return replace(result, reading=replace(result.reading, findings=(*result.reading.findings, *old)))


def replayed(results: Sequence[GateResult]) -> dict[str, tuple[str, ...]]:
    """What the base commit had of the gate fuzz, which asked it input by input when it ran."""
    return {result.gate: of_base(result.reading.findings) for result in results if result.gate == "fuzz"}


def _fingerprints(result: GateResult) -> tuple[str, ...]:
    return tuple(sorted(entry(f) for f in result.reading.findings if not f.suppressed))


def _weakenings(
    workspace: Workspace,
    base: Workspace,
    tools: Tools,
    judges: Judges,
    results: Sequence[GateResult],
    before: Sequence[GateResult],
) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if not judges.bootstrap:
        found += of_policy(judges.policy, _head_policy(workspace, POLICY), POLICY)
    found += of_waivers(judges.waivers, _head_waivers(workspace, WAIVERS), WAIVERS)
    found += of_revocations(_revoked(protected(workspace, tools, REVOKED)), _head_revoked(workspace), REVOKED)
    old = protected(workspace, tools, FILE)
    settings = judges.config.settings
    if old is not None:
        pyproject = protected(workspace, tools, "pyproject.toml")
        try:
            before_settings = load_config(old, pyproject=pyproject, folder=workspace.root.name).settings
        except UsageError:
            before_settings = settings  # what could not be read was never in force
        found += of_settings(before_settings, settings, FILE)
    harnesses = f"{settings['fuzz'].folder}/"
    proofs = {harnesses: "the harness or stored input", RECORDS: "the record"}
    found += of_files(base.paths, workspace.paths, proofs)
    found += of_rules(_rules(own_packs(workspace, tools)), _rules(_head_packs(workspace)), OWN)
    asked = settings["requirements"].file
    found += of_requirements(_requirements(base, asked), _requirements(workspace, asked))
    found += of_workflows(_workflows(base), _workflows(workspace))
    found += of_suppressions(_findings(before), _findings(results))
    return tuple(found)


def _of_models(
    workspace: Workspace, base: Workspace, judges: Judges, results: Sequence[GateResult], store: Store
) -> tuple[Finding, ...]:
    """What the head's threat models ask less than the base's; of claims only where the surface was read."""
    settings = judges.config.settings["attack-surface"]
    old, new = _models(base, settings.folder), _models(workspace, settings.folder)
    found = of_models(old, new)
    for result in results:
        if result.gate == "attack-surface" and "surface.json" in result.raw:
            items = load_surface(store.get(result.raw["surface.json"])).items
            before, after = ([one for loaded in models for one in components_of(loaded)] for models in (old, new))
            found += of_claims(items, before, after)
    return found


def _models(workspace: Workspace, folder: str) -> tuple[LoadedModel, ...]:
    found = []
    for path in workspace.matching(f"{folder}/*.yaml", f"{folder}/*.yml"):
        try:
            if is_model(path, folder):
                found.append(load_model(workspace.read(path), path=path))
        except SdlcError:
            continue  # the gate says so; and what the head cannot read asks for nothing
    return tuple(found)


def _requirements(workspace: Workspace, path: str) -> LoadedRequirements | None:
    try:
        return load_requirements(workspace.read(path), path=path) if workspace.exists(path) else None
    except SdlcError:
        return None  # the gate says so; and what the head cannot read asks for nothing


def _workflows(workspace: Workspace) -> dict[str, bytes]:
    found = {}
    for path in (path for path in workspace.paths if WORKFLOWS.fullmatch(path)):
        try:
            found[path] = workspace.read(path)
        except SdlcError:
            continue  # a link out of the tree is no workflow; the gate says so
    return found


def _head_packs(workspace: Workspace) -> dict[str, bytes]:
    try:
        return {path: workspace.read(path) for path in workspace.paths if is_pack(path)}
    except SdlcError:
        return {}  # what cannot be read will hold nobody to anything


def _rules(packs: Mapping[str, bytes]) -> dict[str, object]:
    try:
        rules = strict_json.loads_object(own_alone(packs.items()), what="rules")["rules"]
    except SdlcError:
        return {}  # the gate of the base, or of the next change, says that they are malformed
    return {str(rule["id"]): rule for rule in rules}


def _head_policy(workspace: Workspace, path: str) -> Policy | None:
    try:
        return load_policy(workspace.read(path), path) if workspace.exists(path) else None
    except SdlcError:
        return None


def _head_waivers(workspace: Workspace, path: str) -> tuple[Waiver, ...]:
    """A file that cannot be read waives nothing; the check of the next commit will say so."""
    try:
        return load_waivers(workspace.read(path), path) if workspace.exists(path) else ()
    except SdlcError:
        return ()


def _head_revoked(workspace: Workspace) -> dict[str, Revocation]:
    return _revoked(workspace.read(REVOKED) if workspace.exists(REVOKED) else None)


def _revoked(data: bytes | None) -> dict[str, Revocation]:
    try:
        return load_revocations(data) if data is not None else {}
    except SdlcError:
        return {}  # the gate itself says that it cannot be read


def _findings(results: Sequence[GateResult]) -> list[Finding]:
    """What a comment may suppress; a credential whose revocation is recorded needs none."""
    findings = (finding for result in results if result.gate in SUPPRESSIBLE for finding in result.reading.findings)
    return [finding for finding in findings if "revoked" not in finding.properties]
