"""Of each known vulnerability of a component of its own: how far the product reaches into it. Reads, runs nothing."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sdlc.errors import SdlcError
from sdlc.model.finding import Finding
from sdlc.reaching.grades import Source
from sdlc.reaching.modules import modules_of, symbols_in
from sdlc.workspace import Workspace

MAX_LIBRARY = 20 * 1024 * 1024
MAX_FILES = 2000
UNKNOWN = "unknown"


def reached(
    findings: Iterable[Finding],
    workspace: Workspace,
    bom: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """One row for each of `findings` that is about a component of its own; `records` are OSV records."""
    wanted = [finding for finding in findings if finding.properties.get("component") and not finding.suppressed]
    if not wanted:
        return []
    source = Source(_sources(workspace))
    return [_row(finding, source, workspace, bom, records) for finding in wanted]


def _row(
    finding: Finding,
    source: Source,
    workspace: Workspace,
    bom: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    name, version = finding.properties["component"], finding.subject.rpartition("@")[2]
    about: dict[str, Any] = {"rule": finding.rule, "subject": finding.subject}
    modules = modules_of(workspace.installed, name, version)
    if not modules:
        why = "it is not in the build's environment, so nobody can tell which modules it gives"
        return {**about, "grade": UNKNOWN, "symbol": "", "path": [], "doubts": [why]}
    ids = set(finding.properties["aliases"].split(", "))
    meant = [record for record in records if str(record.get("id")) in ids]
    symbols = sorted({symbol for record in meant for symbol in symbols_in(record, modules)})
    found = source.reach(modules, symbols, _library(workspace.installed, modules) if symbols else {})
    others = [f"{other} requires it, and calls from there are not followed" for other in _dependents(name, bom)]
    row = {"grade": found.grade.value, "symbol": found.symbol, "path": list(found.path)}
    return {**about, **row, "doubts": [*others, *found.doubts]}


def _sources(workspace: Workspace) -> dict[str, bytes]:
    """A file that cannot be read is one that cannot be parsed: it becomes a doubt."""
    found = {}
    for path in workspace.python_files:
        try:
            found[path] = workspace.read(path)
        except SdlcError:
            found[path] = b"("
    return found


def _library(environment: Path, modules: Iterable[str]) -> dict[str, bytes]:
    """The Python sources of `modules`, as far as they are files of the environment; nothing when they are too many."""
    root, found, size = environment.resolve(), {}, 0
    for site in sorted(root.glob("lib*/python*/site-packages")):
        for module in modules:
            for path in sorted([site / f"{module}.py", *(site / module).rglob("*.py")]):
                try:
                    if not path.resolve().is_relative_to(root) or not stat.S_ISREG(path.lstat().st_mode):
                        continue
                    found[path.relative_to(site).as_posix()] = path.read_bytes()
                except (OSError, RuntimeError):
                    continue
                size += len(found[path.relative_to(site).as_posix()])
                if size > MAX_LIBRARY or len(found) > MAX_FILES:
                    return {}
    return found


def _dependents(name: str, bom: Mapping[str, Any]) -> list[str]:
    """The components, but for the product, that require `name`."""
    names = {str(row.get("bom-ref", "")): str(row["name"]) for row in bom.get("components", ())}
    edges = {str(row["ref"]): [names.get(ref, "") for ref in row.get("dependsOn", ())] for row in _rows(bom)}
    return sorted({names[ref] for ref, needed in edges.items() if ref in names and name in needed})


def _rows(bom: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(bom.get("dependencies", ()))
