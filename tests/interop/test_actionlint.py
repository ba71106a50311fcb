"""Our workflows, as a linter of somebody else reads them."""

from __future__ import annotations

import subprocess

import pytest
from conftest import REPOSITORY

ACTIONLINT = REPOSITORY / ".interop" / "actionlint"
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not ACTIONLINT.exists(), reason="actionlint is not installed: make interop installs it"),
]


def test_it_has_nothing_to_say() -> None:
    assert WORKFLOWS
    done = subprocess.run(
        [str(ACTIONLINT), "-oneline", *map(str, WORKFLOWS)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    said = done.stdout.splitlines()
    # Actions and workflows of the same repository and commit are newer than this version of the linter.
    newer = ('specifying action "$/.github/actions/', 'reusable workflow call "$/.github/workflows/')
    assert [line for line in said if not any(text in line for text in newer)] == [], done.stdout
