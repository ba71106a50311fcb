"""Advisories, a product beside a feed of them, and what the gate answers about an SBOM."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes.tools import FakeTools

from sdlc.gates import vulnerabilities
from sdlc.model.result import Context, RawArtifacts, Reading
from sdlc.readings import vulnerabilities as reading
from sdlc.tools import LocalTools
from sdlc.workspace import Workspace, open_workspace

Repository = Callable[..., Path]
NO_TOOLS = FakeTools(lambda argv, cwd: b"")
FEED = vulnerabilities.Settings(feed="advisories", upgrades="off")
INFO = {"schema": "sdlc.feed/1", "name": "test feed", "published": "2026-05-01T00:00:00Z"}
V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"


def record(identifier: str = "DEMO-1", name: str = "h11", fixed: str = "0.16.0", **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    return {
        "id": identifier,
        "modified": "2026-04-01T00:00:00Z",
        "summary": "It leaks.",
        "severity": [{"type": "CVSS_V3", "score": V3}],
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}],
        **more,
    }


def sbom_of(**versions: str) -> RawArtifacts:
    components = [{"name": n, "version": v, "purl": f"pkg:pypi/{n}@{v}"} for n, v in versions.items()]
    pins = [{"name": n, "version": v, "line": 7, "hashes": [], "marker": ""} for n, v in versions.items()]
    return {
        "bom.cdx.json": json.dumps({"components": components}).encode(),
        "lock.json": json.dumps({"files": [{"path": "requirements.txt", "pins": pins}]}).encode(),
    }


def product(repository: Repository, *records: Any, info: Any = INFO, **files: str | bytes) -> Workspace:
    feed: dict[str, str | bytes] = {f"advisories/{n}.json": json.dumps(one) for n, one in enumerate(records)}
    if info is not None:
        feed["advisories/feed.json"] = json.dumps(info)
    return open_workspace(repository({"README.md": "box", **feed, **files}), LocalTools(dict(os.environ)))


def answer(workspace: Workspace, sbom: RawArtifacts, settings: vulnerabilities.Settings = FEED) -> Reading:
    raw = vulnerabilities.run(workspace, NO_TOOLS, settings, {"sbom": sbom})
    return reading.read({**raw, **{f"sbom/{name}": data for name, data in sbom.items()}}, settings, Context())
