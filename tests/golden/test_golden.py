"""Bundles of every version are verified by this one, with the answer of their own time (`make.py` writes them)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sdlc import __version__
from sdlc.release.verification import verification_to_json
from sdlc.release.verify import verify
from sdlc.signing.trust_json import load_trust

FOLDER = Path(__file__).parent
VERSIONS = sorted(path.name for path in FOLDER.iterdir() if (path / "release.evidence.zip").exists())
AT = datetime(2026, 6, 2, tzinfo=UTC)
LATER = datetime(2036, 6, 2, tzinfo=UTC)


def answer(folder: Path, at: datetime) -> dict[str, Any]:
    """What this version says of the bundle in `folder`."""
    trust = load_trust((folder / "trust.json").read_bytes(), what="trust.json")
    return dict(verification_to_json(verify((folder / "release.evidence.zip").read_bytes(), trust, at=at)))


def test_this_version_has_a_bundle() -> None:
    assert __version__ in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_bundle_is_read_as_ever(version: str) -> None:
    expected = json.loads((FOLDER / version / "verification.json").read_text())
    said = answer(FOLDER / version, AT)
    if version == __version__:
        assert said == expected, "the page or its viewer changed: python tests/golden/make.py"
    assert _beside_the_page(said) == _beside_the_page(expected)
    assert expected["ok"]


def _beside_the_page(said: dict[str, Any]) -> dict[str, Any]:
    """An answer without what it says of `report.html`: a later version draws another page, which is no failure."""
    notes = [note for note in said["notes"] if not note.startswith("report.html was drawn by")]
    steps = [{**step, "sentence": step["sentence"].removesuffix("; the page shows the same")} for step in said["steps"]]
    return {**said, "notes": notes, "steps": steps}


@pytest.mark.parametrize("version", VERSIONS)
def test_ten_years_later_an_audit_says_that_it_was_valid(version: str) -> None:
    late = answer(FOLDER / version, LATER)
    assert late["ok"]
    assert any("was valid when signed" in note for note in late["notes"])
