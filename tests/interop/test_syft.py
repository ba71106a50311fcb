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

from sdlc.inventory.cyclonedx import recast
from sdlc.inventory.rows import load_inventory
from sdlc.inventory.spdx import to_spdx

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


def test_the_newer_version_and_spdx_are_read_alike(tmp_path: Path) -> None:
    inventory = load_inventory(rich_bom(), what="bom")
    (tmp_path / "bom.cdx.json").write_bytes(recast(rich_bom(), "1.7", what="bom")[0])
    (tmp_path / "bom.spdx.json").write_bytes(to_spdx(inventory, created="2026-06-01T12:00:00Z")[0])
    expected = {item.purl for item in inventory.every}
    for name in ("bom.cdx.json", "bom.spdx.json"):
        read = converted(tmp_path / name, "syft-json")
        assert {row["purl"] for row in read["artifacts"]} == expected, name
        versions = {row["name"]: row["version"] for row in read["artifacts"]}
        assert (versions["h11"], versions["libtiff"]) == ("0.16.0", "4.7.2")
        licenses = {row["name"]: [one["value"] for one in row["licenses"]] for row in read["artifacts"]}
        assert licenses["h11"] == ["MIT"]


def test_what_is_no_sbom_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bom.cdx.json"
    path.write_bytes(rich_bom().replace(b'"CycloneDX"', b'"Other"'))
    done = subprocess.run([str(SYFT), "convert", str(path), "-o", "syft-json"], capture_output=True, check=False)
    assert done.returncode != 0
