"""Cosign verifies the release manifest with the release signer's public key alone, and refuses what it must."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import REPOSITORY
from fakes.releases import RUNNER, SIGNER, WHEEL, good_members

from sdlc.release.bundle import MANIFEST
from sdlc.release.manifest import PREDICATE

COSIGN = REPOSITORY / ".interop" / "cosign"
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not COSIGN.exists(), reason="cosign is not installed: make interop installs it"),
]


@dataclass
class Case:
    """What somebody has who got the bundle's manifest, the artifact and a key."""

    folder: Path

    def verify(self, *, key: str = "signer.pub", kind: str = PREDICATE) -> subprocess.CompletedProcess[str]:
        words = ["verify-blob-attestation", "--key", key, "--bundle", "manifest.sigstore.json", "--type", kind]
        words += ["--insecure-ignore-tlog=true", "box.whl"]
        return subprocess.run([str(COSIGN), *words], cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    (tmp_path / "manifest.sigstore.json").write_bytes(good_members(tmp_path / "store")[MANIFEST])
    (tmp_path / "box.whl").write_bytes(WHEEL)
    (tmp_path / "signer.pub").write_text(SIGNER.pem)
    (tmp_path / "runner.pub").write_text(RUNNER.pem)
    return Case(tmp_path)


def test_cosign_verifies_the_manifest(case: Case) -> None:
    answer = case.verify()
    assert answer.returncode == 0, answer.stderr
    assert "Verified OK" in answer.stderr + answer.stdout


def test_cosign_refuses_another_key(case: Case) -> None:
    assert case.verify(key="runner.pub").returncode != 0


def test_cosign_refuses_another_artifact(case: Case) -> None:
    (case.folder / "box.whl").write_bytes(WHEEL + b"\n")
    assert case.verify().returncode != 0


def test_cosign_refuses_another_predicate(case: Case) -> None:
    assert case.verify(kind="https://slsa.dev/provenance/v1").returncode != 0


def test_cosign_refuses_a_changed_manifest(case: Case) -> None:
    path = case.folder / "manifest.sigstore.json"
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"payload":"ey', b'"payload":"eX', 1))
    assert path.read_bytes() != data
    assert case.verify().returncode != 0
