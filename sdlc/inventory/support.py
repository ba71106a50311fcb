"""
Who still supports a component, and until when: what the product's own file `support.toml` says, and nothing else.

Nobody can derive that from a package, and what is guessed would be read as a promise. Each row names its source; a
component without a row is unknown, with that as the reason.

.. code:: toml

   schema = "sdlc.support/1"
   as_of = 2026-06-01                     # when somebody last looked
   [[component]]
   name = "django"                        # of PyPI, or of an embedded part as the SBOM names it
   versions = ">=5.2,<5.3"                # PEP 440; left out: all
   level = "actively maintained"          # or "no longer maintained", "abandoned"
   end = 2028-04-30                       # left out: unknown, and `reason` says why
   source = "https://django.example/supported-versions"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from sdlc.errors import UsageError
from sdlc.formats import strict_toml
from sdlc.inventory.rows import Item

SCHEMA = "sdlc.support/1"
LEVELS = ("actively maintained", "no longer maintained", "abandoned")
MAX_BYTES = 4 * 1024 * 1024
NO_ROW = "no row of the product's support data speaks of it"
NO_FILE = "the product has no support data"
_KEYS = {"name", "versions", "level", "end", "reason", "source"}


@dataclass(frozen=True)
class Row:
    """One statement; `end` is None when nobody knows it, and `reason` says why."""

    name: str
    versions: SpecifierSet
    level: str
    end: date | None
    reason: str
    source: str


@dataclass(frozen=True)
class Support:
    """All rows, in their order: the first that fits counts. `as_of` is the day for which they hold."""

    as_of: date
    rows: tuple[Row, ...]

    def of(self, item: Item) -> Row | None:
        """What is known of `item`."""
        name = canonicalize_name(item.name)
        return next((row for row in self.rows if row.name == name and _fits(row, item.version)), None)


def load_support(data: bytes, *, what: str) -> Support:
    """The rows in `data`; raises UsageError with file, row and key."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{what}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        document = strict_toml.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{what}: {error}", hint="mend the TOML syntax there") from None
    rows, as_of = document.get("component", []), document.get("as_of")
    if document.get("schema") != SCHEMA or set(document) - {"schema", "as_of", "component"}:
        raise UsageError(f'{what}: expected are schema = "{SCHEMA}", as_of and [[component]]')
    if type(as_of) is not date:
        raise UsageError(f"{what}: as_of: {as_of!r:.40} is no day", hint="write as_of = 2026-06-01")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{what}: component: tables are expected", hint="write [[component]]")
    return Support(as_of, tuple(_row(row, f"{what}: component {number}") for number, row in enumerate(rows, start=1)))


def _row(row: Mapping[str, Any], where: str) -> Row:
    if unknown := sorted(set(row) - _KEYS):
        raise UsageError(f"{where}: {unknown[0]!r:.60} is no key of a component")
    texts = {key: row.get(key, "") for key in ("name", "versions", "level", "reason", "source")}
    for key, value in texts.items():
        if not isinstance(value, str) or (not value and key in ("name", "level", "source")):
            raise UsageError(f"{where}: {key}: a text is expected, this is {value!r:.60}")
    if texts["level"] not in LEVELS:
        raise UsageError(f"{where}: level: {texts['level']!r:.60} is none of {', '.join(LEVELS)}")
    end = row.get("end")
    if end is not None and type(end) is not date:
        raise UsageError(f"{where}: end: {end!r:.40} is no day", hint="write end = 2028-04-30")
    if end is None and not texts["reason"]:
        raise UsageError(f"{where}: it has no end, so reason must say why nobody knows it")
    try:
        versions = SpecifierSet(texts["versions"])
    except InvalidSpecifier as error:
        raise UsageError(f"{where}: versions: {error}", hint='write versions = ">=5.2,<5.3"') from None
    return Row(canonicalize_name(texts["name"]), versions, texts["level"], end, texts["reason"], texts["source"])


def _fits(row: Row, version: str) -> bool:
    if not len(row.versions):
        return True
    try:
        return bool(version) and row.versions.contains(version, prereleases=True)
    except ValueError:  # a version that PEP 440 rejects is in no range
        return False
