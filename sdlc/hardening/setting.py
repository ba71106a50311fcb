"""
One setting of a file that says how the product runs: what is set, to what, and where; and the table of all of them.

A secret is never in the table: a value under a name that says so is replaced by what kind of value it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

from sdlc.credentials.assigned import says_secret
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

SCHEMA = "sdlc.settings/1"
MAX_VALUE = 300
NOTHING, OUTSIDE, STAND_IN, WRITTEN = "(empty)", "(from outside)", "(a word that everybody knows)", "(written here)"
"""What the table says of a secret: not set, taken from elsewhere, set to a usual word, or set to something else."""

SECRETS = (STAND_IN, WRITTEN)


def words_of(text: str) -> list[str]:
    """The words of a list that is written as text."""
    return text.split()


USUAL = frozenset(
    words_of(
        "admin administrator password passwort passw0rd pass root toor test guest default changeme "
        "change-me changethis secret letmein welcome welcome1 qwerty 1234 12345 123456 12345678 "
        "123456789 demo user postgres mysql oracle sa raspberry ubnt support service manager tomcat dev "
        "insecure"
    )
)
"""Values that are tried first."""

_USUAL = re.compile(
    r"(?i)change.?(me|this|it)|(^|[-_ ])insecure|replace.?me|your.?(secret|password|key)|not.?so.?secret"
)
_OUTSIDE = re.compile(r"\$\{?\w|\{\{|<[\w -]+>$|%\(|(?i:env|vault|file|secret|ssm|arn|op)[:/]|!\w|/(run|etc|var)/|\Z")


@dataclass(frozen=True, order=True)
class Setting:
    """`kind` is the kind of file, `scope` whose setting it is in it (a service, a container, a section), `line` from 1.

    An empty `key` says where `scope` begins; `value` is then what makes it one.
    """

    path: str
    line: int
    kind: str
    scope: str
    key: str
    value: str


def secret_kind(value: str) -> str:
    """What the table says of `value`, which stands under a name that says that it is secret."""
    plain = value.strip().strip("\"'")
    if not plain or plain.lower() in ("none", "null", "~", "false", "true"):
        return NOTHING
    if plain.lower() in USUAL or _USUAL.search(plain):
        return STAND_IN
    return OUTSIDE if _OUTSIDE.match(plain) else WRITTEN


def is_secret(key: str) -> bool:
    """True when the last part of `key` says that its value is secret, and not where it lies or how long it lives."""
    name = re.sub(r"\[\d*\]", "", key).rpartition(".")[2]
    return says_secret(name) and not re.search(
        r"(?i)(file|path|name|id|length|age|timeout|expir\w*|ttl|hash\w*)$", name
    )


def shown(key: str, value: str) -> str:
    """`value` as the table shows it."""
    return secret_kind(value) if is_secret(key[-MAX_VALUE:]) else without_password(value)[:MAX_VALUE]


def without_password(value: str) -> str:
    """`value` with the password of an address in it taken out."""
    return re.sub(r"(\w+://[^:/@\s]*):[^@/\s]+@", lambda found: f"{found[1]}:{WRITTEN}@", value)


def dump_settings(settings: Iterable[Setting]) -> bytes:
    """The table as JSON."""
    rows = [list(astuple(one)) for one in sorted(settings)]
    return strict_json.dumps({"schema": SCHEMA, "rows": rows})


def load_settings(data: bytes, what: str) -> tuple[Setting, ...]:
    """The table in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    if document.get("schema") != SCHEMA:
        raise UnreadableError(f"{what}: the schema is not {SCHEMA}")
    try:
        return tuple(_row(*row) for row in document["rows"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None


def _row(path: str, line: int, kind: str, scope: str, key: str, value: str) -> Setting:
    if not all(isinstance(one, str) for one in (path, kind, scope, key, value)) or not isinstance(line, int):
        raise ValueError("a row of other types")
    return Setting(path, line, kind, scope, key, value)


@dataclass(frozen=True)
class Scope:
    """All settings of one scope, in the order of the file; `place` is the one with the empty key."""

    place: Setting
    settings: tuple[Setting, ...]

    def all(self, key: str) -> tuple[Setting, ...]:
        """Every setting of `key`, which is compared without regard to case."""
        return tuple(one for one in self.settings if one.key.lower() == key.lower())

    def last(self, key: str) -> Setting | None:
        """The setting of `key` that counts, where a later one replaces an earlier."""
        found = self.all(key)
        return found[-1] if found else None

    def says(self, key: str) -> str:
        """The value of `key` that counts, in small letters; empty without one."""
        found = self.last(key)
        return found.value.strip().lower() if found else ""


def scopes(settings: Iterable[Setting]) -> Iterator[Scope]:
    """`settings` by file and scope."""
    together: dict[tuple[str, str, str], list[Setting]] = {}
    for one in settings:
        together.setdefault((one.path, one.kind, one.scope), []).append(one)
    for several in together.values():
        begins = next((one for one in several if not one.key), None)
        place = begins or Setting(several[0].path, several[0].line, several[0].kind, several[0].scope, "", "")
        yield Scope(place, tuple(sorted((one for one in several if one.key), key=lambda one: one.line)))
