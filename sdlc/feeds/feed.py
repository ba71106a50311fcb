"""
A feed, opened: its records, the files that stand beside them, and the identity of the whole.

Beside the records may stand `feed.json` (what the feed is and of when), the catalogue of known exploited
vulnerabilities and EPSS scores. What `feed.json` says of digests must hold: a feed that lost records since it was
imported is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from sdlc.advisories.ranges import problems_of
from sdlc.errors import ToolError, UnreadableError
from sdlc.feeds.members import AGAIN, EXPLOITED, FEED_INFO, MAX_RECORD, SCORES, Member, file_bytes, members
from sdlc.formats import strict_json
from sdlc.formats.epss_csv import Scores, load_scores
from sdlc.formats.exploited_json import Exploited, load_exploited
from sdlc.formats.osv_json import Advisory, load_advisory
from sdlc.model.digest import Digest, sha256

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Record:
    """One record: as it was read, and what matching needs of it."""

    advisory: Advisory
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Feed:
    """`records` by id; `standing` counts those of PyPI that are not withdrawn; `digest` is over all
    records; `beside` holds the bytes of what stands beside them, unpacked, as `kev.json` and `epss.csv`."""

    name: str
    source: str
    published: str
    records: Mapping[str, Record]
    standing: int
    digest: Digest
    exploited: Exploited | None = None
    scores: Scores | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """What is wrong in records that could be read, each named."""
        return tuple(
            text for identifier in sorted(self.records) for text in problems_of(self.records[identifier].advisory)
        )

    @property
    def identity(self) -> dict[str, Any]:
        """What evidence keeps of the whole feed."""
        identity: dict[str, Any] = {"name": self.name, "published": self.published, "records": self.standing}
        if self.exploited is not None:
            dated = {"published": self.exploited.published, "entries": len(self.exploited.since)}
            identity["exploited"] = {**dated, "sha256": sha256(self.beside[EXPLOITED[0]])}
        if self.scores is not None:
            dated = {"published": self.scores.published, "entries": len(self.scores.of)}
            identity["scores"] = {**dated, "sha256": sha256(self.beside[SCORES[0]])}
        return {**identity, "sha256": self.digest, "format": 3}


def open_feed(path: Path, *, called: str = "") -> Feed:
    """The feed at `path`, which errors name as `called` (default: as `path`).

    Raises ToolError when it is missing or empty, UnreadableError when it cannot be read.
    """
    where, itself = f"the advisory feed {called or path}", f"the advisory feed {path.name}"
    try:
        return _opened(path)
    except (UnreadableError, ToolError) as error:
        if where in error.message:
            raise
        said, _, reason = error.message.partition(" [feed-")
        text = where + said.removeprefix(itself) if said.startswith(f"{itself} ") else f"{said}, in {where}"
        raise type(error)(f"{text} [feed-{reason}" if reason else text, hint=error.hint) from None


def _opened(path: Path) -> Feed:
    info = None
    folder = path if path.is_dir() else path.parent
    if path.is_dir() and (path / FEED_INFO).exists():
        said = file_bytes(path / FEED_INFO)
        info = _named(partial(strict_json.loads_object, said, what=FEED_INFO, max_bytes=MAX_RECORD))
    beside = {name: folder / name for name in (*EXPLOITED, *SCORES) if path.exists() and (folder / name).exists()}
    return feed_of(members(path), {name: file_bytes(file) for name, file in beside.items()}, info, name=path.name)


def feed_of(rows: Iterable[Member], beside: Mapping[str, bytes], info: Mapping[str, Any] | None, *, name: str) -> Feed:
    """The feed of `rows`, of what stands `beside` them by file name, and of what `feed.json` says."""
    records: dict[str, Record] = {}
    digests: dict[str, str] = {}
    for member, data in rows:
        document = _named(partial(strict_json.loads_object, data, what=member, max_bytes=MAX_RECORD))
        if info is None and member.rpartition("/")[2] == FEED_INFO:  # in an archive it is a member
            info = document
            continue
        advisory = _named(partial(load_advisory, document, what=member))
        if advisory.id in records:
            raise UnreadableError(f"{member}: the feed holds {advisory.id} twice [feed-unreadable]", hint=AGAIN)
        records[advisory.id] = Record(advisory, document)
        digests[advisory.id] = sha256(data)
    standing = sum(row.advisory.of_pypi and not row.advisory.withdrawn for row in records.values())
    if not standing:
        text = f"the advisory feed {name} holds no record of PyPI that stands ({len(records)} in all) [feed-empty]"
        raise ToolError(text, hint="fetch it again: records in OSV's JSON, of the ecosystem PyPI")
    digest = sha256(strict_json.dumps(digests))
    said = info or {}
    newest = max(row.advisory.modified for row in records.values())
    published = utc(newest if info is None else said.get("published"), what=f"{FEED_INFO}: published")
    whole = {names[0]: beside[one] for names in (EXPLOITED, SCORES) for one in names[::-1] if one in beside}
    kev, epss = whole.get(EXPLOITED[0]), whole.get(SCORES[0])
    found: dict[str, Any] = {"sha256": digest}
    found |= {key: sha256(data) for key, data in (("kev_sha256", kev), ("epss_sha256", epss)) if data is not None}
    for key in ("sha256", "kev_sha256", "epss_sha256") if "sha256" in said else ():
        if said.get(key) != found.get(key):
            text = f"the advisory feed {name} is not what was imported: {key} of {FEED_INFO} differs [feed-unreadable]"
            raise UnreadableError(text, hint="copy the folder again, whole, or import it again")
    return Feed(
        name=str(said.get("name", name)),
        source=str(said.get("source", "")),
        published=published,
        records=records,
        standing=standing,
        digest=digest,
        exploited=None if kev is None else _named(partial(load_exploited, kev, what=EXPLOITED[0])),
        scores=None if epss is None else _named(partial(load_scores, epss, what=SCORES[0])),
        beside=whole,
    )


def _named(read: Callable[[], _Read]) -> _Read:
    """What `read` gives; its refusal carries the reason that a person can tell from the others."""
    try:
        return read()
    except UnreadableError as error:
        raise UnreadableError(f"{error.message} [feed-unreadable]", hint=error.hint or AGAIN) from None


def utc(value: Any, *, what: str) -> str:
    """An ISO 8601 date as one in UTC; raises UnreadableError."""
    try:
        then = datetime.fromisoformat(value)
        return (then if then.tzinfo else then.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(
            f"{what}: {value!r:.60} is no date [feed-unreadable]", hint="write ISO 8601 in UTC"
        ) from None
