"""The engine of our own beside semgrep: the same rules, over the same folded sources, across functions."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from sdlc.flows.engine import find_flows
from sdlc.flows.vocabulary import read_vocabulary
from sdlc.formats import strict_json
from sdlc.formats.flows_json import dump_flows
from sdlc.formats.python_source import Source
from sdlc.model.fingerprint import parse


def follow(compiled: bytes, sources: Mapping[str, Source], mirror: Path) -> bytes:
    """What flows from function to function in `sources`, whose folded text lies in `mirror`; tables hold no flow."""
    vocabulary = read_vocabulary(strict_json.loads_object(compiled, what="the compiled rules"))
    trees = {path: _tree(source, mirror / path) for path, source in sources.items() if not source.table}
    return dump_flows(find_flows(trees, {path: sources[path].text for path in trees}, vocabulary))


def _tree(source: Source, folded: Path) -> ast.Module:
    data = folded.read_bytes()
    return source.tree if data == source.text.encode() else parse(data)
