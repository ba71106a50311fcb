"""Where rules come from: those of the toolkit, in its package, and those of a product, in its base commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import sdlc
from sdlc.errors import ToolError
from sdlc.formats import strict_json
from sdlc.formats.rule_catalogue import load_rules
from sdlc.formats.rule_packs import compile_packs, dump_compiled, load_flows
from sdlc.tools import Tools
from sdlc.workspace import Workspace, protected_files

OWN = ".sdlc/rules/"
"""Where a product keeps packs of its own rules, `*.yaml`; what changes them counts only after the merge."""


def rules_folder() -> Path:
    """The folder of our rules: inside the installed package, or beside it in a checkout. Raises ToolError."""
    package = Path(sdlc.__file__).parent
    for folder in (package, package.parent):
        if (folder / "rules" / "compiled" / "python.json").is_file():
            return folder / "rules"
    raise ToolError("the rules of static-analysis are missing", hint="install secure-sdlc again")


def compiled_rules() -> Path:
    """Our rules in the one file that semgrep loads. Raises ToolError."""
    return rules_folder() / "compiled" / "python.json"


def own_packs(workspace: Workspace, tools: Tools) -> dict[str, bytes]:
    """The packs of the product in its base commit, by path."""
    files = protected_files(workspace, tools, OWN)
    return {path: data for path, data in files.items() if is_pack(path)}


def is_pack(path: str) -> bool:
    """Whether `path`, relative to the product, is a pack of its own rules: a YAML file right in that folder."""
    name = path.removeprefix(OWN)
    return path.startswith(OWN) and "/" not in name and name.endswith((".yaml", ".yml"))


def with_own(packs: Iterable[tuple[str, bytes]]) -> bytes:
    """Our rules and those of `packs` (path, text) in one file. Raises UsageError when a pack is malformed."""
    ours = strict_json.loads_object(compiled_rules().read_bytes(), what="the compiled rules")["rules"]
    own = compile_packs(packs, our_flows(), taken=[rule["id"] for rule in ours])
    return dump_compiled([*ours, *own])


def our_flows() -> dict[str, list[object]]:
    """The sources, sanitizers and sinks that our rules share, which other rules may name as well."""
    paths: Sequence[Path] = sorted((rules_folder() / "flows").glob("*.yaml"))
    return load_flows((f"rules/flows/{path.name}", path.read_bytes()) for path in paths)


def own_alone(packs: Iterable[tuple[str, bytes]]) -> bytes:
    """The rules of `packs` (path, text) and no others, in one file. Raises UsageError when a pack is malformed."""
    taken = [rule.id for rule in load_rules(compiled_rules().read_bytes())]
    return dump_compiled(compile_packs(packs, our_flows(), taken=taken))
