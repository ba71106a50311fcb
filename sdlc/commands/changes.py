"""What the change under test does to the rules that judge it: head against base, file by file."""

from __future__ import annotations

from collections.abc import Sequence

from sdlc.config import FILE, Config, load_config
from sdlc.credentials.revoked import PATH as REVOKED
from sdlc.credentials.revoked import Revocation, load_revocations
from sdlc.errors import SdlcError, UsageError
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult
from sdlc.policy.schema import Policy, load_policy
from sdlc.policy.waivers import Waiver, load_waivers
from sdlc.policy.weakening import of_files, of_policy, of_revocations, of_settings, of_suppressions, of_waivers
from sdlc.tools import Tools
from sdlc.workspace import Workspace, protected

SUPPRESSIBLE = ("static-analysis", "secrets")


def weakenings(
    workspace: Workspace,
    base: Workspace,
    tools: Tools,
    config: Config,
    policy: Policy | None,
    waivers: tuple[Waiver, ...],
    results: Sequence[GateResult],
    before: Sequence[GateResult],
    paths: tuple[str, str],
) -> tuple[Finding, ...]:
    """Every weakening that the head brings against `base`; `policy` (None: bootstrap) and `waivers` are the base's.

    `paths` are those of policy and waivers; `results` and `before` what the gates found in head and base.
    """
    policy_path, waivers_path = paths
    found: list[Finding] = []
    if policy is not None:
        found += of_policy(policy, _head_policy(workspace, policy_path), policy_path)
    found += of_waivers(waivers, _head_waivers(workspace, waivers_path), waivers_path)
    found += of_revocations(_revoked(protected(workspace, tools, REVOKED)), _head_revoked(workspace), REVOKED)
    old = protected(workspace, tools, FILE)
    if old is not None:
        pyproject = protected(workspace, tools, "pyproject.toml")
        try:
            settings = load_config(old, pyproject=pyproject, folder=workspace.root.name).settings
        except UsageError:
            settings = config.settings  # what could not be read was never in force
        found += of_settings(settings, config.settings, FILE)
    harnesses = f"{config.settings['fuzz'].folder}/"
    found += of_files(base.paths, workspace.paths, {harnesses: "the harness or stored input"})
    found += of_suppressions(_findings(before), _findings(results))
    return tuple(found)


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
