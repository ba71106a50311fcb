"""`sdlc trust`: a trust root is made step by step, and a wrong step is refused without a changed file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.signer import MemorySigner

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode, UnreadableError
from sdlc.model.digest import sha256
from sdlc.release.revocation import apply_notices
from sdlc.session import Session
from sdlc.signing.dsse import load_envelope
from sdlc.signing.keyless import FORGE
from sdlc.signing.trust_json import load_trust
from sdlc.tools import LocalTools

NOW = datetime(2026, 6, 1, tzinfo=UTC)


SESSION = Session(NOW, {}, LocalDisk(), LocalTools({}))


def run(word: str, *words: str) -> ExitCode:
    return main(["trust", word, *words], SESSION)


class Desk:
    """A folder with public keys, a policy and a trust root."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "trust.json"
        (folder / "policy.toml").write_bytes(b"policy")
        for name in ("runner", "ada"):
            (folder / f"{name}.pub").write_text(MemorySigner(name).pem)

    def trust(self, word: str, *words: str) -> ExitCode:
        return main(["trust", word, str(self.file), *words], Session(NOW, {}, LocalDisk(), LocalTools({})))

    def init(self, *words: str) -> ExitCode:
        return self.trust("init", "--product", "router", "--policy", str(self.folder / "policy.toml"), *words)

    def add_ada(self) -> ExitCode:
        return self.trust("add-person", "ada", "--name", "Ada Lovelace", "--email", "ada@example.org")

    def add_key(self, name: str, *words: str) -> ExitCode:
        return self.trust("add-key", str(self.folder / f"{name}.pub"), *words)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_identity_with_claims(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.init("--approvals", "1", "--expires", "2027-01-01")
    (desk.folder / "root.json").write_text("{}")
    words = ("add-identity", "https://github.com/o/r/.github/workflows/release.yml@1", "--issuer", FORGE)
    words = (*words, "--role", "release-signer", "--sigstore-root", str(desk.folder / "root.json"))
    before = desk.file.read_bytes()
    for more, said in (
        ((), "name the repository that may"),
        (("--claim", "environment=release"), "name the repository that may"),
        (("--claim", "repository-id="), "NAME=TEXT"),
        (("--claim", "branch=main"), "known: runner"),
        (("--claim", "ref=a", "--claim", "ref=b", "--claim", "repository-id=7"), "each name once"),
    ):
        assert desk.trust(*words, *more) == ExitCode.USAGE
        assert said in capsys.readouterr().err
        assert desk.file.read_bytes() == before
    assert desk.trust(*words, "--claim", "repository-id=7", "--claim", "environment=release") == ExitCode.ALLOWED
    assert desk.trust("show") == ExitCode.ALLOWED
    assert "environment release, repository-id 7" in capsys.readouterr().out
    document = json.loads(desk.file.read_text())
    for claims in (
        {},
        [],
        {"branch": "main"},
        {"repository-id": 7},
        {"environment": "release"},
        {"repository-id": "*"},
    ):
        document["identities"][0]["claims"] = claims
        with pytest.raises(UnreadableError, match=r"claims|repository-id"):
            load_trust(json.dumps(document).encode(), what="t")


def test_step_by_step(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.init("--approvals", "2", "--expires", "2027-01-01") == ExitCode.ALLOWED
    assert desk.add_ada() == ExitCode.ALLOWED
    assert desk.add_key("runner", "--role", "runner") == ExitCode.ALLOWED
    assert desk.add_key("ada", "--role", "approver", "--person", "ada") == ExitCode.ALLOWED
    trust = load_trust(desk.file.read_bytes(), what="trust.json")
    assert trust.policies == (sha256(b"policy"),)
    assert trust.expires == datetime(2027, 1, 1, tzinfo=UTC)
    assert {key.person for key in trust.keys.values()} == {None, "ada"}
    capsys.readouterr()
    assert desk.trust("show") == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "Ada Lovelace <ada@example.org>" in said
    assert "only 1 persons have a key to approve with" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add-key", "runner.pub", "--role", "approver"), "must belong to a person"),
        (("add-key", "runner.pub", "--role", "runner", "--person", "ada"), "belongs to a machine"),
        (("add-key", "ada.pub", "--role", "approver", "--person", "eve"), "is no person here"),
        (("add-key", "policy.toml", "--role", "runner"), "not a public key"),
        (("add-key", "none.pub", "--role", "runner"), "cannot be read"),
        (("add-person", "ada", "--name", "Another", "--email", "b@example.org"), "already a person"),
        (("add-person", "eve", "--name", "Eve", "--email", "ADA@example.org"), "belongs to two persons"),
        (("init", "--product", "router"), "never written over"),
    ],
)
def test_a_wrong_step_changes_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    desk.init()
    desk.add_ada()
    before = desk.file.read_bytes()
    files = [str(desk.folder / word) if word.endswith((".pub", ".toml")) else word for word in words[1:]]
    assert desk.trust(words[0], *files) in (ExitCode.USAGE, ExitCode.INCOMPLETE)
    assert said in capsys.readouterr().err
    assert desk.file.read_bytes() == before


def test_one_key_has_one_owner(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.init()
    desk.add_ada()
    assert desk.add_key("ada", "--role", "approver", "--person", "ada") == ExitCode.ALLOWED
    assert desk.add_key("ada", "--role", "release-signer") == ExitCode.USAGE
    assert "one key, one owner" in capsys.readouterr().err


def test_a_trust_root_that_is_over_is_refused(desk: Desk) -> None:
    assert desk.init("--expires", "2026-05-31") == ExitCode.USAGE
    assert not desk.file.exists()


def test_a_trust_root_is_handed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Draft, change, sign by two persons, rotate: as they type it."""
    old, new = tmp_path / "trust.json", tmp_path / "next.json"
    (tmp_path / "pass").write_text("for tests only\n")
    secret = ["--passphrase-file", str(tmp_path / "pass")]
    assert run("init", str(old), "--product", "box") == ExitCode.ALLOWED
    for person in ("ada", "grace"):
        key = str(tmp_path / f"{person}.pem")
        assert main(["key", "new", key, *secret], SESSION) == ExitCode.ALLOWED
        assert run("add-person", str(old), person, "--name", person, "--email", f"{person}@example.org") == 0
        assert run("add-key", str(old), f"{key}.pub", "--role", "root", "--person", person) == ExitCode.ALLOWED
    assert run("draft", str(old), str(new)) == ExitCode.ALLOWED
    assert run("rotate", str(old), str(new)) == ExitCode.USAGE
    assert run("sign", str(old), str(new), "--key", str(tmp_path / "ada.pem"), *secret) == ExitCode.ALLOWED
    assert run("rotate", str(old), str(new)) == ExitCode.BLOCKED
    assert "[rotation-old-quorum-missing]" in capsys.readouterr().err
    assert run("sign", str(old), str(new), "--key", str(tmp_path / "grace.pem"), *secret) == ExitCode.ALLOWED
    assert "signed by ada, grace" in capsys.readouterr().out
    changed = new.read_bytes().replace(b'"approvals_required": 2', b'"approvals_required": 1')
    kept = new.read_bytes()
    new.write_bytes(changed)
    assert run("rotate", str(old), str(new)) == ExitCode.BLOCKED
    assert "[rotation-differs]" in capsys.readouterr().err
    assert run("sign", str(old), str(new), "--key", str(tmp_path / "ada.pem"), *secret) == ExitCode.BLOCKED
    assert "[rotation-differs]" in capsys.readouterr().err, "nobody signs what lies beside another file"
    new.write_bytes(kept)
    assert run("rotate", str(old), str(new)) == ExitCode.ALLOWED
    assert old.read_bytes() == kept


def test_a_key_is_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = tmp_path / "trust.json"
    (tmp_path / "pass").write_text("for tests only\n")
    secret = ["--passphrase-file", str(tmp_path / "pass")]
    assert main(["key", "new", str(tmp_path / "k.pem"), *secret], SESSION) == ExitCode.ALLOWED
    assert run("init", str(trust), "--product", "box") == ExitCode.ALLOWED
    assert run("add-key", str(trust), str(tmp_path / "k.pem.pub"), "--role", "runner") == ExitCode.ALLOWED
    identity = next(iter(load_trust(trust.read_bytes(), what="x").keys))
    assert run("revoke", str(trust), "00000000", "--reason", "left") == ExitCode.USAGE
    assert run("revoke", str(trust), identity[:12], "--reason", "because") == ExitCode.USAGE
    assert run("revoke", str(trust), identity[:12], "--reason", "compromised") == ExitCode.ALLOWED
    capsys.readouterr()
    assert run("show", str(trust)) == ExitCode.ALLOWED
    assert "revoked (compromised)" in capsys.readouterr().out


def test_a_notice_reaches_those_with_an_older_trust_root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust, out = tmp_path / "trust.json", tmp_path / "notice.json"
    (tmp_path / "pass").write_text("for tests only\n")
    secret = ["--passphrase-file", str(tmp_path / "pass")]
    assert run("init", str(trust), "--product", "box") == ExitCode.ALLOWED
    assert run("add-person", str(trust), "ada", "--name", "Ada", "--email", "ada@example.org") == ExitCode.ALLOWED
    for name, words in (("root", ("--role", "root", "--person", "ada")), ("runner", ("--role", "runner"))):
        key = str(tmp_path / f"{name}.pem")
        assert main(["key", "new", key, *secret], SESSION) == ExitCode.ALLOWED
        assert run("add-key", str(trust), f"{key}.pub", *words) == ExitCode.ALLOWED
    older = load_trust(trust.read_bytes(), what="older")
    runner = next(key.id for key in older.keys.values() if "runner" in key.roles)
    words = ("notice", str(trust), runner[:12], "--out", str(out), *secret, "--key")
    assert run(*words, str(tmp_path / "root.pem")) == ExitCode.USAGE
    assert "revoke it first" in capsys.readouterr().err
    assert run("revoke", str(trust), runner, "--reason", "compromised") == ExitCode.ALLOWED
    assert run(*words, str(tmp_path / "runner.pem")) == ExitCode.BLOCKED
    assert "[signer-wrong-role]" in capsys.readouterr().err
    assert run(*words, str(tmp_path / "root.pem")) == ExitCode.ALLOWED
    changed, _ = apply_notices(older, [("n", load_envelope(out.read_bytes(), what="n"))])
    assert changed.keys[runner].revoked is not None
