"""Our SBOM, as the validator of the CycloneDX project for JavaScript reads it: strictly, with its own schemas."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import REPOSITORY
from fakes.boms import rich_bom, rich_document

from sdlc.inventory.cyclonedx import recast
from sdlc.inventory.linked import support_status, vulnerability_report
from sdlc.inventory.rows import load_inventory

FOLDER = REPOSITORY / ".interop" / "node"
PROGRAM = FOLDER / "sbom_validator.mjs"
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not PROGRAM.exists(), reason="the validator is not installed: make interop installs it"),
]


def said_of(*documents: tuple[str, str]) -> list[list[dict[str, Any]] | None]:
    """None for a valid (version such as ``v1dot6``, text), else its errors."""
    done = subprocess.run(
        ["node", str(PROGRAM)], cwd=FOLDER, input=json.dumps(documents), capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


def test_it_accepts_our_documents_and_can_say_no() -> None:
    wrong = rich_document()
    wrong["components"][0]["type"] = "nothing"
    inventory, at = load_inventory(rich_bom(), what="bom"), datetime(2026, 6, 1, tzinfo=UTC)
    linked = vulnerability_report(inventory, rich_bom(), (), {}, at), support_status(inventory, rich_bom(), None, at)[0]
    newer = recast(rich_bom(), "1.7", what="bom")[0].decode()
    ours = [("v1dot6", text.decode()) for text in (rich_bom(), *linked)]
    *valid, refused = said_of(*ours, ("v1dot7", newer), ("v1dot6", json.dumps(wrong)))
    assert valid == [None] * 4
    assert refused
    assert refused[0]["instancePath"] == "/components/0/type"
