"""The summary of a release, as the verifier of the SLSA project reads it."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import REPOSITORY
from cryptography.hazmat.primitives import serialization
from fakes.releases import RUNNER, SIGNER, WHEEL, good_members

from sdlc.evidence.predicates import LEVELS, VERIFIER
from sdlc.release.attestations import SUMMARY
from sdlc.release.bundle import ATTESTATIONS

CLIENT = REPOSITORY / ".interop" / "slsa-verifier"
RESOURCE = "pkg:generic/router@1.0?channel=stable"
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not CLIENT.exists(), reason="slsa-verifier is not installed: make interop installs it"),
]


def key_hint(pem: str) -> str:
    key = serialization.load_pem_public_key(pem.encode())
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


@dataclass
class Case:
    """What a consumer has: the summary, the artifact's digest, the release signer's public key."""

    folder: Path

    def verify(
        self,
        *,
        digest: str = hashlib.sha256(WHEEL).hexdigest(),
        resource: str = RESOURCE,
        level: str = LEVELS[0],
        pem: str = SIGNER.pem,
    ) -> subprocess.CompletedProcess[str]:
        key = self.folder / "key.pub"
        key.write_text(pem)
        words = ["verify-vsa", "--subject-digest", f"sha256:{digest}", "--attestation-path", SUMMARY]
        words += ["--verifier-id", VERIFIER, "--resource-uri", resource, "--verified-level", level]
        words += ["--public-key-path", str(key), "--public-key-id", key_hint(pem), "--print-attestation"]
        return subprocess.run([str(CLIENT), *words], cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    (tmp_path / SUMMARY).write_bytes(good_members(tmp_path / "store")[f"{ATTESTATIONS}{SUMMARY}"])
    return Case(tmp_path)


@pytest.mark.parametrize("level", LEVELS)
def test_it_verifies_the_summary(case: Case, level: str) -> None:
    answer = case.verify(level=level)
    assert answer.returncode == 0, answer.stderr
    assert "PASSED: SLSA verification passed" in answer.stderr


@pytest.mark.parametrize(
    "other",
    [
        {"digest": "0" * 64},
        {"resource": "pkg:generic/router@1.1?channel=stable"},
        {"level": "SDLC_NOT_CLAIMED"},
        {"pem": RUNNER.pem},
    ],
)
def test_it_refuses_what_the_summary_does_not_say(case: Case, other: dict[str, str]) -> None:
    assert case.verify(**other).returncode != 0
