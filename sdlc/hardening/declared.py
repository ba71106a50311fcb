"""What a product declares that it needs: pyproject.toml, the built wheel, or the files of requirements."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sdlc.formats import strict_toml
from sdlc.formats.wheel_metadata import WheelMetadata

PROJECT = "pyproject.toml"
FILES = ("requirements.in", "requirements/runtime.in", "requirements/base.in", "requirements.txt")
"""Where a product without a table `project` declares, the first that is there."""

_EXTRA = re.compile(r"""extra\s*==\s*["']([\w.-]+)["']""")


@dataclass(frozen=True, order=True)
class Declared:
    """One distribution that is asked for; `extra` is empty for what everybody gets; `marker` as PEP 508 writes it."""

    name: str
    marker: str
    extra: str
    path: str
    line: int


def declared_in(files: Mapping[str, bytes], wheels: Iterable[WheelMetadata]) -> tuple[tuple[Declared, ...], str]:
    """What is declared, and where that is said (empty: nowhere).

    `files` are `PROJECT` and `FILES` as far as they are there. Raises ValueError when one is none of its kind.
    """
    text = files.get(PROJECT, b"").decode("utf-8")
    try:
        document = strict_toml.loads(files.get(PROJECT, b""))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{PROJECT}: {error}") from None
    project = document.get("project", {})
    if isinstance(project, dict) and ("dependencies" in project or "optional-dependencies" in project):
        return tuple(sorted(_project(project, text))), PROJECT
    of_wheels = [(one, wheel.name) for wheel in wheels for one in wheel.requires]
    if of_wheels:
        rows = (_row(one, "", text, PROJECT) for one, _ in of_wheels)
        return tuple(sorted(row for row in rows if row)), "the built wheel"
    poetry = document.get("tool", {}).get("poetry", {})
    if isinstance(poetry, dict) and isinstance(poetry.get("dependencies"), dict):
        names = (name for name in poetry["dependencies"] if canonicalize_name(name) != "python")
        return tuple(sorted(row for name in names if (row := _row(name, "", text, PROJECT)))), PROJECT
    for path in FILES:
        if path in files and b"--hash" not in files[path]:
            return tuple(sorted(_lines(files[path].decode("utf-8"), path))), path
    return (), ""


def _project(project: Mapping[str, Any], text: str) -> Iterator[Declared]:
    more = project.get("optional-dependencies", {})
    groups = {"": project.get("dependencies", []), **(more if isinstance(more, dict) else {})}
    own = canonicalize_name(str(project.get("name", "")))
    for extra, lines in groups.items():
        for line in lines if isinstance(lines, list) else ():
            row = _row(str(line), str(extra), text, PROJECT)
            if row and row.name != own:
                yield row


def _lines(text: str, path: str) -> Iterator[Declared]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition(" #")[0].strip()
        if line and not line.startswith(("#", "-", "http", ".", "/")):
            row = _row(line, "", "", path)
            if row:
                yield Declared(row.name, row.marker, "", path, number)


def _row(line: str, extra: str, text: str, path: str) -> Declared | None:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    marker = str(requirement.marker or "")
    of_extra = _EXTRA.search(marker)
    return Declared(
        canonicalize_name(requirement.name),
        marker,
        extra or (of_extra[1] if of_extra else ""),
        path,
        _line_of(requirement.name, text),
    )


def _line_of(name: str, text: str) -> int:
    """The line of `text` that asks for `name`, 1 when none is found."""
    spelled = re.sub(r"[-_.]+", "[-_.]+", re.escape(canonicalize_name(name)).replace(r"\-", "-"))
    found = re.search(
        rf"""(?im)(^|["'])[ \t]*(?P<name>{spelled})(?![\w.-]*\w[\w.-]*["']?\s*:)(?=[ \t]*([=<>!~;@\["']|$))""", text
    )
    return text.count("\n", 0, found.start("name")) + 1 if found else 1
