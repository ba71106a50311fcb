"""
OSV records (schema 1.x): the members that matching needs, and nothing guessed.

A member of another type than the schema's is refused: text where a list of versions should stand would be read as a
list of letters, and match nothing. What can be left out without hiding anything (an event of an unknown kind, a date
that is none) is left out and named in `problems`: the rest of the record counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError

ECOSYSTEM = "PyPI"
CARRIED = {"crates.io": "cargo", "OSS-Fuzz": "generic"}
"""Ecosystems of what wheels carry, and what their packages' names begin with here: ``cargo/openssl``."""
EVENTS = ("introduced", "fixed", "last_affected", "limit")
EVERYTHING = (("introduced", "0"),)

_DISPUTED = re.compile(r"\*\*\s*DISPUTED\s*\*\*", re.IGNORECASE)

_NOTED = re.compile(r"\bNOTE:(?:[^.]|\.(?!\s)){0,300}?\bdisput(?:ed|es)\b")
"""How the text of a CVE says it today: a sentence behind NOTE, such as "NOTE: this is disputed by the vendor"."""

_TAGGED = re.compile(r"(?<![0-9.])\d{1,5}(?:\.\d{1,5})+[a-z]?\Z|(?<![0-9])\d{1,5}(?:[_-]\d{1,5})+[a-z]?\Z")

Events = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Affected:
    """One affected package (`name_in`): listed `versions`, and `ranges` as lists of (event, version)."""

    name: str
    versions: tuple[str, ...]
    ranges: tuple[Events, ...]


@dataclass(frozen=True)
class Advisory:
    """One OSV record.

    `modified` and `withdrawn` are ISO 8601 in UTC, `withdrawn` empty when it is not, `modified` when it is no date;
    `vectors` are CVSS vectors. `disputed`: its own text is marked so; `contested`: a note in
    it says that somebody disputes it.
    """

    id: str
    aliases: tuple[str, ...]
    summary: str
    modified: str
    withdrawn: str
    affected: tuple[Affected, ...]
    vectors: tuple[str, ...]
    links: tuple[str, ...]
    disputed: bool = False
    problems: tuple[str, ...] = ()
    contested: bool = False

    @property
    def of_pypi(self) -> bool:
        """Whether it speaks of a package of PyPI, and not only of what wheels carry."""
        return any("/" not in affected.name for affected in self.affected)


def name_in(ecosystem: str, name: str) -> str:
    """One name for all spellings of a package: of PyPI as PEP 503 has it, of others with their kind in front."""
    if ecosystem == ECOSYSTEM:
        return canonicalize_name(name)
    if ecosystem == "crates.io":
        return f"cargo/{name.lower().replace('_', '-')}"
    return f"{CARRIED[ecosystem]}/{re.sub(r'[^a-z0-9]', '', name.lower())}"


def load_advisory(document: Any, *, what: str) -> Advisory:
    """The record in `document`; packages of other ecosystems than these three are left out. Raises UnreadableError."""
    try:
        record = _mapping(document)
        problems: list[str] = []
        rows = [row for row in _mappings(record, "affected") if _is_ours(row)]
        scores = [
            *_mappings(record, "severity"),
            *(score for row in rows for score in _mappings(row, "severity")),
        ]
        return Advisory(
            id=_text(record["id"], least=1),
            aliases=_texts(record, "aliases"),
            summary=(_text(record.get("summary") or "") or _text(record.get("details") or ""))[:300],
            modified=_date(record["modified"], "modified", problems),
            withdrawn=_date(record["withdrawn"], "withdrawn", problems) if record.get("withdrawn") is not None else "",
            affected=tuple(_affected(row, problems) for row in rows),
            vectors=tuple(dict.fromkeys(_text(score["score"]) for score in scores)),
            links=tuple(_text(row["url"]) for row in _mappings(record, "references"))[:3],
            disputed=any(_DISPUTED.search(_text(record.get(key) or "")) for key in ("summary", "details")),
            problems=tuple(problems),
            contested=any(_NOTED.search(_text(record.get(key) or "")) for key in ("summary", "details")),
        )
    except KeyError as error:
        raise UnreadableError(f"{what}: not an OSV record: {error} is missing") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableError(f"{what}: not an OSV record: {error}") from None


def _is_ours(row: Mapping[str, Any]) -> bool:
    package = row.get("package")  # absent in rows that are about a source repository alone
    return package is not None and _ecosystem(row) in (ECOSYSTEM, *CARRIED)


def _ecosystem(row: Mapping[str, Any]) -> str:
    return _text(_mapping(row["package"])["ecosystem"]).partition(":")[0]


def _affected(row: Mapping[str, Any], problems: list[str]) -> Affected:
    """A package of which nothing can be compared, such as only commits, counts as affected in all its versions."""
    ecosystem, versions = _ecosystem(row), _texts(row, "versions")
    if ecosystem == "OSS-Fuzz":
        versions = tuple(dict.fromkeys(map(_release, versions)))
    ranges = tuple(_events(span, problems) for span in _mappings(row, "ranges") if _text(span["type"]) != "GIT")
    name = name_in(ecosystem, _text(row["package"]["name"], least=1))
    return Affected(name, versions, ranges if versions or ranges else (EVERYTHING,))


def _release(tag: str) -> str:
    """The release that a tag of a repository names: ``1.1.1k`` of ``OpenSSL_1_1_1k``, ``2.13.0`` of ``VER-2-13-0``."""
    matched = _TAGGED.search(tag)
    return re.sub(r"[_-]", ".", matched[0]) if matched else tag


def _events(span: Mapping[str, Any], problems: list[str]) -> Events:
    """The events of one range; one that never says where it begins is affected from the beginning.

    So is one with an event of an unknown kind, which is left out: it could have been another beginning.
    """
    every = [(kind, version) for event in _mappings(span, "events") for kind, version in event.items()]
    events = tuple((kind, _text(version, least=1)) for kind, version in every if kind in EVENTS)
    unknown = [f"unknown event {kind!r:.60}" for kind, _ in every if kind not in EVENTS]
    problems += unknown
    begins = any(kind == "introduced" for kind, _ in events)
    return events if begins and not unknown else (*EVERYTHING, *events)


def _date(value: Any, key: str, problems: list[str]) -> str:
    """An ISO 8601 date as one in UTC; an empty text, named in `problems`, for one that is none: it stands."""
    try:
        then = datetime.fromisoformat(_text(value))
        return (then if then.tzinfo else then.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        problems.append(f"{key}: {value!r:.60} is no date")
        return ""


def _text(value: Any, *, least: int = 0) -> str:
    if not isinstance(value, str) or len(value) < least:
        raise TypeError(f"text is expected, this is {value!r:.60}")
    return value


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _list(row, key)
    if not set(map(type, values)) <= {str}:  # a feed has a hundred thousand of them
        values = [_text(value) for value in values]
    return tuple(values)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"an object is expected, this is {value!r:.60}")
    return value


def _mappings(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [_mapping(value) for value in _list(row, key)]


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if not isinstance(value, list | None):
        raise TypeError(f"{key}: a list is expected, this is {value!r:.60}")
    return value or []
