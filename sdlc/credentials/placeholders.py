"""What stands where a credential would stand and is none: a placeholder, a reference, a word, a public name."""

from __future__ import annotations

import re

_STAND_INS = re.compile(
    r"example|placeholder|change.?(?:me|it|this)|replace|redacted|removed|insert|dummy|fake|foobar|foo.?bar|lorem"
    r"|your|dein|enter.?here|goes.?here|not.?(?:a.?real|used|needed|so.?secret)|x{4,}|\*{3,}|\.{3}|…|•|_{4,}|-{4,}|0{8,}",
    re.IGNORECASE,
)
_USUAL = re.compile(r"12345|23456|98765|abcdef|qwert|asdf|0{5,}|deadbeef|cafebabe|letmein|hunter2|tiger|sesame", re.I)
_REFERENCE = re.compile(
    r"""[<{(\[$%]|\$\{|\{\{|%\(
    |.*(?:\$\{|\{\{|\}\}|%\(|%s|\{\w*\}|<\w[\w -]*>)
    |(?:env|vault|secret|file|ssm|op|arn|urn|data|ref)[:/]
    |!\w|&\w|\*\w|@\w+\b(?!.*[\d])|\\[dwsSWD(\[]|\.{1,2}/|~?/|[a-z]+://
    |os\.|self\.|settings\.|config\.|process\.env|getenv|None\b|null\b|true\b|false\b""",
    re.VERBOSE | re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HASHED = re.compile(
    r"(?:pbkdf2|argon2|bcrypt|scrypt|sha1|sha224|sha256|sha384|sha512|md5|crypt|unsalted)[\w-]*[$:]"
    r"|\$(?:\d|2[abxy]|apr1|argon2\w*|y|pbkdf2)[$-]|\{(?:SSHA|SHA|MD5|CRYPT)\}|(?:sha(?:1|256|384|512)|md5)-",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z]+\d{0,4}(?:[_./: -]+[A-Za-z]*\d{0,4})*[!?.]?")
_CODE = re.compile(
    r"[A-Za-z_][\w.]*\(.*\)?|[\w.]+\[.*\]?|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|.*\\[wdsb].*|.*[(\[]\?[:P<!=].*"
)
_VERSION = re.compile(r"\d\.\d")
_PUBLIC_KEY = re.compile(r"(?:AAAA[BCE]|MI[IGH][A-Za-z]|ssh-|ecdsa-)")
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zyxwvutsrqponmlkjihgfedcba")


def is_placeholder(value: str) -> bool:
    """True for what a manual would print: words that say so, few different characters, runs of the alphabet."""
    return bool(_STAND_INS.search(value)) or len(set(value)) <= max(3, len(value) // 16) or _is_run(value.lower())


def is_password(value: str, user: str = "") -> bool:
    """Could a person or a program have chosen `value` to be secret? Words alone, however long, count as no."""
    return _could_be(value, user) and classes(value) >= (2 if len(value) >= 16 else 3) and len(value) >= 8


def is_login(value: str, user: str = "") -> bool:
    """`is_password` at a place where nothing but a password stands: a shorter and simpler one counts, too."""
    return _could_be(value, user)


def _could_be(value: str, user: str) -> bool:
    if not 6 <= len(value) <= 400 or value == user or not value.isprintable() or " " in value:
        return False
    if is_placeholder(value) or _USUAL.search(value) or _REFERENCE.match(value) or _CODE.fullmatch(value):
        return False
    if _UUID.fullmatch(value) or _HASHED.match(value) or classes(value) < 2:
        return False
    if _WORDS.fullmatch(value):
        return classes(value) == 4 and not _VERSION.search(value)
    return len(value) < 16 or any(map(str.isdigit, value))


def is_token(value: str) -> bool:
    """`is_password`, and no public key either."""
    return is_password(value) and not _PUBLIC_KEY.match(value)


def classes(value: str) -> int:
    """How many of the four there are: lower case, upper case, digits, anything else."""
    tests = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())
    return sum(any(map(test, value)) for test in tests)


def _is_run(value: str) -> bool:
    """True when most of it goes along an alphabet or the keyboard."""
    pairs = [value[at : at + 2] for at in range(len(value) - 1)]
    along = sum(any(pair in alphabet for alphabet in _ALPHABETS) for pair in pairs)
    return bool(pairs) and along > len(pairs) * 0.6
