"""The search answers for any text, in time, and never names one place twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from fakes.credentials import Mint, samples
from hypothesis import given
from hypothesis import strategies as st

import sdlc
from sdlc.credentials.assigned import says_secret
from sdlc.credentials.kinds import load_kinds
from sdlc.credentials.placeholders import is_login, is_password, is_placeholder
from sdlc.credentials.search import MOST, TooManyError, search

KINDS = load_kinds((Path(sdlc.__file__).parent / "rules" / "secrets" / "kinds.toml").read_bytes())
PIECES = ["password", "secret", "token", "=", ": ", '"', "'", "://", "@", "eyJ", ".", "-----BEGIN PRIVATE KEY-----",
          "-----END PRIVATE KEY-----", "\n", "auth", "(", "basic ", "A" * 40, "0123", "ghp_", "sk", "AKIA", "\0",
          "é", "# nosec ", " -- ", "machine a login b password ", '"auth"', "Q~", "user=", ";pwd=", "</",
          "<token>"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=60).map("".join), st.booleans())
def test_any_text_has_an_answer(text: str, binary: bool) -> None:
    found = search(text, "a.env", KINDS, binary=binary)
    for match in found:
        assert match.value in text
        assert 1 <= match.line <= match.end_line <= text.count("\n") + 1
    assert len({match.value for match in found}) <= len(found)


@pytest.mark.timeout(60)  # a pattern that goes back and forth would take hours
@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_no_piece_repeated_keeps_the_search_busy(piece: str) -> None:
    """200 kB of one piece, with and without spaces."""
    for text in (piece * (200_000 // len(piece)), f"{piece} " * (100_000 // len(piece))):
        try:
            search(text, "a.env", KINDS, binary=False)
        except TooManyError:
            continue


@pytest.mark.timeout(60)
def test_a_mixture_of_pieces_does_not_either() -> None:
    mixed = random.Random(1)
    text = "".join(mixed.choice(PIECES) for _ in range(40_000))
    try:
        search(text, "a.env", KINDS, binary=False)
    except TooManyError as error:
        assert "a.env" in str(error)


def test_lines_are_counted_from_one() -> None:
    token = Mint(1).crc("gh" + "p")
    (first, second) = search(f'a("{token}")\nb\n\nc("{token}")', "a.py", KINDS, binary=False)
    assert (first.line, second.line, second.end_line) == (1, 4, 4)


def test_a_value_is_never_part_of_a_representation() -> None:
    for sample in samples(seed=3)[:20]:
        for match in search(sample.text, sample.name, KINDS, binary=False):
            assert match.value not in repr(match)


def test_more_than_anybody_would_read() -> None:
    mint = Mint(2)
    with pytest.raises(TooManyError):
        search("\n".join(mint.crc("gh" + "p") for _ in range(MOST + 1)), "a.txt", KINDS, binary=False)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("PASSWORD", True), ("db_passwd", True), ("clientSecret", True), ("API_KEY_PROD", True), ("apikey", True),
        ("spring.mail.password", True), ("jwt-signing-key", True), ("github_token_2", True), ("privateKey", True),
        ("password_field", False), ("token_type", False), ("csrf_token", False), ("primary_key", False),
        ("monkey", False), ("max_token", False), ("secret_name", False), ("public_key", False), ("keyboard", False),
    ],
)  # fmt: skip
def test_names_that_say_secret(name: str, answer: bool) -> None:
    assert says_secret(name) is answer


@pytest.mark.parametrize(
    "value",
    ["<password>", "changeme", "${PASSWORD}", "os.environ", "xxxxxxxxxxxx", "your-token-here-1", "Password!",
     "aaaaaaaa", "2f8b2c1e-5f4c-4a0e-9d3b-0c1d2e3f4a5b", "{{ password }}", "$2b$12$abcdefgh", "abcdefgh1234",
     "%(pw)s1A", "/run/secrets/key-1", "short1!", "correct horse", "Settings.API_KEY", "get_token(1)", "qwertyuiop12"],
)  # fmt: skip
def test_stand_ins_are_no_passwords(value: str) -> None:
    assert not is_password(value)


@pytest.mark.parametrize("value", ["kJ8#mWq2zR", "Sommer2024!", "c0rr3ct-H0rse-x9", "9f86d081884c7d65aa"])
def test_passwords_are(value: str) -> None:
    assert is_password(value)
    assert is_login(value)
    assert not is_placeholder(value)
