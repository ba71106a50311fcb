"""Prepare, approve, reject, sign, verify, as persons type them, in a real git repository with real key files."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from conftest import commit
from fakes.disk import FailingDisk, PowerCut
from fakes.release_desk import ENVIRONMENT, Desk, trust_of
from fakes.releases import WHEEL, WHEEL_NAME, records
from fakes.sigstore_instance import ISSUER, SUBJECT, instance
from fakes.time_authority import ALWAYS, authority

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.session import Session
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools


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
    (desk.side / "trust.json").write_bytes(dump_trust(trust_of(break_glass_days=7)))
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
    keys = {key.id: dataclasses.replace(key, not_after=ALWAYS) for key in trust_of().keys.values()}
    (desk.side / "trust.json").write_bytes(dump_trust(trust_of(keys=keys, expires=ALWAYS)))
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


def test_a_workflow_signs_without_a_key(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way, with the real client, against an instance on loopback that stamps at the real time."""
    ours, real = instance(), datetime.now(UTC)
    desk.now = real - timedelta(hours=10)
    keys = {k.id: dataclasses.replace(k, not_after=ALWAYS) for k in trust_of().keys.values()}
    trust = desk.side / "trust.json"
    trust.write_bytes(dump_trust(trust_of(keys=keys, expires=ALWAYS)))
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
