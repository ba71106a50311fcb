"""Our own workflow files under zizmor's strictest eye; nothing is excused by configuration."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

ZIZMOR = Path(sys.executable).parent / "zizmor"


CHECK_JSONSCHEMA = Path(sys.executable).parent / "check-jsonschema"


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [("github-workflows", ".github/workflows/*.yml"), ("github-actions", ".github/actions/*/action.yml")],
)
def test_the_files_are_what_their_schemas_say(schema: str, pattern: str) -> None:
    files = sorted(str(path) for path in REPOSITORY.glob(pattern))
    assert files
    words = [str(CHECK_JSONSCHEMA), "--builtin-schema", f"vendor.{schema}", *files]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_as_an_auditor() -> None:
    words = ["--offline", "--quiet", "--no-config", "--persona=auditor", "--format=json-v1", "--no-exit-codes"]
    done = subprocess.run(
        [str(ZIZMOR), *words, "--strict-collection", ".github", "action.yml"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [(row["ident"], row["locations"][0]["symbolic"]["annotation"]) for row in json.loads(done.stdout)] == []
