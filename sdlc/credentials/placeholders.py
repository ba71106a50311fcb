"""What stands where a credential would stand and is none: a placeholder, a reference, a word, a public name."""

from __future__ import annotations

import re

_STAND_INS = re.compile(
    r"example|placeholder|change.?(?:me|it|this)|replace|redacted|removed|insert|dummy|fake|foobar|foo.?bar|lorem"
    r"|your|dein|enter.?(?:here|your)|goes.?here|not.?(?:a.?real|used|needed|so.?secret)|x{4,}|\*{3,}|\.{3}|…|•|_{4,}|-{4,}"
    r"|0{6,}|12345|23456|98765|abcdef|qwert|asdf|deadbeef|cafebabe|letmein|hunter2|tiger|sesame",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"""[<{(\[$%]|\$\{|\{\{|%\(|.*(?:\$\{|\{\{|\}\}|%\(|%s|\{\w*\}|<\w[\w -]*>)|(?:env|vault|secret|file|ssm|op|arn|urn|data|ref)[:/]
    |!\w|&\w|\*\w|@\w+\b(?!.*[\d])|\\[dwsSWD(\[]|\.{1,2}/|~?/|[a-z]+://|os\.|self\.|settings\.|config\.|process\.env|getenv|None\b|null\b
    |true\b|false\b""",
    re.VERBOSE | re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HASHED = re.compile(
    r"(?:pbkdf2|argon2|bcrypt|scrypt|sha1|sha224|sha256|sha384|sha512|md5|crypt|unsalted)[\w-]*[$:]"
    r"|\$(?:\d|2[abxy]|apr1|argon2\w*|y|pbkdf2)[$-]|\{(?:SSHA|SHA|MD5|CRYPT)\}|(?:sha(?:1|256|384|512)|md5)-",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z]+\d{0,4}(?:[_. :/@,!?#-]+[A-Za-z]*\d{0,3})*[!?.]?")
_CODE = re.compile(r"[A-Za-z_][\w.]*\(.*\)?|[\w.]+\[.*\]?|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|.*\\[wdsb].*|.*[(\[]\?[:P<!=].*")
_PUBLIC_KEY = re.compile(r"(?:AAAA[BCE]|MI[IGH][A-Za-z]|ssh-|ecdsa-)")
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zyxwvutsrqponmlkjihgfedcba")


def is_placeholder(value: str) -> bool:
    """True for what a manual would print: words that say so, few different characters, runs of the alphabet."""
    return bool(_STAND_INS.search(value)) or len(set(value)) <= max(3, len(value) // 16) or _is_run(value.lower())


def is_password(value: str, user: str = "") -> bool:
    """Could a person or a program have chosen `value` to be secret? Words alone, however long, count as no."""
    if not 6 <= len(value) <= 400 or value == user or not value.isprintable() or " " in value:
        return False
    if is_placeholder(value) or _REFERENCE.match(value) or _UUID.fullmatch(value) or _HASHED.match(value):
        return False
    return not (_WORDS.fullmatch(value) or _CODE.fullmatch(value)) and _is_mixed(value)


def is_token(value: str) -> bool:
    """`is_password`, and no public key either."""
    return is_password(value) and not _PUBLIC_KEY.match(value)


def _is_mixed(value: str) -> bool:
    kinds = [
        any(map(str.islower, value)),
        any(map(str.isupper, value)),
        any(map(str.isdigit, value)),
        any(not character.isalnum() for character in value),
    ]
    if len(value) >= 16:
        return sum(kinds) >= 2 and kinds[2]
    return sum(kinds) >= 3 and len(value) >= 8


def _is_run(value: str) -> bool:
    """True when most of it goes along an alphabet or the keyboard."""
    pairs = [value[at : at + 2] for at in range(len(value) - 1)]
    along = sum(any(pair in alphabet for alphabet in _ALPHABETS) for pair in pairs)
    return bool(pairs) and along > len(pairs) * 0.6
