"""Our own workflow files under zizmor's strictest eye; nothing is excused by configuration."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import REPOSITORY

ZIZMOR = Path(sys.executable).parent / "zizmor"


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
