"""Every sample application runs, and what is extracted from its source is what its framework says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sdlc.surface.extract import extract
from sdlc.surface.item import Item

SAMPLES = Path(__file__).parents[1] / "samples" / "attack-surface"
GUARDS = {
    "flask": {
        "http:POST /upload": "signed_in",
        "http:GET /": "none",
        "http:GET /api/v2/patients/{}/notes": "require_token",
        "http:GET /reports/{}.{}": "none",
    },
    "fastapi": {
        "http:GET /health": "none",
        "http:POST /api/v1/patients": "current_user",
        "http:GET /api/v1/patients": "none",
        "http:GET /api/v1/studies/{}": "check_key",
        "http:POST /internal/reload": "current_user",
        "http:GET /docs": "none",
    },
    "starlette": {"http:DELETE /api/patients/{}": "requires", "http:GET /": "none", "ws:/api/patients/{}/live": "none"},
    "aiohttp": {"http:* /any/{}": "none", "http:GET /reports/{}": "none"},
    "tornado": {
        "http:POST /": "authenticated",
        "http:GET /": "none",
        "http:DELETE /api/v1/patients/{}": "prepare",
        "http:PUT /studies/{}": "none",
        "ws:/live": "none",
    },
    "sanic": {
        "http:POST /v1/admin/reload": "require_admin",
        "http:POST /api/patients/{}/notes": "token_required",
        "http:DELETE /study/{}": "token_required",
        "http:GET /study/{}": "none",
        "ws:/live/{}": "none",
    },
    "falcon": {
        "http:POST /api/patients": "check_token",
        "http:GET /api/patients": "none",
        "http:PUT /reports/{}-{}": "check_token",
        "ws:/live/{}": "none",
        "http:* /legacy/{}": "unknown",
    },
    "bottle": {"http:DELETE /patients/{}": "login_required", "http:GET /": "unknown", "http:PUT /old/{}": "unknown"},
    "pyramid": {
        "http:POST /upload": "permission",
        "http:* /": "none",
        "http:GET /meta/version": "none",
        "http:DELETE /api/v1/patients/{}": "permission",
    },
    "cherrypy": {
        "http:* /clinic/reports/latest": "signed_in",
        "http:POST /clinic/upload": "none",
        "http:DELETE /api/studies": "none",
    },
    "litestar": {
        "http:GET /api/v1/version": "must_be_signed_in",
        "http:GET /api/v1/patients": "none",
        "http:POST /api/v1/patients": "must_be_signed_in",
        "ws:/live": "none",
    },
    "grpc": {"grpc:clinic.v1.Ward/Admit": "check_token", "grpc:clinic.v1.Studies/Fetch": "none"},
    "celery": {"celery:reports.print": "none", "celery:clinic.tasks.clean": "none"},
    "django": {
        "http:POST /upload/": "login_required",
        "http:* /": "none",
        "http:GET /wards/{}/": "LoginRequiredMixin",
        "http:DELETE /api/studies/{}/": "IsAuthenticated",
        "http:GET /api/studies/recent/": "none",
        "http:POST /api/reports/": "none",
        "http:GET /patients/": "IsAuthenticated",
        "http:PATCH /patients/{}/": "IsAuthenticated",
    },
}


def extracted(folder: Path) -> tuple[Item, ...]:
    paths = [p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if "__pycache__" not in p.parts]
    files = {path: (folder / path).read_bytes() for path in paths if path.endswith(".py") and path != "routes.py"}
    surface = extract(files, frozenset(paths)).surface
    assert not surface.unparsed
    return surface.items


@pytest.mark.parametrize("framework", sorted(GUARDS))
def test_the_routes_are_those_of_the_framework(framework: str) -> None:
    folder = SAMPLES / framework
    done = subprocess.run([sys.executable, "-B", "routes.py"], cwd=folder, capture_output=True, timeout=60, check=True)
    theirs = set(json.loads(done.stdout))
    ours = {item.key for item in extracted(folder) if item.kind in ("http", "ws", "grpc", "celery")}
    assert ours == theirs
    assert len(theirs) >= (8 if framework not in ("grpc", "celery") else 4)


@pytest.mark.parametrize("framework", sorted(GUARDS))
def test_guards_are_seen_and_nothing_is_unresolved(framework: str) -> None:
    items = extracted(SAMPLES / framework)
    guards = {item.key: item.guard for item in items}
    assert {key: guards.get(key) for key in GUARDS[framework]} == GUARDS[framework]
    assert [item.key for item in items if item.unresolved] == []
