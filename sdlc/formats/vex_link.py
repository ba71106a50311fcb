"""What stands in the place of a symbolic link in `.sdlc/vex/`: where it points to. It is never a decision."""

from __future__ import annotations

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

SCHEMA = "sdlc.vex-link/1"


def link_to(target: str) -> bytes:
    """The bytes for a link to `target`, which nobody follows."""
    return strict_json.dumps({"schema": SCHEMA, "target": target})


def link_of(data: bytes) -> str | None:
    """Where the link points to for which `data` stands; None for anything else."""
    if SCHEMA.encode() not in data:
        return None
    try:
        document = strict_json.loads_object(data, what=SCHEMA)
    except UnreadableError:
        return None
    return str(document.get("target", "")) if document.get("schema") == SCHEMA else None
