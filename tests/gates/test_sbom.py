"""The SBOM gate on a real product in a real repository, joined with a real wheel."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from fakes.binaries import make_elf
from fakes.environments import install
from fakes.locks import ALL
from fakes.products import PRODUCT, TOOLS
from fakes.tools import FakeTools
from fakes.wheels import make_wheel

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats.bom_properties import FILENAME, SOURCE, UNKNOWN
from sdlc.gates import sbom
from sdlc.model.finding import Place
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.readings import sbom as reading
from sdlc.workspace import Workspace, extract_base, open_workspace

Repository = Callable[..., Path]
DIGEST = "a" * 64
LOCK = f"h11==0.16.0 --hash=sha256:{DIGEST}\nidna==3.10 --hash=sha256:{DIGEST}\n"
NO_TOOLS = FakeTools(lambda argv, cwd: b"")


def product(repository: Repository, lock: str | bytes | None = LOCK, name: str = "product", **files: str) -> Workspace:
    locks = {"requirements/runtime.txt": lock} if lock is not None else {}
    return open_workspace(repository({**PRODUCT, **locks, **files}, name), TOOLS)


def build_of(*wheels: bytes, python: str = "3.12.1", name: str = "box-1.0-py3-none-any.whl") -> RawArtifacts:
    named = {f"dist/{name}": wheel for wheel in wheels}
    return {**named, "build.json": json.dumps({"python": python}).encode()}


def answer(workspace: Workspace, build: RawArtifacts | None, settings: sbom.Settings | None = None) -> Reading:
    settings = settings or sbom.Settings()
    raw = sbom.run(workspace, NO_TOOLS, settings, {"build": build} if build is not None else {})
    needs = {f"build/{name}": data for name, data in (build or {}).items()}
    return reading.read({**raw, **needs}, settings, Context())


def rules(answer: Reading) -> list[tuple[str, str]]:
    return [(finding.rule, finding.subject) for finding in answer.findings]


def test_lock_and_wheel_agree(repository: Repository) -> None:
    workspace = product(repository)
    given = answer(workspace, build_of(make_wheel(requires=["h11>=0.14", "idna"])))
    assert given.outcome is Outcome.PASSED
    assert given.counters == {"components": 2, "edges": 2, "wheels": 1, "embedded": 0, "unexplained": 0}
    assert given.details == {"product-version": "1.0"}
    assert given.sentence == "2 components, 2 edges, 1 wheel, CycloneDX 1.6"


@pytest.mark.parametrize(
    ("lock", "wheel", "found"),
    [
        (LOCK, make_wheel(requires=["httpx"]), [("SBOM-UNLOCKED", "httpx")]),
        (LOCK, make_wheel(requires=["h11<0.16"]), [("SBOM-OUTSIDE", "h11")]),
        ("h11==0.16.0\n", make_wheel(), [("SBOM-UNPINNED", "h11")]),
        (f"h11>=0.16 --hash=sha256:{DIGEST}\n", make_wheel(), [("SBOM-UNPINNED", "h11")]),
        (f"{LOCK}h11==0.14.0 --hash=sha256:{DIGEST}\n", make_wheel(), [("SBOM-CONFLICT", "h11")]),
        (LOCK, make_wheel(after_record={"box.py": b""}), [("SBOM-RECORD-DIFFERS", "box.py")]),
    ],
)
def test_what_does_not_agree_is_found_once(
    repository: Repository, lock: str, wheel: bytes, found: list[tuple[str, str]]
) -> None:
    given = answer(product(repository, lock), build_of(wheel))
    assert rules(given) == found
    assert given.outcome is Outcome.FAILED
    assert all(finding.fix and finding.reproduce for finding in given.findings)


def test_a_finding_of_the_lock_names_its_line(repository: Repository) -> None:
    [finding] = answer(product(repository, f"{LOCK}\nclick==8\n"), build_of(make_wheel())).findings
    assert finding.place is not None
    assert (finding.place.path, finding.place.line) == ("requirements/runtime.txt", 4)


def test_a_wheel_of_another_version_than_configured(repository: Repository) -> None:
    files = {"sdlc.toml": 'schema = "sdlc/1"\n[product]\nname = "box"\nversion = "2.0"\n'}
    given = answer(product(repository, **files), build_of(make_wheel()))
    assert rules(given) == [("SBOM-VERSION-DIFFERS", "box")]


@pytest.mark.parametrize("build", [None, build_of()])
def test_without_a_wheel_nothing_agrees(repository: Repository, build: RawArtifacts | None) -> None:
    [finding] = answer(product(repository, f"# locked\n\n{LOCK}"), build).findings
    assert (finding.rule, finding.place) == ("SBOM-NO-WHEEL", Place("requirements/runtime.txt", 3))


def test_what_the_wheel_does_not_accept_names_the_line_of_the_lock(repository: Repository) -> None:
    [outside] = answer(product(repository), build_of(make_wheel(requires=["idna<3"]))).findings
    assert (outside.rule, outside.place) == ("SBOM-OUTSIDE", Place("requirements/runtime.txt", 2))
    [unlocked] = answer(product(repository, name="other"), build_of(make_wheel(requires=["httpx"]))).findings
    assert (unlocked.rule, unlocked.place) == ("SBOM-UNLOCKED", None)


def test_extras_are_shipped_only_when_named(repository: Repository) -> None:
    wheel = make_wheel(requires=['httpx ; extra == "net"'], extras=["net"])
    assert rules(answer(product(repository, name="plain"), build_of(wheel))) == []
    given = answer(product(repository, name="extra"), build_of(wheel), sbom.Settings(extras=("net",)))
    assert rules(given) == [("SBOM-UNLOCKED", "httpx")]
    unknown = answer(product(repository, name="unknown"), build_of(wheel), sbom.Settings(extras=("nett",)))
    assert unknown.outcome is Outcome.ERROR
    assert "gates.sbom.extras" in unknown.sentence


def test_the_target_is_the_python_of_the_build(repository: Repository) -> None:
    wheel = make_wheel(requires=['tomli ; python_version < "3.12"'])
    assert rules(answer(product(repository, name="new"), build_of(wheel, python="3.12.1"))) == []
    old = answer(product(repository, name="old"), build_of(wheel, python="3.11.7"))
    assert rules(old) == [("SBOM-UNLOCKED", "tomli")]


def test_an_empty_lock_is_no_answer(repository: Repository) -> None:
    assert answer(product(repository, "# nothing\n"), build_of(make_wheel())).outcome is Outcome.ERROR


def test_a_named_lock_that_is_missing(repository: Repository) -> None:
    with pytest.raises(ToolError, match=r"gates\.sbom\.requirements: other\.txt") as caught:
        answer(product(repository), None, sbom.Settings(requirements=("other.txt",)))
    assert "--generate-hashes" in caught.value.hint


@pytest.mark.parametrize(
    ("lock", "message"), [("-r more.txt\n", "line 1"), (b"\xff\xfe", "not UTF-8"), ("a==1 \\\n", "middle")]
)
def test_a_lock_that_cannot_be_read_is_an_error(repository: Repository, lock: str | bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        answer(product(repository, lock), None)


def test_when_there_is_nothing_to_list(repository: Repository) -> None:
    plain = product(repository, None, name="plain")
    assert "no lock" in (sbom.not_applicable(plain, sbom.Settings()) or "")
    declared = str(PRODUCT["pyproject.toml"]).replace('version = "1.0"', 'version = "1.0"\ndependencies = ["h11"]')
    needs = product(repository, None, name="needs", **{"pyproject.toml": declared})
    assert sbom.not_applicable(needs, sbom.Settings()) is None
    with pytest.raises(ToolError, match="no lock"):
        answer(needs, None)


def raw_of(workspace: Workspace, build: RawArtifacts) -> dict[str, bytes]:
    raw = sbom.run(workspace, NO_TOOLS, sbom.Settings(), {"build": build})
    return {**raw, **{f"build/{name}": data for name, data in build.items()}}


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("bom.cdx.json", "0.16.0", "0.15.0", "do not say the same"),
        ("lock.json", "idna", "idnaa", "do not say the same"),
        ("wheels.json", '"sha256":"', '"sha256":"0', "do not say the same|not about the wheels"),
        ("validation.json", '"valid":true', '"valid":false', ""),
        ("bom.cdx.json", "{", "[", "bom.cdx.json"),
        ("wheels.json", '"wheels"', '"weels"', "malformed"),
    ],
)
def test_evidence_that_was_edited_is_noticed(
    repository: Repository, name: str, old: str, new: str, message: str
) -> None:
    raw = raw_of(product(repository), build_of(make_wheel()))
    assert old.encode() in raw[name]
    raw[name] = raw[name].replace(old.encode(), new.encode())
    if not message:
        assert rules(reading.read(raw, sbom.Settings(), Context())) == [("SBOM-INVALID", "sbom")]
        return
    with pytest.raises(UnreadableError, match=message):
        reading.read(raw, sbom.Settings(), Context())


def test_a_wheel_that_was_exchanged_after_the_gate_is_noticed(repository: Repository) -> None:
    raw = raw_of(product(repository), build_of(make_wheel()))
    raw["build/dist/box-1.0-py3-none-any.whl"] = make_wheel(requires=["evil"])
    with pytest.raises(UnreadableError, match="not about the wheels"):
        reading.read(raw, sbom.Settings(), Context())


@pytest.mark.parametrize("name", ["bom.cdx.json", "validation.json", "lock.json", "wheels.json"])
def test_evidence_that_is_missing_is_named(repository: Repository, name: str) -> None:
    raw = raw_of(product(repository), build_of(make_wheel()))
    del raw[name]
    with pytest.raises(UnreadableError, match=f"{name} is missing"):
        reading.read(raw, sbom.Settings(), Context())


CARRIED = {"bomFormat": "CycloneDX", "components": [{"name": "libtiff", "version": "4.7.2"}]}
H11 = make_wheel(
    "h11",
    "0.16.0",
    requires=["idna>=3", 'absent ; sys_platform == "win32"'],
    license="MIT",
    fields=["Author-Email: Ada <ada@example.org>", "Project-URL: Source, https://code.example/h11"],
    files={
        "h11-0.16.0.dist-info/sboms/a.json": json.dumps(CARRIED).encode(),
        "h11.libs/libtiff-20b7e810.so.6.3.0": make_elf({".rodata": b"LIBTIFF, Version 4.7.2"}),
        "h11.libs/libmine-0123abcd.so.7": make_elf({".rodata": b"mine"}),
        "h11/_vendor/vendor.txt": b"six==1.16.0\n",
    },
)
TOOLING = make_wheel("tool", "1.0", files={"tool/_vendor/vendor.txt": b"evil==6.6\n"})
"""Installed for the build, not shipped: the SBOM must not know it."""


def carrying(repository: Repository, name: str = "carrying") -> tuple[Workspace, RawArtifacts]:
    workspace = product(repository, name=name)
    install(workspace.environment, H11, TOOLING)
    own = make_wheel(requires=["h11"], files={"box/_vendor/vendor.txt": b"attrs==25.1.0\n"})
    return workspace, build_of(own)


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


PYLOCK = f"""\
lock-version = "1.0"
created-by = "test"

[[packages]]
name = "h11"
version = "0.16.0"
wheels = [{{ name = "h11-0.16.0-py3-none-any.whl", hashes = {{ sha256 = "{DIGEST}" }} }}]
"""


def test_other_locks_are_found_after_hashed_requirements(repository: Repository) -> None:
    build = build_of(make_wheel(requires=["h11"]))
    alone = answer(product(repository, None, name="alone", **{"pylock.toml": PYLOCK}), build)
    assert (rules(alone), alone.counters["components"]) == ([], 1)
    both = answer(product(repository, name="both", **{"pylock.toml": PYLOCK}), build)
    assert both.counters["components"] == 2
    unhashed = answer(product(repository, "h11==0.14.0\n", name="unhashed", **{"pylock.toml": PYLOCK}), build)
    assert (rules(unhashed), unhashed.counters["components"]) == ([], 1)


def test_locks_of_other_tools_are_joined_alike(repository: Repository) -> None:
    """The product requires h11 and idna; each lock has only the first, and a package from a repository."""
    build = build_of(make_wheel(requires=["h11>=0.14", "idna"]))
    for number, (name, text) in enumerate(ALL.items()):
        workspace = product(repository, None, name=f"product-{number}", **{name: text.replace("H_11", "h11")})
        given = answer(workspace, build)
        assert ("SBOM-UNLOCKED", "idna") in rules(given), name
        unpinned = [finding for finding in given.findings if finding.subject == "repository"]
        assert [finding.rule for finding in unpinned] == ["SBOM-UNPINNED"], name
        assert f"to git+https://code.example/r.git@{'c' * 40} without" in unpinned[0].message
        assert ("SBOM-OUTSIDE", "h11") not in rules(given)
        raw = raw_of(workspace, build)
        bom = json.loads(raw["bom.cdx.json"])
        repo = next(one for one in bom["components"] if one["name"] == "repository")
        assert {"name": SOURCE, "value": f"git+https://code.example/r.git@{'c' * 40}"} in repo["properties"]
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(raw["bom.cdx.json"].decode()) is None
        elsewhere = raw["bom.cdx.json"].replace(b"code.example", b"evil.example")
        with pytest.raises(UnreadableError, match="do not say the same of repository"):
            reading.read({**raw, "bom.cdx.json": elsewhere}, sbom.Settings(), Context())


def test_a_requirement_with_an_address_is_named(repository: Repository) -> None:
    lock = f"h11 @ https://user:secret@index.example/h11.whl --hash=sha256:{DIGEST}\n"
    [finding, *_] = answer(product(repository, lock), build_of(make_wheel())).findings
    assert finding.rule == "SBOM-UNPINNED"
    assert finding.message == "h11 is locked to https://index.example/h11.whl without an exact version"


def test_evidence_from_before_locks_named_their_sources(repository: Repository) -> None:
    raw = raw_of(product(repository), build_of(make_wheel()))
    lock = json.loads(raw["lock.json"])
    for pin in lock["files"][0]["pins"]:
        del pin["source"]
    old = {**raw, "lock.json": json.dumps(lock).encode()}
    assert reading.read(old, sbom.Settings(), Context()) == reading.read(raw, sbom.Settings(), Context())


UV_LOCK = f"""\
version = 1
[[package]]
name = "box"
version = "1.0"
source = {{ virtual = "." }}
dependencies = [{{ name = "h11" }}]
[[package]]
name = "h11"
version = "0.16.0"
source = {{ registry = "https://index.example/simple" }}
sdist = {{ url = "https://index.example/h11-0.16.0.tar.gz", hash = "sha256:{"b" * 64}" }}
wheels = [{{ url = "https://index.example/h11-0.16.0-py3-none-any.whl", hash = "sha256:{DIGEST}" }}]
"""


def test_addresses_and_names_of_files_come_from_the_lock_and_are_replayed(repository: Repository) -> None:
    workspace, build = product(repository, None, **{"uv.lock": UV_LOCK}), build_of(make_wheel(requires=["h11"]))
    assert answer(workspace, build).outcome is Outcome.PASSED
    raw = raw_of(workspace, build)
    [h11] = json.loads(raw["bom.cdx.json"])["components"]
    links = {row["url"]: row["hashes"][0]["content"] for row in h11["externalReferences"]}
    assert links["https://index.example/h11-0.16.0-py3-none-any.whl"] == DIGEST
    told = [row["value"] for row in h11["properties"] if row["name"] == FILENAME]
    assert told == ["h11-0.16.0-py3-none-any.whl", "h11-0.16.0.tar.gz"]
    unknown = {row["name"].rpartition(":")[2] for row in h11["properties"] if row["name"].startswith(UNKNOWN)}
    assert not unknown & {"hash", "filename", "distribution-address"}
    elsewhere = raw["bom.cdx.json"].replace(b"index.example/h11-0.16.0-py3", b"evil.example/h11-0.16.0-py3")
    with pytest.raises(UnreadableError, match="do not say the same of h11"):
        reading.read({**raw, "bom.cdx.json": elsewhere}, sbom.Settings(), Context())
    renamed = json.loads(raw["bom.cdx.json"])
    next(row for row in renamed["components"][0]["properties"] if row["name"] == FILENAME)["value"] = "evil.whl"
    with pytest.raises(UnreadableError, match="do not say the same of h11"):
        reading.read({**raw, "bom.cdx.json": json.dumps(renamed).encode()}, sbom.Settings(), Context())


def test_one_file_at_two_addresses_is_no_contradiction(repository: Repository) -> None:
    twice = UV_LOCK.replace(
        "wheels = [", f'wheels = [{{ url = "https://mirror.example/h11.whl", hash = "sha256:{DIGEST}" }}, '
    )
    workspace, build = product(repository, None, **{"uv.lock": twice}), build_of(make_wheel(requires=["h11"]))
    assert answer(workspace, build).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("author", "said"),
    [
        ("Box Makers <sbom@box.example>", {"name": "Box Makers", "contact": [{"email": "sbom@box.example"}]}),
        ("Box <https://box.example/security>", {"name": "Box", "url": ["https://box.example/security"]}),
    ],
)
def test_somebody_answers_for_the_sbom(repository: Repository, author: str, said: dict[str, object]) -> None:
    workspace, build = product(repository), build_of(make_wheel())
    settings = sbom.Settings(author=author)
    assert answer(workspace, build, settings).outcome is Outcome.PASSED
    raw = sbom.run(workspace, NO_TOOLS, settings, {"build": build})
    metadata = json.loads(raw["bom.cdx.json"])["metadata"]
    assert metadata["manufacturer"] == said
    assert [row["name"] for row in metadata["properties"]] == [f"{UNKNOWN}timestamp"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(raw["bom.cdx.json"].decode()) is None
    needs = {f"build/{name}": data for name, data in build.items()}
    with pytest.raises(UnreadableError, match="different authors"):
        reading.read({**raw, **needs}, sbom.Settings(), Context())


@pytest.mark.parametrize(
    "author", ["Box", "<a@b.example>", "Box <nobody>", "Box <javascript:x>", "Box\n <a@b.example>"]
)
def test_an_author_who_cannot_be_reached_is_none(repository: Repository, author: str) -> None:
    with pytest.raises(UnreadableError, match=r"gates\.sbom\.author"):
        answer(product(repository), build_of(make_wheel()), sbom.Settings(author=author))
