"""What a change is judged by: policy and waivers of the base commit, settings of the head."""

from __future__ import annotations

from dataclasses import dataclass

from sdlc.config import FILE, Config, load_config
from sdlc.errors import UsageError
from sdlc.evidence.store import Store
from sdlc.model.digest import Digest
from sdlc.policy.schema import BUILT_IN, Policy, Profile, load_policy
from sdlc.policy.waivers import Waiver, load_waivers
from sdlc.tools import Tools
from sdlc.workspace import Workspace, protected

POLICY = ".sdlc/policy.toml"
WAIVERS = ".sdlc/waivers.toml"
NO_WAIVERS = b'schema = "sdlc.waivers/1"\n'


@dataclass(frozen=True)
class Judges:
    """`config` is the head's; `policy` and `waivers` are the base's, and their texts lie in the store."""

    config: Config
    policy: Policy
    policy_digest: Digest
    bootstrap: bool
    waivers: tuple[Waiver, ...]
    waivers_digest: Digest | None


def judges_of(workspace: Workspace, tools: Tools, store: Store, profile: Profile) -> Judges:
    """Who judges `workspace`; raises UsageError for a file that is none, and for a release without a policy."""
    config = configure(workspace)
    text, policy, bootstrap = _policy(workspace, tools, profile)
    policy_digest = store.put(text)
    waivers_text = protected(workspace, tools, WAIVERS)
    return Judges(
        config=config,
        policy=policy,
        policy_digest=policy_digest,
        bootstrap=bootstrap,
        waivers=load_waivers(waivers_text, f"{WAIVERS} of {workspace.base[:12]}") if waivers_text is not None else (),
        waivers_digest=store.put(waivers_text) if waivers_text is not None else None,
    )


@dataclass(frozen=True)
class Proposed:
    """What the head would put into the place of its judges, as texts in the store; None: it leaves them as they are."""

    policy: Digest | None = None
    waivers: Digest | None = None


def proposed_by(workspace: Workspace, tools: Tools, store: Store) -> Proposed:
    """The head's policy and waivers, where they are not the base's; a removed one is what would then apply."""
    return Proposed(
        _changed(workspace, tools, store, POLICY, BUILT_IN), _changed(workspace, tools, store, WAIVERS, NO_WAIVERS)
    )


def _changed(workspace: Workspace, tools: Tools, store: Store, path: str, otherwise: bytes) -> Digest | None:
    head = workspace.read(path) if workspace.exists(path) else None
    if head == protected(workspace, tools, path):
        return None
    return store.put(head if head is not None else otherwise)


def configure(workspace: Workspace) -> Config:
    """The settings of the work tree."""
    data = workspace.read(FILE) if workspace.exists(FILE) else None
    pyproject = workspace.read("pyproject.toml") if workspace.exists("pyproject.toml") else None
    return load_config(data, pyproject=pyproject, folder=workspace.root.name)


def _policy(workspace: Workspace, tools: Tools, profile: Profile) -> tuple[bytes, Policy, bool]:
    text = protected(workspace, tools, POLICY)
    if text is not None:
        return text, load_policy(text, f"{POLICY} of {workspace.base[:12]}"), False
    if profile == "release":
        raise UsageError(
            f"{POLICY} is not in the base commit {workspace.base[:12]}; a release needs a policy of its own",
            hint=f"commit a {POLICY} (docs/policy.md), then run the same command again",
        )
    return BUILT_IN, load_policy(BUILT_IN, "built-in policy"), True
