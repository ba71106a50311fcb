"""
Every attack on a release that we know, by name, against `sdlc verify` as its users start it.

An *outsider* has no key. An *insider* holds the keys that the case names. `A1`, `F64` and so on are the numbers of the
catalogue of docs/attacks.md. Each ends with a non-zero exit code and a reason code; its clean twin is verified.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import attacks.approvals
import attacks.archive
import attacks.artifacts
import attacks.envelope
import attacks.evidence
import attacks.keyless
import attacks.parsing
import attacks.taken_back
import attacks.time_stamps
import attacks.trust_and_time
import attacks.waivers  # noqa: F401 - importing fills the catalogue
import pytest
from attacks.kit import ATTACKS, Attack, Kit, rezip
from conftest import REPOSITORY
from fakes.time_authority import authority
from fakes.waived import waived_release

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.release.bundle import CANDIDATE, write_bundle
from sdlc.session import Session
from sdlc.signing.dsse import Signature
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools


def verify(folder: Path, case: Attack) -> ExitCode:
    """What the victim does."""
    bundle, trust = folder / "release.zip", folder / "trust.json"
    bundle.write_bytes(case.data)
    trust.write_bytes(dump_trust(case.trust))
    session = Session(case.at, {}, LocalDisk(), LocalTools({}))
    return main(["verify", str(bundle), "--trust", str(trust), "--json", *case.words], session)


@pytest.mark.parametrize("make", [make for _, make in ATTACKS], ids=[name for name, _ in ATTACKS])
def test_attack(make: Callable[[Kit], Attack], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = make(Kit(tmp_path / "store"))
    code = verify(tmp_path, case)
    document = json.loads(capsys.readouterr().out)
    assert (document["ok"], document["reason"]) == (False, case.reason), document["sentence"]
    assert code is ExitCode.BLOCKED
    assert document["sentence"]


def test_the_clean_twin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kit = Kit(tmp_path / "store")
    for data in (write_bundle(kit.release()), rezip(write_bundle(kit.release()))):
        code = verify(tmp_path, Attack(data, ""))
        assert (code, json.loads(capsys.readouterr().out)["ok"]) == (ExitCode.ALLOWED, True)


def test_a_stamp_from_before_the_theft_saves_a_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The clean twin of A18 and A19: the key was stolen later, and a third party proves it."""
    from attacks.time_stamps import HOUR, stamped, timed_trust, when

    kit = Kit(tmp_path / "store")
    trust = timed_trust(when() + HOUR, authority("sundial").trusted, required=2)
    case = Attack(stamped(kit, "clockwork", "sundial"), "", trust, when() + 2 * HOUR)
    assert verify(tmp_path, case) is ExitCode.ALLOWED
    document = json.loads(capsys.readouterr().out)
    assert "(clockwork, sundial)" in document["steps"][1]["sentence"]


def test_a_keyless_release_is_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clean twin of the attacks on identities; and a verifier without the library cannot tell."""
    from attacks.keyless import Keyless, case, instance, released

    good = case(released(Kit(tmp_path / "store"), Keyless(instance())), "")
    assert verify(tmp_path, good) is ExitCode.ALLOWED
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "sigstore.errors", None)
    assert verify(tmp_path, good) is ExitCode.INCOMPLETE
    assert json.loads(capsys.readouterr().out)["reason"] == "verifier-lacks-keyless"


def test_a_waived_release_is_verified(tmp_path: Path) -> None:
    """The clean twin of G71."""
    data = write_bundle(waived_release(Kit(tmp_path / "store").store))
    assert verify(tmp_path, Attack(data, "")) is ExitCode.ALLOWED


def test_an_invalid_signature_in_front_hides_no_good_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A13, the other way round: it may not be used to refuse a good release either."""
    junk = Signature("", b"junk")
    data = Kit(tmp_path / "store").envelope(
        CANDIDATE, lambda e: dataclasses.replace(e, signatures=(junk, *e.signatures))
    )
    assert verify(tmp_path, Attack(data, "")) is ExitCode.ALLOWED


def test_files_of_the_folder_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """G78: no configuration is taken from where somebody happens to stand."""
    (tmp_path / ".sdlc").mkdir()
    (tmp_path / ".sdlc" / "policy.toml").write_text("not even TOML [")
    (tmp_path / "sdlc.toml").write_text("[gates]\nnothing = 1\n")
    monkeypatch.chdir(tmp_path)
    assert verify(tmp_path, Attack(write_bundle(Kit(tmp_path / "store").release()), "")) is ExitCode.ALLOWED


def test_the_page_says_what_the_cases_show() -> None:
    rows = re.findall(r"^\| ([A-H]\d+) \|.*\| (.*) \|$", (REPOSITORY / "docs" / "attacks.md").read_text(), re.M)
    said = {number: set(re.findall(r"`([a-z-]+)`", codes)) for number, codes in rows}
    shown: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for position, (name, make) in enumerate(ATTACKS):
            number = name.partition("-")[0]
            shown.setdefault(number, set()).add(make(Kit(Path(folder) / str(position))).reason)
    assert shown == said
    assert len({name for name, _ in ATTACKS}) == len(ATTACKS) >= 70
