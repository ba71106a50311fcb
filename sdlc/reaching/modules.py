"""Which modules a distribution gives, and which functions an advisory calls vulnerable."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sdlc.components.declared import key_of

MAX_RECORD = 32 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z_]\w*")
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,9}")
MANY = 200


def modules_of(environment: Path, name: str, version: str) -> tuple[str, ...]:
    """The top-level modules that the distribution installs into `environment`; none when it is not there."""
    for folder in sorted(environment.resolve().glob("lib*/python*/site-packages/*.dist-info")):
        found, _, number = folder.name.removesuffix(".dist-info").partition("-")
        if key_of(found, number) == key_of(name, version):
            return _modules(folder / "RECORD")
    return ()


def symbols_in(record: Mapping[str, Any], modules: Iterable[str]) -> tuple[str, ...]:
    """Dotted names of vulnerable functions that an OSV record states, sorted.

    Read are ``imports`` (`path` and `symbols`), ``affects.functions`` and lists ``symbols`` or ``functions``, each of
    `ecosystem_specific` or `database_specific`. A name that begins with no module is in the one that there is.
    """
    own = tuple(modules)
    found: set[str] = set()
    for row in [record, *_rows(record.get("affected"))]:
        for key in ("ecosystem_specific", "database_specific"):
            found |= _symbols(row.get(key))
    whole = {name if name.partition(".")[0] in own or len(own) != 1 else f"{own[0]}.{name}" for name in found}
    return tuple(sorted(name for name in whole if _DOTTED.fullmatch(name)))[:MANY]


def _modules(record: Path) -> tuple[str, ...]:
    try:
        if record.stat().st_size > MAX_RECORD:
            return ()
        rows = [row[0] for row in csv.reader(io.StringIO(record.read_text(encoding="utf-8"), newline="")) if row]
    except (OSError, ValueError, csv.Error):
        return ()
    tops = {path.partition("/")[0] for path in rows if path.endswith((".py", ".so", ".pyd", ".pyi"))}
    names = {top.partition(".")[0] for top in tops if not top.endswith((".dist-info", ".data")) and top != ".."}
    return tuple(sorted(name for name in names if _NAME.fullmatch(name)))


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _symbols(value: Any) -> set[str]:
    if not isinstance(value, dict):
        return set()
    found = {name for key in ("symbols", "functions") for name in _texts(value.get(key))}
    affects = value.get("affects")
    if isinstance(affects, dict):
        found |= set(_texts(affects.get("functions")))
    for row in _rows(value.get("imports")):
        path = str(row.get("path", "")).replace("/", ".")
        found |= {f"{path}.{name}" if path else name for name in _texts(row.get("symbols"))}
    return {name.replace("::", ".") for name in found}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
