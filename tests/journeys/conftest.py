"""The release desk of a test."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.desk import ReleaseDesk, open_desk


@pytest.fixture
def release_desk(tmp_path: Path) -> ReleaseDesk:
    """Of its own for every test."""
    return open_desk(tmp_path)
