"""The SBOM gate on an environment: what is inside of components, what they declare, and whose environment it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from fakes.environments import install
from fakes.products import TOOLS
from fakes.sboms import DIGEST, LOCK, NO_TOOLS, Repository, answer, build_of, carrying, product, raw_of, rules
from fakes.wheels import make_wheel

from sdlc.errors import UnreadableError
from sdlc.gates import sbom
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.readings import sbom as reading
from sdlc.workspace import Workspace, extract_base


def test_what_is_inside_of_a_component_is_nested_with_its_evidence(repository: Repository) -> None:
    workspace, build = carrying(repository)
    given = answer(workspace, build)
    assert given.outcome is Outcome.PASSED
    assert (given.counters["embedded"], given.counters["unexplained"]) == (4, 1)
    assert given.sentence == "2 components, 4 parts inside of them, 2 edges, 1 wheel, CycloneDX 1.6"
    data = raw_of(workspace, build)["bom.cdx.json"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    bom = json.loads(data)
    h11, idna = bom["components"]
    tiff = next(part for part in h11["components"] if part["name"] == "libtiff")
    assert (tiff["version"], tiff["purl"]) == ("4.7.2", "pkg:generic/libtiff@4.7.2")
    assert {row["location"] for row in tiff["evidence"]["occurrences"]} == {
        "h11-0.16.0.dist-info/sboms/a.json",
        "h11.libs/libtiff-20b7e810.so.6.3.0",
    }
    [identity] = tiff["evidence"]["identity"]
    assert {row["technique"] for row in identity["methods"]} == {"manifest-analysis", "filename", "binary-analysis"}
    told = {row["name"]: row["value"] for row in h11["properties"]}
    assert "h11.libs/libmine-0123abcd.so.7" in told["secure-sdlc:unexplained"]
    assert idna["properties"][0]["value"].startswith("no: ")
    [own] = bom["metadata"]["component"]["components"]
    assert own["purl"] == "pkg:pypi/attrs@25.1.0"
    assert bom["compositions"][0] == {"aggregate": "incomplete", "assemblies": [h11["bom-ref"]]}
    assert "evil" not in data.decode()


def test_same_observations_same_bytes(repository: Repository) -> None:
    workspace, build = carrying(repository)
    first = raw_of(workspace, build)
    assert all(raw_of(workspace, build) == first for _ in range(5))


def test_a_part_that_only_one_of_the_two_has_is_refused(repository: Repository) -> None:
    workspace, build = carrying(repository)
    raw = raw_of(workspace, build)

    def told(**changed: bytes | None) -> Reading:
        names = {"bom": "bom.cdx.json", "embedded": "embedded.json"}
        mixed = {**raw, **{names[key]: data for key, data in changed.items()}}
        return reading.read({k: v for k, v in mixed.items() if v is not None}, sbom.Settings(), Context())

    assert told().outcome is Outcome.PASSED
    bom = json.loads(raw["bom.cdx.json"])
    without, other, twice = (json.loads(raw["bom.cdx.json"]) for _ in range(3))
    del without["components"][0]["components"][0]
    other["components"][0]["components"][0]["evidence"]["occurrences"][0]["location"] = "elsewhere"
    twice["components"][0]["components"] += bom["components"][0]["components"][:1]
    silent = json.loads(raw["bom.cdx.json"])
    silent["components"][0]["properties"] = []
    for changed in (without, other, silent):
        with pytest.raises(UnreadableError, match="inside of h11"):
            told(bom=json.dumps(changed).encode())
    with pytest.raises(UnreadableError, match="twice"):
        told(bom=json.dumps(twice).encode())
    with pytest.raises(UnreadableError, match=r"embedded\.json is missing"):
        told(embedded=None)
    raw["validation.json"] = raw["validation.json"].replace(b'"format":2,', b"")
    with pytest.raises(UnreadableError, match="inside of box"):
        told(embedded=None)
    fewer = json.loads(raw["embedded.json"])
    fewer["distributions"][0]["libraries"] = []
    with pytest.raises(UnreadableError, match="inside of h11"):
        told(embedded=json.dumps(fewer).encode())
    with pytest.raises(UnreadableError, match="malformed"):
        told(embedded=b'{"distributions": [{}]}')


def test_evidence_from_before_anybody_looked_inside(repository: Repository) -> None:
    workspace = product(repository)
    raw = raw_of(workspace, build_of(make_wheel(requires=["h11"])))
    del raw["embedded.json"]
    with pytest.raises(UnreadableError, match=r"embedded\.json is missing"):
        reading.read(raw, sbom.Settings(), Context())
    raw["validation.json"] = raw["validation.json"].replace(b'"format":2,', b"")
    assert set(reading.read(raw, sbom.Settings(), Context()).counters) == {"components", "edges", "wheels"}


def test_what_is_installed_says_what_it_requires_and_declares(repository: Repository) -> None:
    workspace, build = carrying(repository)
    bom = json.loads(raw_of(workspace, build)["bom.cdx.json"])
    edges = {row["ref"]: row.get("dependsOn", []) for row in bom["dependencies"]}
    assert edges["pkg:pypi/h11@0.16.0"] == ["pkg:pypi/idna@3.10"]
    h11, idna = bom["components"]
    assert h11["licenses"] == [{"expression": "MIT", "acknowledgement": "declared"}]
    assert h11["manufacturer"] == {"name": "Ada", "contact": [{"email": "ada@example.org"}]}
    assert {"type": "vcs", "url": "https://code.example/h11"} in h11["externalReferences"]
    unknown = {row["name"].rpartition(":")[2]: row["value"] for row in idna["properties"] if "unknown" in row["name"]}
    assert unknown["license-declared"] == "it is not in the build's environment"
    assert {"producer", "source-code", "license-concluded", "end-of-support"} <= set(unknown)
    assert {row["name"] for row in bom["metadata"]["properties"]} == {
        "secure-sdlc:unknown:author",
        "secure-sdlc:unknown:timestamp",
    }
    assert {"aggregate": "complete", "dependencies": [h11["bom-ref"]]} in bom["compositions"]
    assert {"aggregate": "unknown", "dependencies": [idna["bom-ref"]]} in bom["compositions"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"expression": "MIT"', '"expression": "ISC"', "inside of h11"),
        ("ada@example.org", "eve@example.org", "inside of h11"),
        ('"dependsOn": [\n    "pkg:pypi/idna@3.10"\n   ]', '"dependsOn": []', "what h11 requires"),
    ],
)
def test_what_a_component_declares_is_replayed(repository: Repository, old: str, new: str, message: str) -> None:
    workspace, build = carrying(repository)
    raw = raw_of(workspace, build)
    changed = raw["bom.cdx.json"].decode().replace(old, new)
    assert changed != raw["bom.cdx.json"].decode()
    with pytest.raises(UnreadableError, match=message):
        reading.read({**raw, "bom.cdx.json": changed.encode()}, sbom.Settings(), Context())


def test_hostile_metadata_cannot_make_the_sbom_invalid(repository: Repository) -> None:
    hostile = ["Author-Email: \x1b[31m <a b@c>", "Project-URL: Source, javascript:alert(1)", "Home-page: http://%zz/"]
    workspace = product(repository)
    install(workspace.environment, make_wheel("h11", "0.16.0", fields=[*hostile, "License: MIT OR OR"]))
    given = answer(workspace, build_of(make_wheel(requires=["h11"])))
    assert given.outcome is Outcome.PASSED


def test_an_environment_of_another_build_is_not_looked_into(repository: Repository) -> None:
    workspace, _ = carrying(repository)
    raw = sbom.run(workspace, NO_TOOLS, sbom.Settings(), {})
    assert json.loads(raw["embedded.json"]) == {"distributions": []}


def base_of(repository: Repository, folder: Path, lock: str, name: str) -> tuple[Workspace, list[str]]:
    """The base commit of a head that has another lock, and what of the head's environment is looked into for it."""
    workspace, _ = carrying(repository, name)
    folder.mkdir()
    base = extract_base(workspace, TOOLS, folder)
    (workspace.root / "requirements" / "runtime.txt").write_text(lock)
    raw = sbom.run(base, NO_TOOLS, sbom.Settings(), {})
    return base, [row["name"] for row in json.loads(raw["embedded.json"])["distributions"]]


def test_a_base_commit_is_looked_into_where_its_head_is_installed(repository: Repository, tmp_path: Path) -> None:
    assert base_of(repository, tmp_path / "same", LOCK, "one")[1] == ["h11"]
    longer = LOCK + f"attrs==25.1.0 --hash=sha256:{DIGEST}\n"
    assert base_of(repository, tmp_path / "longer", longer, "two")[1] == ["h11"]


@pytest.mark.parametrize(
    "lock",
    [
        LOCK.replace("h11==0.16.0", "h11==0.17.0"),
        LOCK.replace(DIGEST, "b" * 64, 1),
        LOCK.replace(f" --hash=sha256:{DIGEST}", "", 1),
        "-r elsewhere.txt\n",
        "",
    ],
)
def test_a_build_of_the_head_cannot_say_what_was_in_the_base(repository: Repository, tmp_path: Path, lock: str) -> None:
    """The head moved away from h11 0.16.0, and its build left a distribution of that version, with a hole, behind."""
    base, looked = base_of(repository, tmp_path / "base", lock, "head")
    assert looked == []
    raw = sbom.run(base, NO_TOOLS, sbom.Settings(), {})
    assert "components" not in json.loads(raw["bom.cdx.json"])["components"][0]


def installed(**versions: str) -> RawArtifacts:
    packages = [{"name": name, "version": version} for name, version in versions.items()]
    build = dict(build_of(make_wheel(requires=["h11"])))
    return {**build, "build.json": json.dumps({"python": "3.12.1", "packages": packages}).encode()}


def test_what_was_tested_is_what_is_locked(repository: Repository) -> None:
    marked = LOCK + f"idna==3.9 ; python_version < '3.12' --hash=sha256:{DIGEST}\n"
    workspace = product(repository, marked)
    assert rules(answer(workspace, installed(H11="0.16", tool="1.0", idna="3.10"))) == []
    given = answer(workspace, installed(h11="0.14.0", idna="3.9"))
    assert rules(given) == [("SBOM-OTHER-INSTALLED", "h11"), ("SBOM-OTHER-INSTALLED", "idna")]
    assert given.findings[0].message == "h11 is locked at 0.16.0, but what was built and tested with is 0.14.0"
    assert given.findings[0].place is not None
    assert given.findings[0].place.line == 1
