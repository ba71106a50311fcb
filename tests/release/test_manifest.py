"""The manifest has one form, and the published schemas describe what is really written."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from conftest import REPOSITORY
from fakes.releases import candidate_of, chain, check_of, good_members, raw_of, records

from sdlc.disk import LocalDisk
from sdlc.errors import UnreadableError
from sdlc.evidence.store import Store
from sdlc.release.bundle import RAW_MANIFEST
from sdlc.release.candidate import dump_candidate
from sdlc.release.manifest import dump_manifest, load_manifest
from sdlc.signing.dsse import load_envelope


@pytest.fixture
def payload(tmp_path: Path) -> bytes:
    return load_envelope(good_members(tmp_path)[RAW_MANIFEST], what="manifest").payload


def test_what_is_written_is_read(payload: bytes) -> None:
    assert dump_manifest(load_manifest(payload)) == payload


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"sequence":1', b'"sequence":1,"trusted":true'),
        (b'"sequence":1', b'"sequence":"1"'),
        (b'"sequence":1', b'"sequence": 1'),
        (b'"timeZone":"UTC"', b'"timeZone":"CET"'),
        (b"2027-06-01", b"2025-06-01"),
        (b"urn:secure-sdlc:release-manifest:v1", b"urn:secure-sdlc:release-manifest:v2"),
        (b'"sha256":"', b'"sha256":"A'),
    ],
)
def test_anything_else_is_refused(payload: bytes, old: bytes, new: bytes) -> None:
    assert old in payload
    with pytest.raises(UnreadableError):
        load_manifest(payload.replace(old, new))


def _schema(name: str) -> jsonschema.Draft202012Validator:
    document = json.loads((REPOSITORY / "docs" / "schemas" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def test_the_schemas_describe_what_is_written(payload: bytes, tmp_path: Path) -> None:
    store = Store(tmp_path, LocalDisk())
    failed = candidate_of(store, check_of(store, raw_of(records("tests/test_a.py::test_one"))))
    decisions = chain(failed, "ada", {"person": "grace", "kind": "rejection", "reason": "no"})
    _schema("release-manifest").validate(json.loads(payload))
    _schema("candidate").validate(json.loads(dump_candidate(failed)))
    for signed in decisions:
        _schema("decision").validate(json.loads(signed.envelope.payload))


def test_the_schemas_are_closed(payload: bytes) -> None:
    document = json.loads(payload)
    document["predicate"]["extra"] = 1
    assert not _schema("release-manifest").is_valid(document)
