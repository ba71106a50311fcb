"""`context.json` and `tools.json`, the two artifacts whose meaning is the same for every gate."""

from __future__ import annotations

from collections.abc import Iterable

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import parse_digest
from sdlc.model.result import Context, PlaceContext, ToolVersion


def dump_context(context: Context) -> bytes:
    """`context.json` of `context`."""
    places = [
        {
            "path": p.path,
            "line": p.line,
            "statement": p.statement,
            "function": p.function,
            **({"line_hash": p.line_hash} if p.line_hash else {}),
        }
        for p in sorted(context.places, key=lambda p: (p.path, p.line))
    ]
    return strict_json.dumps({"schema": "sdlc.context/1", "files": sorted(context.files), "places": places})


def load_context(data: bytes) -> Context:
    """The context in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what="context.json")
    try:
        places = tuple(
            PlaceContext(
                path=str(p["path"]),
                line=int(p["line"]),
                statement=str(p["statement"]),
                function=parse_digest(p["function"]),
                line_hash=str(p.get("line_hash", "")),
            )
            for p in document["places"]
        )
        return Context(files=tuple(str(name) for name in document["files"]), places=places)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"context.json: {error}") from None


def dump_tools(tools: Iterable[ToolVersion]) -> bytes:
    """`tools.json` of the programs that a gate ran."""
    ordered = sorted(tools, key=lambda tool: tool.name)
    rows = [{"name": tool.name, "version": tool.version, "digest": tool.digest} for tool in ordered]
    return strict_json.dumps({"schema": "sdlc.tools/1", "tools": rows})


def load_tools(data: bytes) -> tuple[ToolVersion, ...]:
    """The programs in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what="tools.json")
    try:
        return tuple(
            ToolVersion(str(t["name"]), str(t["version"]), parse_digest(t["digest"]) if t["digest"] else None)
            for t in document["tools"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"tools.json: {error}") from None
