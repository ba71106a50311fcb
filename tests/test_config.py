"""`sdlc.toml`: every mistake names its key and, where one is near, the right one."""

from __future__ import annotations

import pytest

from sdlc.config import Product, load_config
from sdlc.errors import UsageError
from sdlc.readings import READINGS

PYPROJECT = b'[project]\nname = "box"\nversion = "1.2"\n'


def load(text: str, pyproject: bytes | None = PYPROJECT) -> object:
    return load_config(text.encode(), pyproject=pyproject, folder="folder")


def test_without_a_file_every_gate_has_its_defaults() -> None:
    config = load_config(None, pyproject=PYPROJECT, folder="folder")
    assert config.product == Product("box", "1.2")
    assert not config.configured
    assert config.settings == {gate: reader.Settings() for gate, reader in READINGS.items()}
    assert load_config(None, pyproject=None, folder="folder").product == Product("folder", "0")


def test_what_is_written_is_what_counts() -> None:
    config = load_config(
        b'schema = "sdlc/1"\n[product]\nversion = "2"\nsource = ["src"]\n[gates.fuzz]\nseconds = 90\n',
        pyproject=PYPROJECT,
        folder="folder",
    )
    assert config.product == Product("box", "2", ("src",))
    assert config.settings["fuzz"].seconds == 90
    assert config.settings["fuzz"].folder == "fuzz"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "sdlc.toml: schema: it is missing", 'schema = "sdlc/1"'),
        ('schema = "sdlc/2"', "schema: 'sdlc/2'", 'schema = "sdlc/1"'),
        ('schema = "sdlc/1"\n[producct]', "producct: there is no such key", "`product`"),
        ('schema = "sdlc/1"\n[gates.fuz]', "gates.fuz: there is no such gate", "`fuzz`"),
        (
            'schema = "sdlc/1"\n[gates.zzz]',
            "gates.zzz: there is no such gate",
            "known here: activities, attack-surface",
        ),
        ('schema = "sdlc/1"\n[gates.fuzz]\nsecond = 1', "gates.fuzz.second: there is no such key", "`seconds`"),
        ('schema = "sdlc/1"\n[gates.fuzz]\nseconds = "1"', "gates.fuzz.seconds: input should be", "sdlc gates fuzz"),
        ('schema = "sdlc/1"\n[gates.fuzz]\nseconds = true', "gates.fuzz.seconds: input should be", "sdlc gates fuzz"),
        ('schema = "sdlc/1"\n[gates.tests]\npaths = [1]', "gates.tests.paths.0: input should be", "sdlc gates tests"),
        ('schema = "sdlc/1"\n[gates.tests]\npaths = "tests"', "gates.tests.paths: input should be", "sdlc gates"),
        ('schema = "sdlc/1"\n[gates]\nfuzz = 1', "gates.fuzz: a table is expected", ""),
        ('schema = "sdlc/1"\ngates = 1', "gates: a table is expected", ""),
        ('schema = "sdlc/1"\nproduct = "box"', "product: a table is expected", ""),
        ("schema = ", "sdlc.toml: Invalid value (at end of document)", "TOML"),
    ],
)
def test_a_mistake_names_its_key(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(text)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(UsageError, match=r"sdlc\.toml: not UTF-8 at byte 0"):
        load_config(b"\xff", pyproject=None, folder="folder")


def test_every_setting_says_who_may_change_it() -> None:
    import dataclasses

    for gate, reader in READINGS.items():
        for field in dataclasses.fields(reader.Settings):
            assert field.metadata.get("change") in ("free", "may-only-strengthen"), f"{gate}.{field.name}"
