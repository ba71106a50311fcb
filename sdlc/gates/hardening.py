"""
Is there anything in the product, or open, or on, that does not have to be?

**Why.** What is not there cannot be attacked. A dependency that nothing imports has vulnerabilities all the same; a
port that a library opens is reached like any other; a debug mode that is on as shipped stays on; a container with all
rights gives them to whoever breaks in.

**How it works.** Four parts, each with rules of its own (`sdlc explain HARD-…`, docs/hardening.md):

*Footprint.* What pyproject.toml (or the wheel) declares is compared with what the product's modules import, name as a
text, or start, by the metadata of what the build installed. A dependency without use and an import of what only
another distribution brought are findings. `allow_unused = ["name: reason"]` lets one stand.

*Ports.* What the threat model declares is compared with what the code shows and, where `start` names a command, with
what the started product opened: it runs in the sandbox for `start_seconds`, the sockets of its processes are read
from /proc, and it is ended. A port that is not declared, or at a wider address, is a finding.

*Defaults.* The files that `defaults` names (TOML, JSON, YAML, INI, `.env`, modules of Django and Flask) are read
setting by setting: debug modes, known passwords, secrets, open CORS, hosts, cookies, TLS. A finding names the
requirement of OWASP ASVS 5.0 that asks for it, where there is one.

*System.* Dockerfiles, compose files, Kubernetes manifests, units of systemd, sshd_config, sysctl.conf and nginx.conf.
`.sdlc/hardening.toml`, read from the base commit only, asks for more, or accepts one setting with a reason, an owner
and an end.

**How it can be wrong.** An import by a computed name is not seen. Defaults in code, and what an operator sets over
them, are not seen either. The product is started with what a fresh copy of the tree has: what it opens later, or with
another configuration, nobody saw; and a hostile product can hide it. Of an image only its Dockerfile is read.

**How to fix a finding.** Each says what to set, and where. `sdlc hardening guide` shows all of it as a page, and
`sdlc surface ports --firewall nftables` writes the rules that let in what is declared.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sdlc.errors import ToolError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.gates import attack_surface
from sdlc.gates.build import copy_tree
from sdlc.hardening.baseline import PATH
from sdlc.hardening.evidence import dump_seen
from sdlc.hardening.listening import Observed, dump_observed, watched
from sdlc.hardening.report import dump_tables
from sdlc.hardening.setting import dump_settings
from sdlc.inspecting.product_settings import declaring, defaults_of, footprint_of, system_files, system_of
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.hardening import NEEDS, Settings, judge
from sdlc.readings.replay import gathered
from sdlc.sandbox import watch_sockets
from sdlc.sandbox.confine import Level, Limits, clean_environment, confined, probe, product_path
from sdlc.tools import Tools
from sdlc.workspace import Workspace, protected

ID = "hardening"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
AFTERWARDS = 60
"""Seconds that a product may take to end, and Python to begin."""


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is nothing to harden."""
    if settings.defaults or settings.start or declaring(workspace) or system_files(workspace, settings.exclude):
        return None
    return "nothing is declared, no file says in which system it runs, and sdlc.toml names no defaults"


def run(workspace: Workspace, tools: Tools, settings: Settings, inputs: Mapping[str, RawArtifacts]) -> RawArtifacts:
    """Look at all four parts. Raises ToolError and UnreadableError."""
    build = inputs.get("build", {})
    defaults = defaults_of(workspace, settings.defaults)
    system = system_of(workspace, settings.exclude)
    seen, used, unread = footprint_of(workspace, build, settings.exclude, system.settings, settings.start)
    raw: dict[str, bytes] = {
        "footprint.json": dump_seen(seen),
        "defaults.json": dump_settings(defaults.settings),
        "system.json": dump_settings(system.settings),
        "problems.json": strict_json.dumps({**unread, **defaults.problems, **system.problems}),
        "context.json": dump_context(
            Context(files=tuple({*used.files, *defaults.files, *system.files, *declaring(workspace)}))
        ),
        "tools.json": dump_tools(()),
    }
    raw |= _surface(workspace, tools, settings, inputs)
    baseline = protected(workspace, tools, PATH)
    raw |= {"baseline.toml": baseline} if baseline is not None else {}
    if settings.start:
        raw["listening.json"] = dump_observed(_observe(workspace, tools, settings, build))
    judged = judge(gathered(ID, raw, inputs), settings)
    return raw | {"report.json": dump_tables(judged.tables)}


def _surface(
    workspace: Workspace, tools: Tools, settings: Settings, inputs: Mapping[str, RawArtifacts]
) -> dict[str, bytes]:
    """Surface and models, where the gate attack-surface has not answered: it may run in another job."""
    if attack_surface.ID in inputs:
        return {}
    raw = attack_surface.run(workspace, tools, attack_surface.Settings(exclude=settings.exclude), {})
    return {name: data for name, data in raw.items() if name == "surface.json" or name.startswith("models/")}


def _observe(workspace: Workspace, tools: Tools, settings: Settings, build: RawArtifacts) -> Observed:
    """Start the product in the sandbox and see what it opens."""

    nothing = Observed(settings.start, "", settings.start_seconds)
    if workspace.repository is not None:
        return replace(nothing, problem="the product of a base commit is not started")
    if "build.json" not in build:
        return replace(nothing, problem="the build did not answer, so there is nothing to start")
    python = workspace.python_of_product
    command = [str(python) if word == "python" else word for word in settings.start]
    with tempfile.TemporaryDirectory(prefix="sdlc-start-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        home = folder / "home"
        home.mkdir()
        tree = copy_tree(workspace, folder / "tree")
        level = probe(tools, tree)
        watch = [sys.executable, "-I", str(Path(watch_sockets.__file__)), str(settings.start_seconds)]
        watch += ["alone" if level is Level.NAMESPACE else "shared", *command]
        seconds = settings.start_seconds + AFTERWARDS
        try:
            done = tools.run(
                *confined(watch, level, Limits(cpu_seconds=seconds)),
                cwd=tree,
                timeout=seconds,
                env=clean_environment(home, PATH=product_path(python)),
            )
        except ToolError as error:
            return replace(nothing, sandbox=level.value, problem=f"it was not watched to its end: {error.message}")
    return watched(done.stdout, replace(nothing, sandbox=level.value))
