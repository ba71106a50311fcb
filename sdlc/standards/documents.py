"""The numbers under which a house files what answers a control: `[documents."STANDARD"]`, control id → number."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sdlc.errors import UsageError
from sdlc.formats import strict_toml
from sdlc.standards.catalog import Standard

SCHEMA = "sdlc.documents/1"
MAX_NUMBER = 200
Documents = Mapping[str, Mapping[str, str]]


def load_documents(data: bytes, what: str) -> Documents:
    """The numbers in `data`; raises UsageError with file and key path."""
    try:
        document = strict_toml.loads(data)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{what}: {error}", hint="mend the TOML syntax") from None
    hint = f'write schema = "{SCHEMA}", then [documents."STANDARD"] with "CONTROL" = "NUMBER"'
    if document.get("schema") != SCHEMA or set(document) - {"schema", "documents"}:
        raise UsageError(f"{what}: not a file of document numbers", hint=hint)
    made: dict[str, dict[str, str]] = {}
    tables = document.get("documents")
    if not isinstance(tables, dict) or not tables:
        raise UsageError(f"{what}: documents: there is none", hint=hint)
    for standard, numbers in tables.items():
        if not isinstance(numbers, dict):
            raise UsageError(f"{what}: documents.{standard}: a table is expected", hint=hint)
        for control, number in numbers.items():
            if not isinstance(number, str) or not 0 < len(number.strip()) <= MAX_NUMBER:
                raise UsageError(f"{what}: documents.{standard}.{control}: a number is a short text", hint=hint)
        made[standard] = dict(numbers)
    return made


def with_documents(standards: Sequence[Standard], documents: Documents, what: str) -> tuple[Standard, ...]:
    """`standards` whose controls carry their numbers. Raises UsageError for a number of a control that nobody knows."""
    known = {standard.id: {control.id for control in standard.controls} for standard in standards}
    for name, numbers in documents.items():
        if name not in known:
            raise UsageError(f"{what}: there is no standard {name!r}", hint="sdlc standards list")
        if missing := sorted(set(numbers) - known[name]):
            raise UsageError(f"{what}: {name} has no control {missing[0]!r}", hint=f"sdlc standards show {name}")
    return tuple(
        replace(
            standard,
            controls=tuple(
                replace(control, document=documents.get(standard.id, {}).get(control.id, ""))
                for control in standard.controls
            ),
        )
        for standard in standards
    )
