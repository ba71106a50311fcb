"""Read stored bytes again: what the pipeline does after a gate ran, and the verifier does years later."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from sdlc.errors import UnreadableError
from sdlc.formats.context_json import load_context
from sdlc.model.result import Context, Reading
from sdlc.readings import READINGS, Reader

Row = TypeVar("Row")


def reader_of(gate: str) -> Reader:
    """The reader of `gate`; raises UnreadableError when this version of the toolkit has none."""
    try:
        return READINGS[gate]
    except KeyError:
        raise UnreadableError(
            f"this version has no reader for the gate {gate!r}",
            hint="use a version of secure-sdlc that knows it",
        ) from None


def settings_from_json(reader: Reader, document: Mapping[str, object]) -> Any:
    """The settings object that `document` (from `settings_to_json`) stands for; raises UnreadableError."""
    known = {field.name: field for field in dataclasses.fields(reader.Settings)}
    unknown = sorted(set(document) - set(known))
    if unknown:
        raise UnreadableError(f"settings of {reader.READER}: unknown key {unknown[0]!r}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}
    return reader.Settings(**values)


def settings_to_json(settings: Any) -> dict[str, object]:
    """`settings` as JSON values: every field, tuples as lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(settings).items()
    }


def gathered(gate: str, raw: Mapping[str, Row], others: Mapping[str, Mapping[str, Row]]) -> dict[str, Row]:
    """What the reader of `gate` is given: its own raw artifacts, and those that it NEEDS as `<gate>/<name>`."""
    together = dict(raw)
    for need in reader_of(gate).NEEDS:
        together.update({f"{need}/{name}": one for name, one in others.get(need, {}).items()})
    return together


def replay(
    gate: str,
    raw: Mapping[str, bytes],
    settings: Mapping[str, object],
    others: Mapping[str, Mapping[str, bytes]],
) -> Reading:
    """The reading of `gate` from its own raw artifacts and those (`others`, by gate id) that it NEEDS.

    Pure: same bytes and settings, same reading. Raises UnreadableError.
    """
    reader = reader_of(gate)
    together = gathered(gate, raw, others)
    context = load_context(raw["context.json"]) if "context.json" in raw else Context()
    return reader.read(together, settings_from_json(reader, settings), context)
