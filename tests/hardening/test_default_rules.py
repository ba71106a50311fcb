"""Each rule about defaults, in a file where it fires and in one where it does not; and what is no default at all."""

from __future__ import annotations

import contextlib

import pytest
from fakes.weak_settings import DEFAULTS
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.hardening.default_rules import judge_defaults, judged
from sdlc.hardening.defaults import load_defaults
from sdlc.hardening.setting import WRITTEN, dump_settings, load_settings
from sdlc.model.finding import Finding

ENDINGS = ("a.toml", "a.json", "a.yaml", "a.ini", ".env", "a.py")


def found(path: str, text: str) -> list[Finding]:
    return list(judge_defaults(judged(load_defaults(path, text.encode()))))


@pytest.mark.parametrize(("rule", "path", "weak", "strong"), DEFAULTS)
def test_a_weak_default_is_named_and_a_strong_one_is_not(rule: str, path: str, weak: str, strong: str) -> None:
    findings = [one for one in found(path, weak) if one.rule == rule]
    assert findings, found(path, weak)
    assert all(one.place and one.place.path == path and one.place.line >= 1 and one.fix for one in findings)
    assert found(path, strong) == []


def test_debug_says_where_and_by_which_requirement() -> None:
    (one,) = found("deploy/app.toml", '# defaults\n[app]\nname = "x"\ndebug = true\n')
    assert (str(one.place), one.severity, one.cwe) == ("deploy/app.toml:4", "high", (489,))
    assert one.message == "app.debug is true (OWASP ASVS V13.4.2)"
    assert one.properties["asvs"] == "V13.4.2"
    assert one.fix == "Set app.debug to false."


def test_no_secret_gets_into_the_table() -> None:
    for path, text in (
        ("a.toml", 'db_password = "Kj8-lmno"\nurl = "amqp://me:Kj8-lmno@mq/"\n'),
        ("a.py", 'DB_PASSWORD = "Kj8-lmno"\nCACHES = {"default": {"LOCATION": "redis://:Kj8-lmno@h/0"}}\n'),
        (".env", "DB_PASSWORD=Kj8-lmno\nURL=amqp://me:Kj8-lmno@mq/\n"),
    ):
        data = dump_settings(load_defaults(path, text.encode()))
        assert b"Kj8" not in data
        assert WRITTEN.encode() in data
        assert dump_settings(load_settings(data, "x")) == data


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.toml", "debug_level = 0\nport = 8080\ntls_min_version = '1.2'\nenvironment = 'production'\nmode = 2\n"),
        ("a.yaml", "token_lifetime: 3600\npassword_min_length: 12\nsecret_name: db\ntoken: null\nkey_file: /k\n"),
        ("a.env", "DEBUG=\nPASSWORD_HASHERS=argon2\nCORS_ORIGIN=https://a.example\nVERIFY=/etc/ssl/ca.pem\n"),
        ("a.py", "import os\nSECRET_KEY = os.environ['K']\nDEBUG = bool(os.environ.get('DEBUG'))\nDEBUG = False\n"),
    ],
)
def test_words_that_only_look_alike(path: str, text: str) -> None:
    assert found(path, text) == []


def test_what_django_is_silent_about_may_stand_in_another_module() -> None:
    base = load_defaults("conf/base.py", b'INSTALLED_APPS = ["a"]\n')
    assert {one.rule for one in judge_defaults(judged(base))} == {"HARD-COOKIE-SECURE"}
    more = load_defaults("conf/live.py", b"from .base import *\nSESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True\n")
    assert list(judge_defaults(judged([*base, *more]))) == []
    unseen = load_defaults("conf/live.py", b'from company.settings import *\nINSTALLED_APPS = ["a"]\n')
    assert list(judge_defaults(judged(unseen))) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a.toml", "debug = \n", "a.toml: Invalid value"),
        ("a.yaml", "a: [\n", "a.yaml:2"),
        ("a.json", '{"a": 1, "a": 2}', "a.json"),
        ("a.ini", "no pair\n[x\n", "a.ini"),
        (".env", "A=1\nnothing\n", ".env:2: KEY=VALUE is expected"),
        ("a.py", "x = = 1\n", "a.py:1"),
        ("a.py", "import os\n", "it sets nothing"),
        ("a.txt", "x", "defaults are read from"),
    ],
)
def test_a_file_that_is_none_is_a_sentence(path: str, text: str, said: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        load_defaults(path, text.encode())
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.yaml",
            "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
        ),
        ("a.yaml", "a: &a [*a, *a]\n"),
        ("a.toml", ".".join(["a"] * 3000) + " = 1\n"),
        ("a.toml", "x = " + "[" * 5000 + "]" * 5000 + "\n"),
        ("a.env", "".join(f"K{n}=1\n" for n in range(30_000))),
        ("a.py", "X = " + "not " * 3000 + "1\n"),
    ],
)
def test_attack_a_small_file_that_is_endless(path: str, text: str) -> None:
    with contextlib.suppress(UnreadableError):
        list(judge_defaults(judged(load_defaults(path, text.encode()))))


@given(st.sampled_from(ENDINGS), st.text(max_size=80) | st.binary(max_size=80))
def test_any_text_gives_settings_or_one_kind_of_error(path: str, text: str | bytes) -> None:
    try:
        settings = load_defaults(path, text.encode("utf-8", "replace") if isinstance(text, str) else text)
    except UnreadableError:
        return
    assert load_settings(dump_settings(settings), "x") == tuple(sorted(settings))
    list(judge_defaults(judged(settings)))
