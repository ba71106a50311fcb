"""Prepare, approve, reject, sign, verify, as persons type them, in a real git repository with real key files."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import commit, git
from fakes.disk import FailingDisk, PowerCut
from fakes.releases import NOW, POLICY, WHEEL, WHEEL_NAME, check_of, raw_of, records, trust_root
from fakes.sigstore_instance import ISSUER, SUBJECT, instance
from fakes.time_authority import ALWAYS, authority

from sdlc.cli import main
from sdlc.disk import Disk, LocalDisk, replace_file
from sdlc.errors import ExitCode
from sdlc.evidence.store import Store
from sdlc.formats.check_json import dump_check
from sdlc.model.digest import Digest, sha256
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


def _trust(**changes: object) -> TrustRoot:
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
        (side / "trust.json").write_bytes(dump_trust(_trust()))
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


@pytest.fixture
def desk(repository: Callable[..., Path], tmp_path: Path) -> Desk:
    root = repository({"router.py": "x = 1\n", ".gitignore": ".sdlc/out/\n"})
    made = Desk(root, tmp_path / "side")
    made.check()
    return made


def test_from_check_to_verified_bundle(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.prepare() == ExitCode.ALLOWED
    assert desk.approve("ada") == ExitCode.ALLOWED
    assert desk.approve("grace") == ExitCode.ALLOWED
    assert desk.sdlc("release", "status", str(desk.root)) == ExitCode.ALLOWED
    assert "2 of 2 approvals" in capsys.readouterr().out
    assert desk.sign() == ExitCode.ALLOWED
    assert desk.verify() == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "VERIFIED" in said
    assert "approval of Ada Lovelace" in said


def test_the_second_release_follows_the_first(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for step in (desk.prepare, lambda: desk.approve("ada"), lambda: desk.approve("grace"), desk.sign):
        assert step() == ExitCode.ALLOWED
    assert desk.prepare("--previous", str(desk.bundle)) == ExitCode.USAGE
    assert "nothing was committed" in capsys.readouterr().err
    commit(desk.root, {"router.py": "x = 2\n"})
    assert desk.prepare("--previous", str(desk.bundle)) == ExitCode.USAGE
    assert "the last check was of" in capsys.readouterr().err
    desk.check()
    assert desk.prepare("--previous", str(desk.bundle)) == ExitCode.ALLOWED
    assert "sequence 2" in capsys.readouterr().out


def test_a_blocked_check_makes_a_candidate_that_nobody_can_sign(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.check(records("tests/test_a.py::test_one"))
    assert desk.prepare() == ExitCode.BLOCKED
    assert "BLOCKED" in capsys.readouterr().out
    for refused in (lambda: desk.approve("ada"), desk.sign):
        assert refused() == ExitCode.BLOCKED
        assert "[verdict-not-allowed]" in capsys.readouterr().err
    assert not desk.bundle.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"profile": "pr"}, "profile pr"),
        ({"dirty": True}, "uncommitted"),
        ({"commit": "0" * 40}, "the last check was of"),
        ({"bootstrap": True}, "a release needs all of it"),
    ],
)
def test_a_check_that_is_no_release_check(
    desk: Desk, change: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record_commit = change.pop("commit", None)
    desk.check(**change)
    if record_commit:
        commit(desk.root, {"router.py": "x = 3\n"})
    assert desk.prepare() == ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_an_unclean_tree_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (desk.root / "router.py").write_text("x = 'not committed'\n")
    assert desk.prepare() == ExitCode.USAGE
    assert "no commit" in capsys.readouterr().err


def test_first_or_previous_must_be_said(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.prepare("--channel", "stable") == ExitCode.USAGE
    assert "--first" in capsys.readouterr().err


def test_an_artifact_behind_a_link_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (desk.side / "real.whl").write_bytes(WHEEL)
    link = desk.side / WHEEL_NAME
    link.symlink_to(desk.side / "real.whl")
    assert desk.prepare("--first", "--artifact", str(link)) == ExitCode.USAGE
    assert "it is a link" in capsys.readouterr().err
    assert desk.prepare("--first", "--artifact", str(desk.side)) == ExitCode.USAGE


def test_an_artifact_that_no_gate_saw(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = desk.side / WHEEL_NAME
    foreign.write_bytes(b"built somewhere else")
    assert desk.prepare("--first", "--artifact", str(foreign)) == ExitCode.BLOCKED
    assert "[artifact-unseen]" in capsys.readouterr().err


def test_roles_are_kept(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(code: ExitCode, reason: str) -> None:
        assert code == ExitCode.BLOCKED
        assert f"[{reason}]" in capsys.readouterr().err

    refused(desk.prepare(key="ada"), "signer-wrong-role")
    assert desk.prepare() == ExitCode.ALLOWED
    refused(desk.approve("ada", key="runner"), "signer-wrong-role")
    refused(desk.approve("ada", key="grace"), "person-mismatch")
    assert desk.approve("ada") == ExitCode.ALLOWED
    refused(desk.sign(), "quorum-not-reached")
    assert desk.approve("ada") == ExitCode.ALLOWED
    refused(desk.sign(), "same-person-twice")
    assert desk.approve("grace") == ExitCode.ALLOWED
    refused(desk.sign(key="runner"), "signer-wrong-role")
    assert not desk.bundle.exists()


def test_a_rejection_stands_until_it_is_answered(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.prepare() == ExitCode.ALLOWED
    words = ("reject", str(desk.root), "--as", "alan", "--meaning", "review", "--reason", "no list of series")
    assert desk.sdlc(*words, key="alan") == ExitCode.ALLOWED
    assert desk.approve("ada") == ExitCode.ALLOWED
    assert desk.approve("grace") == ExitCode.ALLOWED
    assert desk.sign() == ExitCode.BLOCKED
    assert "[rejected]" in capsys.readouterr().err
    assert desk.approve("alan") == ExitCode.ALLOWED
    assert desk.sign() == ExitCode.ALLOWED


def test_an_unknown_person(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.prepare() == ExitCode.ALLOWED
    assert desk.approve("eve", key="ada") == ExitCode.USAGE
    assert "it knows: ada, alan, grace" in capsys.readouterr().err


def test_nothing_to_decide_about(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.approve("ada") == ExitCode.USAGE
    assert "release prepare" in capsys.readouterr().err


def test_a_new_candidate_voids_the_decisions(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for step in (desk.prepare, lambda: desk.approve("ada"), lambda: desk.approve("grace"), desk.prepare):
        assert step() == ExitCode.ALLOWED
    assert desk.sign() == ExitCode.BLOCKED
    assert "[quorum-not-reached]" in capsys.readouterr().err
    assert desk.sdlc("release", "status", str(desk.root)) == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "superseded approval of Ada Lovelace, about the candidate" in said
    assert "superseded approval of Grace Hopper" in said


def test_evidence_that_was_changed_in_the_store(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.prepare() == ExitCode.ALLOWED
    for path in (desk.root / ".sdlc" / "out" / "objects").rglob("*"):
        if path.is_file() and path.read_bytes() == records():
            path.write_bytes(records("tests/test_a.py::test_one"))
    assert desk.approve("ada") == ExitCode.INCOMPLETE
    assert "changed after it was stored" in capsys.readouterr().err


@pytest.mark.parametrize("full", [False, True], ids=["killed", "full disk"])
@pytest.mark.parametrize("step", ["prepare", "approve", "sign"])
def test_a_cut_at_every_write_leaves_the_old_state_or_the_new(desk: Desk, step: str, full: bool) -> None:
    before = {"prepare": (), "approve": ("prepare",), "sign": ("prepare", "ada", "grace")}[step]
    for word in before:
        assert (desk.prepare() if word == "prepare" else desk.approve(word)) == ExitCode.ALLOWED
    act = {
        "prepare": desk.prepare,
        "sign": desk.sign,
        "approve": lambda disk=None: desk.approve("ada", disk=disk),
    }
    cuts = 0
    for good in range(20):
        disk = FailingDisk(good, full=full)
        try:
            code = act[step](disk=disk)
        except PowerCut:
            code = None
        if code == ExitCode.ALLOWED:
            break
        assert code is None or code == ExitCode.BUG
        cuts += 1
        if desk.bundle.exists():
            assert desk.verify() == ExitCode.ALLOWED
            desk.bundle.unlink()
    assert cuts >= 3
    assert act[step]() == ExitCode.ALLOWED


REASON = "The console of a customer does not start."


def test_a_broken_glass_needs_one_person_and_is_loud_everywhere(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (desk.side / "trust.json").write_bytes(dump_trust(_trust(break_glass_days=7)))
    assert desk.prepare("--first", "--break-glass", REASON) == ExitCode.ALLOWED
    assert f"BREAK-GLASS, one approval suffices: {REASON}" in capsys.readouterr().out
    assert desk.approve("ada") == ExitCode.ALLOWED
    assert desk.sign() == ExitCode.ALLOWED
    assert desk.verify() == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert f"BREAK-GLASS, one person approved: {REASON}" in said
    assert "an ordinary release has to follow it" in said
    with zipfile.ZipFile(desk.bundle) as archive:
        assert REASON in archive.read("report.html").decode()
    desk.now += timedelta(days=8)
    assert desk.verify("--purpose", "install") == ExitCode.BLOCKED
    assert "[release-expired]" in capsys.readouterr().out

    commit(desk.root, {"router.py": "x = 2\n"})
    desk.check()
    again = ("--previous", str(desk.bundle))
    assert desk.prepare(*again, "--break-glass", REASON) == ExitCode.BLOCKED
    assert "[break-glass-twice]" in capsys.readouterr().err
    assert desk.prepare(*again) == ExitCode.ALLOWED


def test_there_may_be_no_glass_to_break(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.prepare("--first", "--break-glass", REASON) == ExitCode.BLOCKED
    assert "[break-glass-not-allowed]" in capsys.readouterr().err


def test_a_blocked_candidate_says_the_smallest_way_out(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.check(records("tests/test_a.py::test_one"))
    assert desk.prepare() == ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert "the smallest way to ALLOWED (1 action):" in said


def test_a_time_authority_stamps_the_release(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    clock = authority()
    certificates = desk.side / "clock.pem"
    certificates.write_text(clock.pem)
    keys = {key.id: dataclasses.replace(key, not_after=ALWAYS) for key in _trust().keys.values()}
    (desk.side / "trust.json").write_bytes(dump_trust(_trust(keys=keys, expires=ALWAYS)))
    words = ("trust", "add-authority", str(desk.side / "trust.json"), "clockwork", str(certificates), "--required", "1")
    assert main(words, Session(desk.now, ENVIRONMENT, LocalDisk(), LocalTools(ENVIRONMENT))) == ExitCode.ALLOWED
    for step in (desk.prepare, lambda: desk.approve("ada"), lambda: desk.approve("grace")):
        assert step() == ExitCode.ALLOWED
    out = ("--out", str(desk.bundle))
    assert desk.sign() == ExitCode.BLOCKED
    assert "[time-stamp-missing]" in capsys.readouterr().err
    with authority("sundial").served() as address:
        assert desk.sdlc("release", "sign", str(desk.root), *out, "--timestamp", address, key="signer") == 1
    assert "[time-stamp-invalid]" in capsys.readouterr().err
    with clock.served() as address:
        assert desk.sdlc("release", "sign", str(desk.root), *out, "--timestamp", address, key="signer") == 0
        assert desk.verify() == ExitCode.ALLOWED
    assert "(clockwork)" in capsys.readouterr().out
    assert desk.sdlc("release", "sign", str(desk.root), *out, "--timestamp", address, key="signer") != 0
    assert "does not answer" in capsys.readouterr().err


def released(desk: Desk) -> None:
    for step in (desk.prepare, lambda: desk.approve("ada"), lambda: desk.approve("grace"), desk.sign):
        assert step() == ExitCode.ALLOWED


def test_a_release_is_recalled(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    notice = desk.side / "recall.json"
    words = ("release", "recall", str(desk.bundle), "--reason", "It mirrors images.", "--out", str(notice))
    assert desk.sdlc(*words, key="runner") == ExitCode.BLOCKED
    assert "[signer-wrong-role]" in capsys.readouterr().err
    assert not notice.exists()
    assert desk.sdlc(*words, key="signer") == ExitCode.ALLOWED
    assert desk.verify("--purpose", "install") == ExitCode.ALLOWED, "nobody told it"
    assert desk.verify("--purpose", "install", "--revoked", str(notice)) == ExitCode.BLOCKED
    assert "[recalled]" in capsys.readouterr().out
    assert desk.verify("--revoked", str(notice)) == ExitCode.ALLOWED
    assert "It mirrors images." in capsys.readouterr().out
    notice.write_text(notice.read_text().replace("payload", "paylaod"))
    assert desk.verify("--revoked", str(notice)) == ExitCode.INCOMPLETE, "what cannot be read is not passed over"


def test_a_copy_for_an_audience_still_verifies(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    copy = desk.side / "copy.zip"
    words = ("release", "redact", str(desk.bundle), "--audience", "hospitals", "--out", str(copy), "--without")
    assert desk.sdlc(*words, "nonsense", key="signer") == ExitCode.USAGE
    assert "gates: build, tests" in capsys.readouterr().err
    assert desk.sdlc(*words, "tests", key="runner") == ExitCode.BLOCKED
    assert desk.sdlc(*words, "tests", key="signer") == ExitCode.ALLOWED
    assert records() in desk.bundle.read_bytes()
    assert records() not in copy.read_bytes()
    assert desk.sdlc("verify", str(copy)) == ExitCode.BLOCKED
    assert "[bundle-redacted]" in capsys.readouterr().out
    assert desk.sdlc("verify", str(copy), "--allow-redacted") == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "REDACTED, 1 piece of evidence withheld for: hospitals" in said
    assert "tests was not read again: its evidence is withheld" in said
    page = desk.side / "redacted.html"
    assert desk.sdlc("verify", str(copy), "--allow-redacted", "--html", str(page)) == ExitCode.ALLOWED
    assert "The evidence of tests: its signer withheld it from this copy." in page.read_text()
    matrix = desk.side / "redacted.csv"
    words = ("export", str(copy), "--format", "csv", "--out", str(matrix))
    assert desk.sdlc(*words) == ExitCode.BLOCKED
    assert not matrix.exists()
    assert desk.sdlc(*words, "--allow-redacted") == ExitCode.ALLOWED
    assert sha256(records()) not in matrix.read_text()


def test_the_page_is_drawn_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    capsys.readouterr()
    page = desk.side / "page.html"
    assert desk.verify("--html", str(page), "--at", "2026-06-02") == ExitCode.ALLOWED
    assert "the page shows the same" in capsys.readouterr().out
    with zipfile.ZipFile(desk.bundle) as archive:
        signed, drawn = archive.read("report.html").decode(), page.read_text()
    parts = re.compile(r'<section id="(\w[\w-]*)".*?</section>', re.S)
    inside = {part[1]: part[0] for part in parts.finditer(signed)}
    again = {part[1]: part[0] for part in parts.finditer(drawn)}
    # What a verification adds: its steps, the manifest, and whether anybody is missing. All else is the same.
    assert list(inside) == list(again)
    assert {name for name in again if again[name] != inside[name]} <= {
        "manager",
        "auditor",
        "times",
        "check",
        "missing",
    }
    assert "11 steps" in drawn
    assert "11 steps" not in signed
    first = page.read_bytes()
    assert desk.verify("--html", str(page), "--at", "2026-06-02") == ExitCode.ALLOWED
    assert page.read_bytes() == first


def test_the_release_managers_page_says_who_is_missing(desk: Desk) -> None:
    assert desk.prepare() == ExitCode.ALLOWED
    page = desk.side / "manager.html"
    status = ("release", "status", str(desk.root), "--html", str(page))
    assert desk.sdlc(*status) == ExitCode.ALLOWED
    assert "0 of 2 approvals by different persons" in page.read_text()
    assert "May still decide: Ada Lovelace, Grace Hopper, Alan Turing" in page.read_text()
    assert desk.approve("ada") == ExitCode.ALLOWED
    assert desk.approve("grace") == ExitCode.ALLOWED
    assert desk.sdlc(*status) == ExitCode.ALLOWED
    assert "2 of 2 approvals" in page.read_text()
    assert "May still decide" not in page.read_text()


def test_the_lines_that_the_page_says_to_expect_are_those_that_come(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    released(desk)
    page = desk.side / "page.html"
    capsys.readouterr()
    assert desk.verify("--html", str(page)) == ExitCode.ALLOWED
    came = capsys.readouterr().out.splitlines()
    expected = re.search(r'<pre id="expected">(.*?)</pre>', page.read_text(), re.S)
    assert expected
    lines = html.unescape(expected[1]).replace("BUNDLE", desk.bundle.name).splitlines()
    assert len(lines) == 5
    for line, real in zip(lines, came, strict=False):
        assert real.startswith(line.removesuffix("…")), line


def test_a_policy_of_ones_own_must_be_one(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    own = desk.side / "own.toml"
    own.write_text("rules = 3\n")
    assert desk.verify("--policy", str(own)) == ExitCode.USAGE
    own.write_bytes(POLICY)
    assert desk.verify("--policy", str(own)) == ExitCode.ALLOWED
    assert "3 rules of the given policy hold as well" in capsys.readouterr().out


def test_a_workflow_signs_without_a_key(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way, with the real client, against an instance on loopback that stamps at the real time."""
    ours, real = instance(), datetime.now(UTC)
    desk.now = real - timedelta(hours=10)
    keys = {k.id: dataclasses.replace(k, not_after=ALWAYS) for k in _trust().keys.values()}
    trust = desk.side / "trust.json"
    trust.write_bytes(dump_trust(_trust(keys=keys, expires=ALWAYS)))
    (desk.side / "root.json").write_text(json.dumps(ours.trusted_root()))
    words = ("trust", "add-identity", str(trust), SUBJECT, "--issuer", ISSUER, "--role", "release-signer")
    session = Session(desk.now, ENVIRONMENT, LocalDisk(), LocalTools(ENVIRONMENT))
    assert main(words, session) == ExitCode.USAGE
    assert "sigstore_root" in capsys.readouterr().err
    assert main((*words, "--sigstore-root", str(desk.side / "root.json")), session) == ExitCode.ALLOWED
    assert main(("trust", "show", str(trust)), session) == ExitCode.ALLOWED
    assert SUBJECT in capsys.readouterr().out
    desk.check()
    for step in (desk.prepare, lambda: desk.approve("ada"), lambda: desk.approve("grace")):
        assert step() == ExitCode.ALLOWED
    with ours.served() as address:
        config = desk.side / "trust_config.json"
        config.write_text(json.dumps(ours.trust_config(address)))
        environment = {**ENVIRONMENT, "SIGSTORE_ID_TOKEN": ours.token()}
        session = Session(real, environment, LocalDisk(), LocalTools(environment))
        words = ("release", "sign", str(desk.root), "--out", str(desk.bundle), "--trust", str(trust))
        assert main((*words, "--key", f"keyless:{config}"), session) == ExitCode.ALLOWED
    desk.now = real
    assert desk.verify() == ExitCode.ALLOWED
    assert "VERIFIED" in capsys.readouterr().out
