"""The SBOM gate on the locks of other tools, with their sources and the addresses of their files."""

from __future__ import annotations

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from fakes.locks import ALL
from fakes.sboms import DIGEST, Repository, answer, build_of, product, raw_of, rules
from fakes.wheels import make_wheel

from sdlc.errors import UnreadableError
from sdlc.formats.bom_properties import FILENAME, SOURCE, UNKNOWN
from sdlc.gates import sbom
from sdlc.model.result import Context, Outcome
from sdlc.readings import sbom as reading

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
