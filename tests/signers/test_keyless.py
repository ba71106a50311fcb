"""The real client signs against a Sigstore-shaped instance on loopback, and what it got is proved offline."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from fakes.sigstore_instance import ISSUER, SUBJECT, instance
from fakes.time_authority import served_by

from sdlc.errors import ToolError, UsageError
from sdlc.formats.statements import statement
from sdlc.model.digest import sha256
from sdlc.signers.keyless import VARIABLE, open_keyless
from sdlc.signing.keyless import Identity, prove

PAYLOAD = statement([("a", sha256(b"a"))], "urn:example:x", {"y": 1})
ROOT = instance().trusted_root


def configured(folder: Path, address: str) -> str:
    path = folder / "trust_config.json"
    path.write_text(json.dumps(instance().trust_config(address)))
    return str(path)


def test_an_identity_signs(tmp_path: Path) -> None:
    with instance().served() as address:
        signer = open_keyless(configured(tmp_path, address), {VARIABLE: instance().token()})
        envelope = signer.sign(PAYLOAD)
    assert signer.key_id == Identity(ISSUER, SUBJECT).id
    assert envelope.payload == PAYLOAD
    assert envelope.material is not None
    proof = prove(envelope.material, json.dumps(ROOT()))
    assert proof.identity == Identity(ISSUER, SUBJECT)


class Broken(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_error(500)

    def log_message(self, *_words: object) -> None:
        pass


def test_an_instance_that_does_not_answer_signs_nothing(tmp_path: Path) -> None:
    with served_by(Broken) as address:
        signer = open_keyless(configured(tmp_path, address), {VARIABLE: instance().token()})
        with pytest.raises(ToolError, match="keyless signing failed"):
            signer.sign(PAYLOAD)
    with pytest.raises(ToolError, match="keyless signing failed"):
        signer.sign(PAYLOAD)


@pytest.mark.parametrize("token", ["garbage", "a.b.c"])
def test_a_token_that_is_none(tmp_path: Path, token: str) -> None:
    with pytest.raises(UsageError, match="identity token is not usable"):
        open_keyless(configured(tmp_path, "http://127.0.0.1:9/"), {VARIABLE: token})


def test_outside_of_a_job_there_is_no_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="no identity token"):
        open_keyless(configured(tmp_path, "http://127.0.0.1:9/"), {})


@pytest.mark.parametrize("text", ["", "{}", "[]", "no JSON"])
def test_a_configuration_that_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"keyless:.*config\.json"):
        open_keyless(str(path), {VARIABLE: instance().token()})
    with pytest.raises(UsageError, match="cannot be read"):
        open_keyless(str(tmp_path / "none.json"), {})
