"""
`sdlc.toml`: what the product is and how its gates look at it, as typed settings.

A misspelt key, a wrong type or a gate that does not exist is a UsageError that names file and key path. Without
the file, the product's name comes from `pyproject.toml` or the folder, and every gate has its defaults.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from sdlc.errors import UsageError
from sdlc.formats import strict_toml
from sdlc.readings import READINGS

FILE = "sdlc.toml"
SCHEMA = "sdlc/1"


@dataclass(frozen=True)
class Product:
    """What is being built: distribution name, version, and the folders that hold its own code."""

    name: str
    version: str = "0"
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Config:
    """The whole of `sdlc.toml`; `settings` holds one settings object for every gate id."""

    product: Product
    settings: Mapping[str, Any]
    configured: bool = field(default=False)


def load_config(data: bytes | None, *, pyproject: bytes | None, folder: str) -> Config:
    """The configuration in `data` (None: no `sdlc.toml`); raises UsageError with file and key path."""
    document = _parse(data, FILE) if data is not None else {}
    if data is not None and document.get("schema") != SCHEMA:
        said = f"{document['schema']!r:.40} is not {SCHEMA!r}" if "schema" in document else "it is missing"
        raise UsageError(
            f"{FILE}: schema: {said}",
            hint=f'let the first line be: schema = "{SCHEMA}"',
        )
    _refuse_unknown(document, ("schema", "product", "gates"), "")
    tables = document.get("gates", {})
    if not isinstance(tables, dict):
        raise UsageError(f"{FILE}: gates: a table is expected")
    _refuse_unknown(tables, READINGS, "gates.")
    product = _product(document.get("product"), pyproject, folder)
    settings = {gate: _settings(gate, tables.get(gate, {})) for gate in READINGS}
    return Config(product, settings, configured=data is not None)


def _parse(data: bytes, what: str) -> dict[str, Any]:
    try:
        return strict_toml.loads(data)
    except UnicodeDecodeError as error:
        raise UsageError(f"{what}: not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{what}: {error}", hint="mend the TOML syntax there") from None


def _product(table: Any, pyproject: bytes | None, folder: str) -> Product:
    project = _parse(pyproject, "pyproject.toml").get("project", {}) if pyproject is not None else {}
    name = project.get("name", folder) if isinstance(project, dict) else folder
    version = project.get("version", "0") if isinstance(project, dict) else "0"
    if table is None:
        return Product(name=str(name), version=str(version))
    product: Product = _typed(Product, {"name": name, "version": version, **_as_table(table, "product")}, "product")
    return product


def _settings(gate: str, table: Any) -> Any:
    return _typed(READINGS[gate].Settings, _as_table(table, f"gates.{gate}"), f"gates.{gate}")


def _as_table(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{FILE}: {path}: a table is expected, this is {value!r:.40}")
    return value


def _typed(cls: type[Any], table: Mapping[str, Any], path: str) -> Any:
    _refuse_unknown(table, (f.name for f in dataclasses.fields(cls)), f"{path}.")
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in table.items():
        try:
            values[key] = TypeAdapter(hints[key]).validate_python(
                tuple(value) if isinstance(value, list) else value, strict=True
            )
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join([f"{path}.{key}", *(str(part) for part in first["loc"])])
            raise UsageError(
                f"{FILE}: {where}: {first['msg'].lower()}, this is {value!r:.60}",
                hint=f"`sdlc gates {path.removeprefix('gates.')}` lists the settings and their types",
            ) from None
    return cls(**values)


def _refuse_unknown(table: Mapping[str, Any], known: Iterable[str], prefix: str) -> None:
    names = list(known)
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            raise UsageError(
                f"{FILE}: {prefix}{key}: there is no such {'gate' if prefix == 'gates.' else 'key'}",
                hint=f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(names))}",
            )
