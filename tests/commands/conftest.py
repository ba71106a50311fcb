"""The desk on which commands about a release are typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.release_desk import Desk


@pytest.fixture
def desk(repository: Callable[..., Path], tmp_path: Path) -> Desk:
    root = repository({"router.py": "x = 1\n", ".gitignore": ".sdlc/out/\n"})
    made = Desk(root, tmp_path / "side")
    made.check()
    return made
