"""A whole release desk on a disk: product, keys and trust root, all made with the installed command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conftest import commit, git, run_sdlc
from fakes.products import CONFIGURATION, PRODUCT

POLICY = """\
schema = "sdlc.policy/1"
id = "box"
[[rules]]
id = "builds"
type = "required"
gate = "build"
[[rules]]
id = "tests-pass"
type = "required"
gate = "tests"
[[rules]]
id = "enough-tests"
type = "floor"
gate = "tests"
counter = "passed"
at_least = 1
"""
APPROVERS = ("ada", "grace")


@dataclass
class ReleaseDesk:
    """Commands as their users type them, with everything that they need lying in `side`."""

    product: Path
    side: Path

    @property
    def out(self) -> Path:
        return self.product / ".sdlc" / "out"

    @property
    def bundle(self) -> Path:
        return self.side / "box.zip"

    @property
    def trust(self) -> Path:
        return self.side / "trust.json"

    def command(self, step: str) -> list[str]:
        """The words of `check`, `prepare`, `ada`, `grace`, `sign` or `verify`."""
        product, trust = str(self.product), ["--trust", str(self.trust)]
        match step:
            case "check":
                return ["check", product, "--profile", "release", "--gate", "tests"]
            case "prepare":
                return ["release", "prepare", product, "--first", *trust, *self._key("runner")]
            case "sign":
                return ["release", "sign", product, "--out", str(self.bundle), *trust, *self._key("signer")]
            case "verify":
                return ["verify", str(self.bundle), *trust]
            case person:
                return ["approve", product, "--as", person, "--meaning", "approval", *trust, *self._key(person)]

    def _key(self, name: str) -> list[str]:
        return ["--key", str(self.side / f"{name}.pem"), "--passphrase-file", str(self.side / "passphrase")]


def open_desk(folder: Path) -> ReleaseDesk:
    """Two approvers, a runner and a signer; the product's two gates take a few seconds."""
    product, side = folder / "product", folder / "side"
    product.mkdir()
    side.mkdir()
    git(product, "init", "-q", "-b", "main")
    commit(product, {**PRODUCT, ".sdlc/policy.toml": POLICY, "sdlc.toml": CONFIGURATION})
    (side / "passphrase").write_text("for tests only\n")
    (side / "passphrase").chmod(0o600)
    secret = ["--passphrase-file", str(side / "passphrase")]
    for name in ("runner", "signer", *APPROVERS):
        _run("key", "new", str(side / f"{name}.pem"), *secret)
    trust = str(side / "trust.json")
    until = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")
    policy = str(product / ".sdlc" / "policy.toml")
    init = ["--product", "box", "--approvals", "2", "--expires", until, "--policy", policy]
    _run("trust", "init", trust, *init)
    persons = {"author": "author@example.org", "ada": "ada@example.org", "grace": "grace@example.org"}
    for person, email in persons.items():
        _run("trust", "add-person", trust, person, "--name", person.title(), "--email", email)
    for name, role in (("runner", "runner"), ("signer", "release-signer")):
        _run("trust", "add-key", trust, str(side / f"{name}.pem.pub"), "--role", role)
    for person in APPROVERS:
        key = str(side / f"{person}.pem.pub")
        _run("trust", "add-key", trust, key, "--role", "approver", "--person", person)
    return ReleaseDesk(product, side)


def _run(*words: str) -> None:
    answer = run_sdlc(*words)
    assert answer.returncode == 0, answer.stdout + answer.stderr
