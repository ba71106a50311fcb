"""
Changing a threat model without losing what people wrote: comments, order and quotes stay as they are.

Only what the strict loader reads is written again, and what comes out has to read as what went in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import StringIO
from itertools import pairwise
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sdlc.errors import UnreadableError
from sdlc.threats.load import is_guessed, load_yaml

WIDTH = 120
_WORD = re.compile(r"[A-Za-z][\w-]*( [\w-]+)*")
_SECTION = re.compile(r"[a-z_]+:")


def formatted(data: bytes, *, path: str) -> bytes:
    """`data` in its one form: indentation, spaces, line ends; comments and order kept. Raises ModelError."""
    before, _ = load_yaml(data, path=path)
    text = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").expandtabs(2)
    result = "\n".join(line.rstrip(" ") for line in _dump(_load(text, path), 2, WIDTH).strip("\n").split("\n")) + "\n"
    after, _ = load_yaml(result.encode(), path=path)
    if after != before:
        raise UnreadableError(f"{path} could not be formatted without changing what it says; it is left as it is")
    return result.encode()


def rewritten(data: bytes, edit: Callable[[CommentedMap], None], *, path: str) -> bytes:
    """`data` after `edit`, in the indentation that it has. Raises ModelError."""
    load_yaml(data, path=path)
    text = data.decode("utf-8")
    document = _load(text, path)
    edit(document)
    result = _apart(text, _dump(document, _offset(text), 4096)).encode()
    load_yaml(result, path=path)  # what we write must be what the gate can read
    return result


def written(document: Mapping[str, Any]) -> str:
    """`document` (JSON values) as a file of ours; raises ModelError where it is no YAML that we read."""
    text = _dump(entry(document), 2, WIDTH)
    load_yaml(text.encode(), path="what was written")
    return text


def entry(values: Mapping[str, Any]) -> CommentedMap:
    """An entry of several lines."""
    return CommentedMap({name: _told(value) for name, value in values.items()})


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return CommentedMap({name: _told(inner) for name, inner in value.items()})
    if isinstance(value, (list, tuple)):
        plain = all(not isinstance(inner, (dict, list, tuple)) for inner in value)
        return words(value) if plain else CommentedSeq([_told(inner) for inner in value])
    return quoted(value)


def row(**values: Any) -> CommentedMap:
    """A mapping on one line; a key that ends with an underscore stands without it."""
    made = CommentedMap({name.rstrip("_"): value for name, value in values.items()})
    made.fa.set_flow_style()
    for name, value in made.items():
        made[name] = words(value) if isinstance(value, (list, tuple)) else quoted(value)
    return made


def quoted(value: Any) -> Any:
    """`value`, in quotes where it is a text that somebody could take for something else."""
    if not isinstance(value, str) or (_WORD.fullmatch(value) and not is_guessed(value)):
        return value
    return DoubleQuotedScalarString(value)


def words(values: Any) -> CommentedSeq:
    """A list on one line."""
    made = CommentedSeq([quoted(value) for value in values])
    made.fa.set_flow_style()
    return made


def section(document: CommentedMap, name: str) -> CommentedMap:
    """The section `name`, made where there is none; one that stands on one line is opened."""
    if document.get(name) is None:
        document[name] = CommentedMap()
    found: CommentedMap = document[name]
    found.fa.set_block_style()
    return found


def _load(text: str, path: str) -> CommentedMap:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    try:
        document = yaml.load(text)
    except (YAMLError, ValueError, IndexError, TypeError) as error:  # ruamel's own reader of comments stumbles, too
        raise UnreadableError(f"{path}: could not be read with its comments: {type(error).__name__}") from None
    if not isinstance(document, CommentedMap):
        raise UnreadableError(f"{path}: a mapping is expected")
    return document


def _dump(document: CommentedMap, offset: int, width: int) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = width
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    stream = StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _apart(before: str, after: str) -> str:
    """`after` with an empty line before each section that had one; what is added at a section's end slips behind it."""
    lines = before.split("\n")
    apart = {line for above, line in pairwise(lines) if not above.strip() and _SECTION.match(line)}
    result: list[str] = []
    for line in after.split("\n"):
        if line in apart and result and result[-1].strip() and not result[-1].startswith("#"):
            result.append("")
        result.append(line)
    return "\n".join(result)


def _offset(text: str) -> int:
    """How far lists are set in; two where there is none."""
    lines = text.split("\n")
    for above, line in pairwise(lines):
        if line.lstrip().startswith("- ") and above.rstrip().endswith(":"):
            return max(0, len(line) - len(line.lstrip()) - (len(above) - len(above.lstrip())))
    return 2
