"""`sdlc sbom` from the outside: files, folders and bundles; every mistake named."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.advisories import FEED, INFO, record
from fakes.boms import PINS, rich_bom, rich_document
from fakes.products import PRODUCT, TOOLS
from fakes.releases import SIGNED, candidate_of, chain, check_of, members, proposal_of, raw_of, trust_root
from fakes.wheels import make_wheel

from sdlc.cli import main
from sdlc.commands.inventories import MAX_FILE
from sdlc.commands.sbom import FORMS
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.evidence.store import Store
from sdlc.formats.check_json import CheckRecord, dump_check
from sdlc.gates import sbom, vulnerabilities
from sdlc.release.bundle import write_bundle
from sdlc.session import Session
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools
from sdlc.workspace import open_workspace

Repository = Callable[..., Path]


def run(*words: object, environment: dict[str, str] | None = None) -> ExitCode:
    environment = environment or {}
    return main(["sbom", *map(str, words)], Session(SIGNED, environment, LocalDisk(), LocalTools(environment)))


@pytest.fixture
def bom(tmp_path: Path) -> Path:
    path = tmp_path / "bom.cdx.json"
    path.write_bytes(rich_bom())
    return path


def test_the_tree_of_a_file(bom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tree", bom, "--depth", 1) == ExitCode.ALLOWED
    assert capsys.readouterr().out == "box 1.0\n└─ h11 0.16.0  1 unexplained  … 1 required, 3 inside\n"


def test_escapes_in_a_name_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = rich_document()
    document["components"][0]["name"] = "h11\x1b[31m"
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(document))
    assert run("tree", path) == ExitCode.ALLOWED
    assert "\x1b" not in capsys.readouterr().out


def test_two_files_compared(bom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(rich_bom(PINS[0]))
    assert run("diff", bom, other) == ExitCode.ALLOWED
    assert capsys.readouterr().out == " - idna  3.10\n1 removed\n"
    assert run("diff", bom, other, "--json") == ExitCode.ALLOWED
    assert json.loads(capsys.readouterr().out)["counts"]["removed"] == 1
    assert run("diff", bom, other, "--fail") == ExitCode.BLOCKED
    capsys.readouterr()
    assert run("diff", bom, bom, "--fail") == ExitCode.ALLOWED
    assert capsys.readouterr().out == "no component differs\n"


def checked(repository: Repository, store: Store, feed: bool = False) -> CheckRecord:
    """A check of the product `router` with its SBOM, and with what a feed knows of it."""
    lock = f"h11==0.16.0 --hash=sha256:{'a' * 64}\n"
    records = {"advisories/1.json": json.dumps(record(fixed="0.17")), "advisories/feed.json": json.dumps(INFO)}
    workspace = open_workspace(repository({**PRODUCT, "requirements.txt": lock, **records}), TOOLS)
    raw = raw_of(wheel=make_wheel("router", requires=["h11"]))
    raw["sbom"] = dict(sbom.run(workspace, TOOLS, sbom.Settings(), {"build": raw["build"]}))
    if feed:
        raw["vulnerabilities"] = dict(vulnerabilities.run(workspace, TOOLS, FEED, {"sbom": raw["sbom"]}))
    return check_of(store, raw)


def test_a_folder_stands_for_its_last_check(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "product" / ".sdlc" / "out"
    record = checked(repository, Store(out / "objects", LocalDisk()))
    (out / "check.json").write_bytes(dump_check(record))
    assert run("tree", tmp_path / "product") == ExitCode.ALLOWED
    assert capsys.readouterr().out == "router 1.0\n└─ h11 0.16.0\n"


def test_a_bundle_is_read_and_with_a_trust_root_verified(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, trust, store = tmp_path / "bundle.zip", tmp_path / "trust.json", Store(tmp_path / "store", LocalDisk())
    candidate = candidate_of(store, checked(repository, store))
    bundle.write_bytes(write_bundle(members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)))
    trust.write_bytes(dump_trust(trust_root()))
    assert run("tree", bundle) == ExitCode.ALLOWED
    said = capsys.readouterr()
    assert "was not verified" in said.err
    assert said.out.startswith("router 1.0\n")
    assert run("tree", bundle, "--trust", trust) == ExitCode.ALLOWED
    assert capsys.readouterr().err == ""
    data = bytearray(bundle.read_bytes())
    data[-200] ^= 1
    bundle.write_bytes(data)
    assert run("tree", bundle, "--trust", trust) == ExitCode.BLOCKED


@pytest.mark.parametrize(
    ("name", "data", "code", "message"),
    [
        ("none.json", None, ExitCode.USAGE, "cannot be read"),
        ("cut.json", rich_bom()[:100], ExitCode.INCOMPLETE, "not JSON"),
        ("some.json", b"{}", ExitCode.INCOMPLETE, "not an SBOM in CycloneDX"),
        ("some.zip", b"PK\5\6" + bytes(18), ExitCode.USAGE, "no evidence bundle"),
        ("some.zip", b"PK", ExitCode.BLOCKED, "no evidence bundle"),
    ],
)
def test_what_is_no_sbom_is_named(
    name: str, data: bytes | None, code: ExitCode, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert run("tree", tmp_path / name) == code
    assert message in capsys.readouterr().err


def test_a_gigantic_file_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.truncate(MAX_FILE + 1)
    assert run("tree", tmp_path / "huge.json") == ExitCode.USAGE
    assert "was not read" in capsys.readouterr().err


def test_a_device_or_a_pipe_is_not_read_without_an_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, Path("/dev/zero")):
        assert run("tree", place) == ExitCode.USAGE
        assert f"{place} is a device or a pipe" in capsys.readouterr().err


def test_a_folder_without_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tree", tmp_path) == ExitCode.USAGE
    assert "sdlc check --gate sbom" in capsys.readouterr().err


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_written_and_is_the_same_again(
    form: str, bom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"SOURCE_DATE_EPOCH": "1780000000"}
    for name in ("one", "two"):
        assert run("export", bom, "--format", form, "--out", tmp_path / name, environment=environment) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    said = capsys.readouterr()
    assert said.out == ""
    assert all(line.startswith(f"lost in {form}: ") for line in said.err.splitlines())
    assert bool(said.err) == (form in ("spdx-2.3", "csv"))


def test_the_time_of_an_export(bom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.json"
    assert run("export", bom, "--format", "spdx-2.3", "--out", out, environment={"SOURCE_DATE_EPOCH": "0"}) == 0
    assert json.loads(out.read_text())["creationInfo"]["created"] == "1970-01-01T00:00:00Z"
    assert run("export", bom, "--format", "spdx-2.3", "--out", out) == 0
    assert json.loads(out.read_text())["creationInfo"]["created"] == SIGNED.strftime("%Y-%m-%dT%H:%M:%SZ")
    wrong = run("export", bom, "--format", "spdx-2.3", "--out", out, environment={"SOURCE_DATE_EPOCH": "soon"})
    assert wrong == ExitCode.USAGE
    assert "SOURCE_DATE_EPOCH" in capsys.readouterr().err


def test_linked_documents_of_a_check(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    product, folder = tmp_path / "product", tmp_path / "documents"
    out = product / ".sdlc" / "out"
    made = checked(repository, Store(out / "objects", LocalDisk()), feed=True)
    (out / "check.json").write_bytes(dump_check(made))
    assert run("export", product, "--documents", folder) == ExitCode.ALLOWED
    said = capsys.readouterr().out.splitlines()
    assert said[1].endswith("vulnerabilities.cdx.json: 1 known, by test feed of 2026-05-01")
    assert said[2].endswith("support.cdx.json: 0 components known, 1 unknown, 0 past their end")
    serial = json.loads((folder / "bom.cdx.json").read_text())["serialNumber"].removeprefix("urn:uuid:")
    [known] = json.loads((folder / "vulnerabilities.cdx.json").read_text())["vulnerabilities"]
    assert known["affects"][0]["ref"] == f"urn:cdx:{serial}/1#pkg%3Apypi%2Fh11%400.16.0"
    (product / "support.toml").write_text("schema = 1\n")
    assert run("export", product, "--documents", folder) == ExitCode.USAGE
    assert "support.toml" in capsys.readouterr().err


def test_without_an_answer_about_vulnerabilities_there_is_no_report(
    repository: Repository, bom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    product, folder = tmp_path / "product", tmp_path / "documents"
    out = product / ".sdlc" / "out"
    (out / "objects").mkdir(parents=True)
    made = checked(lambda files, name="": repository(files, "other"), Store(out / "objects", LocalDisk()))
    (out / "check.json").write_bytes(dump_check(made))
    assert run("export", product, "--documents", folder) == ExitCode.INCOMPLETE
    assert "did not run" in capsys.readouterr().err
    assert run("export", bom, "--documents", folder) == ExitCode.USAGE
    assert run("export", bom) == ExitCode.USAGE
    assert run("export", bom, "--documents", folder, "--format", "csv") == ExitCode.USAGE
    assert not folder.exists()
