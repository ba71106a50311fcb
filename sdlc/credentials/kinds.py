"""Kinds of credentials, from `rules/secrets/kinds.toml`: how each is recognized, and where it is revoked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sdlc.credentials.shapes import SHAPES
from sdlc.errors import UnreadableError
from sdlc.formats import strict_toml
from sdlc.model.finding import Confidence, Severity

SCHEMA = "sdlc.kinds/1"
ASSIGNED = "assigned-secret"
"""The kind whose pattern is code of its own (`assigned.py`): a name that says secret, and a value that could be one."""

SECOND_OPINION = "detect-secrets"
"""What detect-secrets alone reports."""

_CODED = (
    {
        "id": ASSIGNED,
        "title": "a value that looks like a credential, under a name that says so",
        "generic": True,
        "revoke": "change it at the service that accepts it",
    },
    {
        "id": SECOND_OPINION,
        "title": "what detect-secrets takes for a credential",
        "confidence": "medium",
        "severity": "medium",
        "revoke": "change it at the service that accepts it",
    },
)


@dataclass(frozen=True)
class Kind:
    """One kind; `rules/secrets/kinds.toml` says what the fields mean."""

    id: str
    title: str
    revoke: str
    pattern: re.Pattern[str] | None = None
    keywords: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    checks: tuple[tuple[str, ...], ...] = ()
    severity: Severity = Severity.HIGH
    confidence: Confidence = Confidence.HIGH
    generic: bool = False
    fold: bool = False


def load_kinds(data: bytes, what: str = "kinds.toml") -> tuple[Kind, ...]:
    """The kinds in `data`, in order, and then those that are code; raises UnreadableError."""
    try:
        document = strict_toml.loads(data)
        if document.get("schema") != SCHEMA:
            raise ValueError(f"schema: {document.get('schema')!r} is not {SCHEMA!r}")
        kinds = tuple(_kind(row) for row in (*document["kinds"], *_CODED))
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}", hint="install secure-sdlc again") from None
    ids = [kind.id for kind in kinds]
    if len(set(ids)) != len(ids):
        raise UnreadableError(f"{what}: a kind stands twice", hint="install secure-sdlc again")
    return kinds


def _kind(row: dict[str, Any]) -> Kind:
    checks = tuple(tuple(str(check).split()) for check in row.get("checks", ()))
    unknown = [check[0] for check in checks if check[0] not in SHAPES]
    if unknown:
        raise ValueError(f"{row['id']}: there is no check {unknown[0]!r}")
    return Kind(
        id=str(row["id"]),
        title=str(row["title"]),
        revoke=str(row["revoke"]),
        pattern=re.compile(row["pattern"]) if "pattern" in row else None,
        keywords=tuple(map(str, row.get("keywords", ()))),
        paths=tuple(map(str, row.get("paths", ()))),
        checks=checks,
        severity=Severity(row.get("severity", "high")),
        confidence=Confidence(row.get("confidence", "high")),
        generic=bool(row.get("generic", False)),
        fold=bool(row.get("fold", False)),
    )
