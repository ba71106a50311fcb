"""What the change under test does to the rules that judge it: head against base, file by file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sdlc import pipeline
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
from sdlc.readings.fuzz import of_base
from sdlc.scanning.rules import OWN, is_pack, own_alone, own_packs
from sdlc.tools import Tools
from sdlc.workspace import Workspace, extract_base, protected

SUPPRESSIBLE = ("static-analysis", "secrets", "workflows")
COMPARED = ("static-analysis", "secrets", "sbom", "vulnerabilities", "workflows")
"""Gates that run on the base commit's files as well; none of them executes the base's code."""


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
    """Fingerprints of what the base commit had already, by gate, and every weakening that the head brings.

    The base's findings are made anew from its files, never read from a file of the head.
    """
    with tempfile.TemporaryDirectory(prefix="sdlc-base-") as folder:
        base = extract_base(workspace, tools, Path(folder))
        chosen = {gate: needs for gate, needs in planned.items() if gate in COMPARED}
        before = pipeline.run(chosen, base, tools, judges.config.settings, store, jobs=jobs)
        prints = {result.gate: _fingerprints(result) for result in before} | replayed(results)
        return prints, _weakenings(workspace, base, tools, judges, results, before)


def replayed(results: Sequence[GateResult]) -> dict[str, tuple[str, ...]]:
    """What the base commit had of the gate fuzz, which asked it input by input when it ran."""
    return {result.gate: of_base(result.reading.findings) for result in results if result.gate == "fuzz"}


def _fingerprints(result: GateResult) -> tuple[str, ...]:
    return tuple(sorted(f.fingerprint for f in result.reading.findings if not f.suppressed))


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
    found += of_files(base.paths, workspace.paths, {harnesses: "the harness or stored input"})
    found += of_rules(_rules(own_packs(workspace, tools)), _rules(_head_packs(workspace)), OWN)
    found += of_workflows(_workflows(base), _workflows(workspace))
    found += of_suppressions(_findings(before), _findings(results))
    return tuple(found)


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
