"""Document numbers are the user's: each for a control that there is, or the file is refused with its key."""

from __future__ import annotations

import pytest

from sdlc.errors import UsageError
from sdlc.standards.documents import load_documents, with_documents
from sdlc.standards.shipped import our_standards

GOOD = b'schema = "sdlc.documents/1"\n[documents."slsa-1.2"]\n"Build L1" = "DOC-1"\n'


def test_a_number_is_at_its_control() -> None:
    standards = with_documents(our_standards(), load_documents(GOOD, "d.toml"), "d.toml")
    found = {control.id: control.document for one in standards if one.id == "slsa-1.2" for control in one.controls}
    assert found["Build L1"] == "DOC-1"
    assert sum(map(bool, found.values())) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"schema = ", "d.toml"),
        (b"\xff", "d.toml"),
        (b'schema = "other/1"\n', "not a file of document numbers"),
        (b'schema = "sdlc.documents/1"\n', "documents: there is none"),
        (GOOD + b'[more]\na = "b"\n', "not a file of document numbers"),
        (b'schema = "sdlc.documents/1"\ndocuments.x = 3\n', r"documents\.x: a table"),
        (GOOD.replace(b'"DOC-1"', b'" "'), r"documents\.slsa-1\.2\.Build L1"),
        (GOOD.replace(b'"DOC-1"', b"7"), r"documents\.slsa-1\.2\.Build L1"),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_documents(data, "d.toml")


@pytest.mark.parametrize(("old", "new"), [(b"slsa-1.2", b"slsa-9"), (b"Build L1", b"Build L9")])
def test_a_number_for_nothing_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(UsageError, match=new.decode()):
        with_documents(our_standards(), load_documents(GOOD.replace(old, new), "d.toml"), "d.toml")
