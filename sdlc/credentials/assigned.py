"""A value under a name that says secret: `DB_PASSWORD = "…"`, `client_secret: …`, `"apiKey": "…"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sdlc.credentials.placeholders import classes, is_token
from sdlc.credentials.shapes import entropy

_WORD = r"(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|key|credentials?)"
_QUOTED = re.compile(
    r"(?i)" + _WORD + r"(?P<rest>[\w-]{0,40})[\"'\]]{0,2}[ \t]{0,20}"
    r"(?::[ \t]{0,3}[A-Za-z_][\w.]{0,40}(?:[ \t]{0,2}\|[ \t]{0,2}\w{1,20}|\[\w{1,40}\]){0,3}[ \t]{0,3})?"
    r"(?:=>|:=|={1,3}|!=|:)[ \t]{0,20}\(?[ \t]{0,3}[rRbBuU]{0,2}(?P<quote>[\"'`])"
    r"(?P<secret>[^\"'`\s\\]{8,400})(?P=quote)"
)
_BARE = re.compile(
    r"(?im)^[ \t]{0,40}(?:export[ \t]+|ENV[ \t]+|ARG[ \t]+|-[ \t]+|set[ \t]+)?(?P<name>[\w.-]{0,60}?" + _WORD + r")"
    r"(?P<rest>[\w-]{0,40})[ \t]{0,20}[=:][ \t]{0,20}(?P<secret>[^\s\"'`,\\]{8,400})[ \t]*(?:[ \t][#;].*)?\r?$"
)
_BARE_FILE = re.compile(
    r"(?i).*(?:env|\.env\..*|\.(?:ini|cfg|conf|properties|ya?ml|toml|sh|bat|ps1|tfvars|service|txt))"
    r"|.*(?:dockerfile|credentials|secrets).*"
)
"""Names of files in which values stand without quotes."""

_BEFORE = re.compile(r"[\w.-]{0,60}\Z")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ALONE = {"password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "credential", "credentials", "pass"}
_ALONE |= {"apikey", "secretkey", "accesskey", "authkey", "authtoken", "accesstoken", "clientsecret", "apitoken"}
_BEFORE_KEY = {"api", "secret", "access", "auth", "private", "signing", "encryption", "master", "account", "storage"}
_BEFORE_KEY |= {"shared", "session", "client", "service", "admin", "subscription", "license", "hmac", "aes", "jwt"}
_AFTER = {"value", "default", "prod", "production", "live", "dev", "staging", "base", "hex", "plain", "raw", "text"}
_NO_SECRET_TOKENS = {"csrf", "xsrf", "max", "min", "num", "pad", "eos", "bos", "unk", "next", "continuation", "page"}
_NO_SECRET_TOKENS |= {"public", "sort", "primary", "foreign", "pub", "type", "sas", "idempotency", "cache", "site"}


def find_assigned(text: str, path: str) -> Iterator[tuple[int, int]]:
    """Where (from, to) values stand that may be credentials because of their names."""
    for match in _QUOTED.finditer(text):
        before = _BEFORE.search(text[max(0, match.start() - 60) : match.start()])
        name = (before.group() if before else "") + text[match.start() : match.end("rest")]
        if says_secret(name) and _is_value(match["secret"], name):
            yield match.span("secret")
    if _BARE_FILE.fullmatch(path.rpartition("/")[2]):
        for match in _BARE.finditer(text):
            name = text[match.start("name") : match.end("rest")]
            if says_secret(name) and _is_value(match["secret"], name):
                yield match.span("secret")


def says_secret(name: str) -> bool:
    """True when the last word of `name` (`db.passwd`, `clientSecret`, `API_KEY_PROD`) says that its value is secret."""
    words = [word.lower() for word in _PARTS.findall(name)]
    while words and (words[-1] in _AFTER or words[-1].isdigit()):
        words.pop()
    if not words or not _NO_SECRET_TOKENS.isdisjoint(words):
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    return last in _ALONE or (last == "key" and before in _BEFORE_KEY) or (last == "pw" and bool(before))


def _is_value(value: str, name: str) -> bool:
    if not is_token(value) or value.lower() == name.lower():
        return False
    return entropy(value) >= 3.0 or (classes(value) >= 4 and entropy(value) >= 2.7)
