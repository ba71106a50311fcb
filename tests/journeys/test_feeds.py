"""A repository whose feed is missing, emptied, stale or unreadable: four reasons, and never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import commit, run_sdlc

POLICY = """\
schema = "sdlc.policy/1"
id = "p"
[[rules]]
id = "no-known-vulnerability"
type = "required"
gate = "vulnerabilities"
"""
SETTINGS = """\
schema = "sdlc/1"
[gates.sbom]
requirements = ["requirements.txt"]
[gates.vulnerabilities]
feed = "advisories"
max_age = 30
"""
LOCK = "h11==0.16.0 --hash=sha256:" + "a" * 64 + "\n"
RECORD = {
    "id": "DEMO-1",
    "modified": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "h11"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.15"}]}],
        }
    ],
}
FRESH = {"schema": "sdlc.feed/1", "name": "demo", "published": "2999-01-01T00:00:00Z"}
"""Of a day after whatever day this test runs on: only its age against the commit counts here."""


def check(root: Path) -> tuple[int, dict[str, Any]]:
    done = run_sdlc("check", "--gate", "vulnerabilities", "--format", "json", cwd=root)
    assert "Traceback" not in done.stderr
    (gate,) = [one for one in json.loads(done.stdout)["gates"] if one["id"] == "vulnerabilities"]
    return done.returncode, gate


@pytest.fixture
def product(repository: Callable[..., Path]) -> Path:
    return repository(
        {
            "requirements.txt": LOCK,
            "sdlc.toml": SETTINGS,
            ".sdlc/policy.toml": POLICY,
            ".gitignore": ".sdlc/out/\n",
            "advisories/feed.json": json.dumps(FRESH),
            "advisories/DEMO-1.json": json.dumps(RECORD),
        }
    )


def test_a_feed_that_answers_passes(product: Path) -> None:
    code, gate = check(product)
    assert gate["outcome"] == "passed", gate
    assert code == 0


def test_four_reasons_and_none_of_them_passes(product: Path) -> None:
    record = product / "advisories" / "DEMO-1.json"
    said = {}
    commit(product, {"advisories/feed.json": json.dumps({**FRESH, "published": "2020-01-01T00:00:00Z"})})
    said["feed-stale"] = check(product)
    commit(product, {"advisories/DEMO-1.json": '{"id": '})
    said["feed-unreadable"] = check(product)
    record.unlink()
    said["feed-empty"] = check(product)
    (product / "advisories").rename(product / "elsewhere")
    said["feed-missing"] = check(product)
    for reason, (code, gate) in said.items():
        assert code == 4, (reason, gate)
        assert gate["outcome"] == "error", (reason, gate)
        assert f"[{reason}]" in gate["sentence"], (reason, gate)
    assert len({gate["sentence"] for _, gate in said.values()}) == 4
