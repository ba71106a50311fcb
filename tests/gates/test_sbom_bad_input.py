"""Bad input, from files to the answer: each is named, nothing else is lost, never is it "no vulnerabilities"."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.advisories import FEED, INFO, record
from fakes.environments import install
from fakes.products import PRODUCT, TOOLS
from fakes.wheels import make_wheel

from sdlc.errors import UnreadableError
from sdlc.formats import foreign_sbom
from sdlc.gates import sbom, vulnerabilities
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.readings import sbom as reading
from sdlc.readings import vulnerabilities as matching
from sdlc.workspace import open_workspace

Repository = Callable[..., Path]
HASH = f"--hash=sha256:{'a' * 64}"
INFO_FOLDER = "h11-0.16.0.dist-info/sboms"
GOOD = json.dumps({"bomFormat": "CycloneDX", "components": [{"name": "libtiff", "version": "4.7.2"}]}).encode()
DEEP = b'{"bomFormat": "CycloneDX", "components": ' + b'[{"name": "a", "components": ' * 60 + b"[]" + b"}]" * 60 + b"}"


def checked(
    repository: Repository, lock: str, *, wheel: bytes | None = None, installed: tuple[bytes, ...] = ()
) -> tuple[RawArtifacts, Reading]:
    """What the gate gives of a product with this lock, this wheel and this environment, and what it means."""
    workspace = open_workspace(repository({**PRODUCT, "requirements.txt": lock}), TOOLS)
    install(workspace.environment, *installed)
    wheel = make_wheel() if wheel is None else wheel
    build = {"dist/box-1.0-py3-none-any.whl": wheel, "build.json": b'{"python": "3.12.1"}'}
    raw = sbom.run(workspace, TOOLS, sbom.Settings(), {"build": build})
    needs = {f"build/{name}": data for name, data in build.items()}
    return raw, reading.read({**raw, **needs}, sbom.Settings(), Context())


def test_bad_sboms_inside_of_a_wheel_are_each_named_and_the_good_one_counts(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_sbom, "MAX_BYTES", 10_000)
    carried = {
        "good.json": GOOD,
        "cut.json": GOOD[:-10],
        "twice.json": b'{"bomFormat": "CycloneDX", "components": [], "components": []}',
        "deep.json": DEEP,
        "huge.json": GOOD + b" " * 10_000,
        "other.json": b'{"bomFormat": "CycloneDX", "components": {"name": "a"}}',
        "version.json": b'{"spdxVersion": "SPDX-9"}',
        "binary.json": b"\xff\x00",
    }
    h11 = make_wheel("h11", "0.16.0", files={f"{INFO_FOLDER}/{name}": data for name, data in carried.items()})
    raw, given = checked(repository, f"h11==0.16.0 {HASH}\n", installed=(h11,))
    [component] = json.loads(raw["bom.cdx.json"])["components"]
    assert [part["name"] for part in component["components"]] == ["libtiff"]
    told = sorted(row["value"] for row in component["properties"] if row["name"] == "secure-sdlc:unexplained")
    said = {line.partition(": ")[0].rpartition("/")[2]: line.partition(": ")[2] for line in told}
    assert set(said) == set(carried) - {"good.json"}
    assert "not JSON" in said["cut.json"]
    assert "stands twice" in said["twice.json"]
    assert "nested deeper" in said["deep.json"]
    assert "larger than" in said["huge.json"] or "bytes of JSON" in said["huge.json"]
    assert "a list is expected" in said["other.json"]
    assert "neither CycloneDX nor SPDX 2" in said["version.json"]
    assert "is not UTF-8" in said["binary.json"]
    assert given.counters["unexplained"] == len(said)


def lying_about_its_size() -> bytes:
    """A wheel whose directory says that a member of a megabyte has ten bytes."""
    data = bytearray(make_wheel(files={"zeros": bytes(2**20)}))
    for magic, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = data.find(magic)
        while at >= 0:
            if struct.unpack_from("<L", data, at + offset)[0] == 2**20:
                struct.pack_into("<L", data, at + offset, 10)
            at = data.find(magic, at + 4)
    return bytes(data)


def with_member(name: str, data: bytes = b"x") -> bytes:
    made = io.BytesIO(make_wheel())
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("wheel", "message"),
    [
        (lying_about_its_size(), "not a readable wheel"),
        (with_member("../evil.py"), "leaves the folder"),
        (with_member("/etc/passwd"), "leaves the folder"),
        (with_member("C:\\evil.py"), "leaves the folder"),
        (with_member("other-1.0.dist-info/METADATA", b"Name: other\nVersion: 1.0\n"), r"2 \.dist-info folders"),
        (make_wheel()[:-30], "not a readable wheel"),
    ],
)
def test_a_bad_wheel_is_an_error_that_names_it(repository: Repository, wheel: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message) as caught:
        checked(repository, f"h11==0.16.0 {HASH}\n", wheel=wheel)
    assert str(caught.value).startswith("box-1.0-py3-none-any.whl: ")


def test_a_lying_record_is_a_finding_and_the_rest_counts(repository: Repository) -> None:
    wheel = make_wheel(requires=["h11"], after_record={"box.py": b"evil = True\n"})
    _, given = checked(repository, f"h11==0.16.0 {HASH}\n", wheel=wheel)
    assert [(finding.rule, finding.subject) for finding in given.findings] == [("SBOM-RECORD-DIFFERS", "box.py")]
    assert given.counters["components"] == 1


@pytest.mark.parametrize(
    "source",
    [
        "https://index.example/h11.whl",
        "git+https://code.example/h11.git@main",
        "git+ssh://git@code.example/h11.git",
        "file:///srv/h11",
    ],
)
def test_a_requirement_from_elsewhere_is_a_finding_and_stays_in_the_sbom(repository: Repository, source: str) -> None:
    raw, given = checked(repository, f"idna==3.10 {HASH}\nh11 @ {source}\n")
    [finding] = given.findings
    assert (finding.rule, finding.subject) == ("SBOM-UNPINNED", "h11")
    assert source.replace("git@code", "code") in finding.message
    assert [one["name"] for one in json.loads(raw["bom.cdx.json"])["components"]] == ["h11", "idna"]


def test_names_that_differ_only_by_normalization_are_one_package(repository: Repository) -> None:
    lock = f"Typing_Extensions==4.0 {HASH}\ntyping.extensions==4.1 {HASH}\n"
    _, given = checked(repository, lock, wheel=make_wheel(requires=["TYPING-extensions"]))
    assert [(finding.rule, finding.subject) for finding in given.findings] == [("SBOM-CONFLICT", "typing-extensions")]


def looked_up(raw: RawArtifacts, repository: Repository, *records: str) -> Reading:
    files = {f"advisories/{number}.json": text for number, text in enumerate(records)}
    feed = {"README.md": "box", "advisories/feed.json": json.dumps(INFO), **files}
    workspace = open_workspace(repository(feed, "feed"), TOOLS)
    found = vulnerabilities.run(workspace, TOOLS, FEED, {"sbom": raw})
    needs = {f"sbom/{name}": data for name, data in raw.items()}
    return matching.read({**found, **needs}, FEED, Context())


def test_a_version_that_pep_440_rejects_is_listed_and_looked_up(repository: Repository) -> None:
    raw, given = checked(repository, f"h11===0.8.7p1 {HASH}\n")
    assert given.outcome is Outcome.PASSED
    [component] = json.loads(raw["bom.cdx.json"])["components"]
    assert component["version"] == "0.8.7p1"
    listed = record()
    listed["affected"][0] = {"package": {"ecosystem": "PyPI", "name": "H11"}, "versions": ["0.8.7p1"]}
    assert [finding.rule for finding in looked_up(raw, repository, json.dumps(listed)).findings] == ["DEMO-1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "DEMO-9"', "not JSON"),
        ('{"id": "DEMO-9", "id": "DEMO-8"}', "stands twice"),
        ('{"id": ' + "[" * 5000 + "]" * 5000 + "}", "nested deeper"),
        ('{"id": "DEMO-9", "modified": "2026-01-01", "affected": {}}', "a list is expected"),
        ("\ufeff{}", "byte-order mark"),
    ],
)
def test_a_bad_advisory_is_an_error_and_never_no_vulnerabilities(
    repository: Repository, text: str, message: str
) -> None:
    raw, _ = checked(repository, f"h11==0.14.0 {HASH}\n")
    with pytest.raises(UnreadableError, match=message) as caught:
        looked_up(raw, repository, json.dumps(record()), text)
    assert "1.json" in str(caught.value)


def test_an_impossible_range_is_named_and_the_rest_counts(repository: Repository) -> None:
    raw, _ = checked(repository, f"h11==0.14.0 {HASH}\nidna==3.7 {HASH}\n")
    odd = record("DEMO-2", "idna")
    odd["affected"][0]["ranges"][0]["events"] = [{"introduced": "2"}, {"fixed": "1"}]
    given = looked_up(raw, repository, json.dumps(record()), json.dumps(odd))
    assert sorted(finding.rule for finding in given.findings) == ["DEMO-1", "DEMO-2"]
    assert given.counters["problems"] == 1
