"""
in-toto Statement v1: what is claimed (the predicate) about which bytes (the subjects, by digest).

A loader here accepts a statement only in the one byte form that `statement` writes, so that an unknown key, a number
written as text or a second spelling of the same thing is refused rather than ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import Digest, parse_digest

STATEMENT = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True)
class Statement:
    """One in-toto statement: subjects as (name, SHA-256), the type of the predicate, the predicate."""

    subjects: tuple[tuple[str, Digest], ...]
    predicate_type: str
    predicate: Mapping[str, Any]


def statement(subjects: Iterable[tuple[str, Digest]], predicate_type: str, predicate: Mapping[str, object]) -> bytes:
    """The bytes of a statement; subjects are sorted by name."""
    return strict_json.dumps(
        {
            "_type": STATEMENT,
            "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subjects)],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
    )


def load_statement(data: bytes, *, predicate_type: str, what: str) -> Statement:
    """The statement in `data`, whose predicate must be of `predicate_type`; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    found = document.get("predicateType")
    if document.get("_type") != STATEMENT or found != predicate_type:
        raise UnreadableError(f"{what}: {predicate_type} is expected, this is {found!r:.80}")
    try:
        subjects = tuple((str(s["name"]), parse_digest(s["digest"]["sha256"])) for s in document["subject"])
        predicate = document["predicate"]
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{what}: subject: {type(error).__name__}: {error}") from None
    names = [name for name, _ in subjects]
    if not names or len(set(names)) != len(names):
        raise UnreadableError(f"{what}: there must be subjects, and no two of one name")
    if not isinstance(predicate, dict):
        raise UnreadableError(f"{what}: the predicate is not an object")
    if statement(subjects, predicate_type, predicate) != data:
        raise UnreadableError(f"{what}: a member is unknown, or not in the one form that is written")
    return Statement(subjects, predicate_type, predicate)
