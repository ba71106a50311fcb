"""Our SBOM, as syft reads it: every component with its package URL comes out again in another form."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY
from fakes.boms import rich_bom

SYFT = REPOSITORY / ".interop" / "syft"
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not SYFT.exists(), reason="syft is not installed: make interop installs it"),
]


def converted(path: Path, form: str) -> Any:
    """The document at `path` as syft writes it in `form`."""
    words = [str(SYFT), "convert", str(path), "-o", form]
    offline = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run(words, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_component_and_edge_of_cyclonedx_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bom.cdx.json"
    path.write_bytes(rich_bom())
    read = converted(path, "syft-json")
    purls = {row["purl"]: row["id"] for row in read["artifacts"]}
    assert {"pkg:pypi/h11@0.16.0", "pkg:pypi/idna@3.10", "pkg:pypi/six@1.16.0"} <= set(purls)
    edges = {(row["parent"], row["child"]) for row in read["artifactRelationships"]}
    assert (purls["pkg:pypi/idna@3.10"], purls["pkg:pypi/h11@0.16.0"]) in edges


def test_what_is_no_sbom_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bom.cdx.json"
    path.write_bytes(rich_bom().replace(b'"CycloneDX"', b'"Other"'))
    done = subprocess.run([str(SYFT), "convert", str(path), "-o", "syft-json"], capture_output=True, check=False)
    assert done.returncode != 0
