"""One form, that says the same; and it is its own form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.comments import CommentedMap

from sdlc.errors import UnreadableError
from sdlc.threats.load import ModelError, load_yaml
from sdlc.threats.writing import formatted, rewritten, row, written

REPOSITORY = Path(__file__).parents[2]
OURS = sorted(
    [*(REPOSITORY / "threat_models").glob("*.yaml"), *(REPOSITORY / "examples").glob("*/threat_models/*.yaml")]
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
KEYS = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
VALUES = st.recursive(
    WORDS | st.integers(0, 999) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_read_the_same_in_their_form(path: Path) -> None:
    data = path.read_bytes()
    once = formatted(data, path="m")
    assert load_yaml(once, path="m")[0] == load_yaml(data, path="m")[0]
    assert formatted(once, path="m") == once


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), st.booleans())
def test_a_form_is_its_own_form_and_says_the_same(document: dict[str, object], flow: bool) -> None:
    def edit(written: CommentedMap) -> None:
        written.clear()
        written.update({"first": row(**document)} if flow else document)

    try:
        data = rewritten(b"a: 1\n", edit, path="m")
    except ModelError:
        return  # ruamel writes some characters that the strict reader does not take, and then nothing is written
    once = formatted(data, path="m")
    assert formatted(once, path="m") == once
    assert load_yaml(once, path="m")[0] == load_yaml(data, path="m")[0]


def test_comments_quotes_and_empty_lines_stay() -> None:
    text = b"# top\na:\n  - \"x\"  # why\n\n# of b\nb: {c: 'y'}\n"
    assert formatted(text, path="m") == text


def test_windows_ends_and_trailing_blanks_go() -> None:
    assert formatted(b"a: 1   \r\nb:\r\n- x\r\n\r\n\r\n", path="m") == b"a: 1\nb:\n  - x\n"


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_as_it_was(document: dict[str, object]) -> None:
    try:
        text = written(document)
    except ModelError:
        return  # characters that YAML forbids
    assert json.loads(json.dumps(load_yaml(text.encode(), path="m")[0])) == document


@pytest.mark.parametrize("word", ["no", "on", "true", "null", "1.5", "077", "2026-01-01", "a: b", "# c", ""])
def test_a_text_stays_a_text(word: str) -> None:
    assert load_yaml(written({"a": word, "b": [word]}).encode(), path="m")[0] == {"a": word, "b": (word,)}


@pytest.mark.parametrize("data", [b"a", b"[a]", b"#\n", b"|", b">", b"-_"])
def test_what_is_no_mapping_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        formatted(data, path="m")
