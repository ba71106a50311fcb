"""The SBOM gate on a real product in a real repository, joined with a real wheel."""

from __future__ import annotations

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from fakes.products import PRODUCT
from fakes.sboms import DIGEST, LOCK, NO_TOOLS, Repository, answer, build_of, product, raw_of, rules
from fakes.wheels import make_wheel

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats.bom_properties import UNKNOWN
from sdlc.gates import sbom
from sdlc.model.finding import Place
from sdlc.model.result import Context, Outcome, RawArtifacts
from sdlc.readings import sbom as reading


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
