"""
Comments that ask a scanner to be silent: `# nosec B602 -- reason`, `# nosemgrep: sql-injection -- reason`.

Whether one is honored is the reading's decision; here they are only found, in real comments and never in strings.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

_COMMENT = re.compile(r"#\s*(?:nosec|nosemgrep|nosem)\b\s*:?\s*(?P<rest>[^#]*)", re.IGNORECASE)
_REASON = re.compile(r"\s--\s|:\s|\A--\s")
_ID = re.compile(r"B\d{3}|(?<![a-z0-9])[a-z0-9]++(?:-[a-z0-9]++)+")
"""A word is tried from its beginning alone: a long one without a hyphen would take the square of its length."""


@dataclass(frozen=True)
class Suppression:
    """One comment: the rules that it names and its reason; one that stands `alone` on its line means the next."""

    path: str
    line: int
    alone: bool
    ids: tuple[str, ...]
    reason: str


def find_suppressions(path: str, source: str) -> tuple[Suppression, ...]:
    """The comments in `source`, in order; raises tokenize.TokenError or SyntaxError for what is not Python."""
    if "nosec" not in source.lower() and "nosem" not in source.lower():
        return ()
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        match = _COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        ids, *reason = _REASON.split(match["rest"], maxsplit=1)
        alone = not token.line[: token.start[1]].strip()
        found.append(Suppression(path, token.start[0], alone, tuple(_ID.findall(ids)), "".join(reason).strip()))
    return tuple(found)


def dump_suppressions(suppressions: Iterable[Suppression]) -> bytes:
    """`suppressions.json`."""
    return strict_json.dumps([asdict(one) for one in suppressions])


def load_suppressions(data: bytes) -> tuple[Suppression, ...]:
    """The comments in `suppressions.json`; raises UnreadableError."""
    rows = strict_json.loads(data, what="suppressions.json")
    try:
        return tuple(
            Suppression(
                str(row["path"]),
                int(row["line"]),
                bool(row["alone"]),
                tuple(map(str, row["ids"])),
                str(row["reason"]),
            )
            for row in rows
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"suppressions.json: malformed: {type(error).__name__}: {error}") from None
