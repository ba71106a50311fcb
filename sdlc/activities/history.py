"""
`history.json`: which commits are to be answered for, by whom, and what changed after each commit that was reviewed.

Git is asked by the gate; here is what it said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.timestamp import time_from_text, time_to_text

SCHEMA = "sdlc.history/1"


@dataclass(frozen=True)
class Commit:
    """One commit: when it was made, and the addresses of who wrote, committed, or is named as a co-author."""

    id: str
    at: datetime
    emails: tuple[str, ...]


@dataclass(frozen=True)
class Since:
    """What changed since a reviewed commit: paths that differ now, and the later commits that touched code among them.

    `known` is False for a commit that is none of those that led here.
    """

    known: bool
    paths: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """The product, its version, and the commits of this release, newest first.

    `paths` are what they touched; `reviewed` says of each reviewed commit what came since.
    """

    product: str
    version: str
    commits: tuple[Commit, ...]
    paths: tuple[str, ...]
    reviewed: Mapping[str, Since]


def dump_history(history: History) -> bytes:
    """`history` as JSON."""
    return strict_json.dumps(
        {
            "schema": SCHEMA,
            "product": history.product,
            "version": history.version,
            "commits": [
                {"id": one.id, "at": time_to_text(one.at), "emails": list(one.emails)} for one in history.commits
            ],
            "paths": list(history.paths),
            "reviewed": {
                name: {"known": one.known, "paths": list(one.paths), "commits": list(one.commits)}
                for name, one in history.reviewed.items()
            },
        }
    )


def load_history(data: bytes) -> History:
    """The history in `data`; raises UnreadableError."""
    what = "history.json"
    document = strict_json.loads_object(data, what=what)
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema: {SCHEMA} is expected")
        return History(
            product=str(document["product"]),
            version=str(document["version"]),
            commits=tuple(
                Commit(str(row["id"]), time_from_text(row["at"]), tuple(map(str, row["emails"])))
                for row in document["commits"]
            ),
            paths=tuple(map(str, document["paths"])),
            reviewed={
                str(name): Since(row["known"] is True, tuple(map(str, row["paths"])), tuple(map(str, row["commits"])))
                for name, row in document["reviewed"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
