"""One product, its key files and its trust root, on which a test types the commands of a release."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

from conftest import git
from fakes.releases import NOW, check_of, raw_of, records, trust_root

from sdlc.cli import main
from sdlc.disk import Disk, LocalDisk, replace_file
from sdlc.errors import ExitCode
from sdlc.evidence.store import Store
from sdlc.formats.check_json import dump_check
from sdlc.model.digest import Digest
from sdlc.session import Session
from sdlc.signers.key_file import new_key
from sdlc.signing.keyed import key_id, load_public_key
from sdlc.signing.trust import TrustRoot
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"}
PASSPHRASE = b"correct horse battery staple"
NAMES = ("runner", "signer", "ada", "grace", "alan")
KEYS = {name: new_key(PASSPHRASE) for name in NAMES}


def trust_of(**changes: object) -> TrustRoot:
    """The usual trust root, with keys that lie in files."""
    made = trust_root()
    person = {None: "runner"}
    keys: dict[Digest, object] = {}
    for old in made.keys.values():
        name = person.get(old.person, old.person) if "release-signer" not in old.roles else "signer"
        assert name is not None
        pem = KEYS[name][1]
        digest = key_id(load_public_key(pem))
        keys[digest] = dataclasses.replace(old, id=digest, public_key_pem=pem.decode())
    return dataclasses.replace(made, **({"keys": keys} | changes))  # type: ignore[arg-type]


class Desk:
    """One product, its keys and its trust root; `sdlc(…)` runs a command an hour after the last."""

    def __init__(self, root: Path, side: Path) -> None:
        self.root, self.side, self.now = root, side, NOW
        side.mkdir()
        for name, (private, _) in KEYS.items():
            replace_file(LocalDisk(), side / name, private, mode=0o600)
        (side / "pass").write_bytes(PASSPHRASE + b"\n")
        (side / "trust.json").write_bytes(dump_trust(trust_of()))
        self.bundle = side / "router.zip"

    def check(self, test_records: bytes = b"", **changes: object) -> None:
        """What `sdlc check --profile release` leaves."""
        out = self.root / ".sdlc" / "out"
        source = {
            "commit": git(self.root, "rev-parse", "HEAD").strip(),
            "tree": git(self.root, "rev-parse", "HEAD^{tree}").strip(),
        }
        record = check_of(Store(out / "objects", LocalDisk()), raw_of(test_records or records()), **source)
        record = dataclasses.replace(record, created=self.now.isoformat(timespec="seconds"), **changes)
        replace_file(LocalDisk(), out / "check.json", dump_check(record))

    def sdlc(self, *words: str, key: str = "", disk: Disk | None = None) -> ExitCode:
        self.now += timedelta(hours=1)
        session = Session(self.now, ENVIRONMENT, disk or LocalDisk(), LocalTools(ENVIRONMENT))
        signing = ["--key", str(self.side / key), "--passphrase-file", str(self.side / "pass")] if key else []
        return main([*words, *signing, "--trust", str(self.side / "trust.json")], session)

    def prepare(self, *words: str, key: str = "runner", disk: Disk | None = None) -> ExitCode:
        return self.sdlc("release", "prepare", str(self.root), *(words or ("--first",)), key=key, disk=disk)

    def approve(self, person: str, *, key: str = "", disk: Disk | None = None) -> ExitCode:
        words = ("approve", str(self.root), "--as", person, "--meaning", "approval")
        return self.sdlc(*words, key=key or person, disk=disk)

    def sign(self, *, key: str = "signer", disk: Disk | None = None) -> ExitCode:
        return self.sdlc("release", "sign", str(self.root), "--out", str(self.bundle), key=key, disk=disk)

    def verify(self, *words: str) -> ExitCode:
        return self.sdlc("verify", str(self.bundle), *words)


def released(desk: Desk) -> None:
    """The whole way to a signed bundle."""
    for step in (desk.prepare, lambda: desk.approve("ada"), lambda: desk.approve("grace"), desk.sign):
        assert step() == ExitCode.ALLOWED
