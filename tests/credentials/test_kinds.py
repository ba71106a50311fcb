"""Every kind fires on its sample, whatever the value, and nothing fires where only a placeholder stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.credentials import SAMPLES, Mint, Sample, samples

import sdlc
from sdlc.credentials.kinds import load_kinds
from sdlc.credentials.search import search
from sdlc.errors import UnreadableError
from sdlc.searching.worker import PLUGINS, _plugin, _second_opinion

RULES = (Path(sdlc.__file__).parent / "rules" / "secrets" / "kinds.toml").read_bytes()
KINDS = load_kinds(RULES)
PLUGINS_MADE = [(_plugin(module, name), words) for module, name, words in PLUGINS]
CLEAN = sorted((SAMPLES / "clean").iterdir())


def kinds_in(text: str, path: str) -> list[str]:
    found = search(text, path, KINDS, binary=False, second=_second_opinion(text, PLUGINS_MADE))
    return [match.kind for match in found]


def expected(kind: str) -> str:
    """`private-key-ec` is another form of `private-key`."""
    return kind if kind in {known.id for known in KINDS} else kind.rpartition("-")[0]


@pytest.mark.parametrize("sample", samples(seed=1), ids=lambda sample: sample.name)
def test_a_kind_fires_once_on_its_sample(sample: Sample) -> None:
    assert kinds_in(sample.text, sample.name) == [expected(sample.kind)]


@pytest.mark.parametrize("seed", range(2, 32))
def test_whatever_the_value_is(seed: int) -> None:
    """Thirty values of every kind: a threshold that one in thirty misses would be seen here."""
    missed = [one.name for one in samples(seed) if kinds_in(one.text, one.name) != [expected(one.kind)]]
    assert missed == []


def test_every_kind_has_a_sample() -> None:
    there = {expected(sample.kind) for sample in samples(seed=1)}
    assert {kind.id for kind in KINDS} - there == set()
    assert len(there) >= 60


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.name)
def test_a_clean_sample_is_silent(path: Path) -> None:
    text = path.read_text()
    found = search(text, path.name, KINDS, binary=False, second=_second_opinion(text, PLUGINS_MADE))
    assert [(match.kind, match.line) for match in found] == []


def test_a_wrong_checksum_is_another_kind() -> None:
    mint = Mint(3)
    right = mint.crc("gh" + "p")
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    assert kinds_in(f'x("{right}")', "a.py") == ["github-token"]
    assert kinds_in(f'x("{wrong}")', "a.py") == ["github-token-unproved"]
    assert kinds_in(f'x("{right[:-2]}")', "a.py") == []


def test_a_key_that_is_cut_is_none() -> None:
    lines = Mint(4).pem("pkcs8").splitlines()
    assert kinds_in("\n".join([lines[0], *lines[2:]]), "a.pem") == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff", "UnicodeDecodeError"),
        (b"schema = 1", "schema"),
        (b'schema = "sdlc.kinds/1"', "KeyError"),
        (b'schema = "sdlc.kinds/1"\n[[kinds]]\nid = "a"\ntitle = "a"\nrevoke = "a"\npattern = "("', "missing"),
        (b'schema = "sdlc.kinds/1"\n[[kinds]]\nid = "a"\ntitle = "a"\nrevoke = "a"\nchecks = ["luck"]', "luck"),
        (b'schema = "sdlc.kinds/1"\n[[kinds]]\nid = "assigned-secret"\ntitle = "a"\nrevoke = "a"', "twice"),
    ],
)
def test_kinds_that_nobody_can_read(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        load_kinds(data)
