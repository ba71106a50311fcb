"""The check as one JSON document: the same bytes as `check.json` (docs/schemas/check.schema.json)."""

from __future__ import annotations

from sdlc.formats.check_json import CheckRecord, dump_check


def render(record: CheckRecord, *, verbose: bool) -> str:  # noqa: ARG001 - JSON is always whole
    """One document with `schema`, `verdict`, and per gate `id`, `outcome`, `counters`, `findings`."""
    return dump_check(record).decode("utf-8")
