"""
A feed in any form → one folder of ours: records in one order and one form, dated and hashed by its `feed.json`.

Only records of PyPI and of what wheels carry (crates.io, OSS-Fuzz) are kept, those that were withdrawn included. The
same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sdlc.feeds.feed import Feed, feed_of, utc
from sdlc.feeds.members import EXPLOITED, FEED_INFO, SCORES
from sdlc.formats import strict_json
from sdlc.model.digest import sha256

SCHEMA = "sdlc.feed/1"
RECORDS = "advisories.jsonl"


@dataclass(frozen=True)
class Imported:
    """`files` by name, `feed.json` last; `others` counts records of other ecosystems, which were left out."""

    files: Mapping[str, bytes]
    feed: Feed
    others: int


def import_feed(
    read: Feed, kev: bytes | None, epss: bytes | None, *, name: str, source: str, published: str, now: datetime
) -> Imported:
    """The folder that `read` becomes; `kev` and `epss` take the place of what stood beside its records.

    `published` is a date, or empty: what the feed says. Raises ToolError for a feed without a record of PyPI that
    stands, UnreadableError for anything that cannot be read.
    """
    given = {EXPLOITED[0]: kev, SCORES[0]: epss}
    beside = {**read.beside, **{key: data for key, data in given.items() if data is not None}}
    kept = {key: row for key, row in read.records.items() if row.advisory.affected}
    lines = [strict_json.dumps(kept[key].document) for key in sorted(kept)]
    info = {
        "schema": SCHEMA,
        "name": name,
        "source": source,
        "published": utc(published, what="--published") if published else read.published,
        "imported": now.isoformat(timespec="seconds"),
        "count": len(kept),
        "sha256": sha256(strict_json.dumps(dict(zip(sorted(kept), map(sha256, lines), strict=True)))),
    }
    for key, file in (("kev_sha256", EXPLOITED[0]), ("epss_sha256", SCORES[0])):
        info |= {key: sha256(beside[file])} if file in beside else {}
    files = {RECORDS: b"".join(line + b"\n" for line in lines), **beside, FEED_INFO: strict_json.pretty(info)}
    again = feed_of(((key, line) for key, line in zip(sorted(kept), lines, strict=True)), beside, info, name=name)
    return Imported(files, again, len(read.records) - len(kept))
