"""
One standard as data: its controls by id, in our own words, and what can answer each (`rules/standards/*.toml`).

`full` names the producers whose records together hold everything that the control asks to see of one release;
`partial` those that hold a part. A producer is a gate, an activity of people (`activities/NAME`), or a part of the
release itself: approval, signing, provenance, monitoring, advisories. `people` says what only people can show, and
`cwe` which weaknesses belong to the control. Which words we use is our own reading: until `reviewer` names somebody of
the field who checked it, it says so wherever it is shown. Texts of a standard never stand in these files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdlc.errors import UsageError

SCHEMA = "sdlc.standard/1"
STATUSES = ("final", "draft")
ACTIVITY = "activities/"
PRODUCERS = frozenset(
    {
        *("build", "tests", "static-analysis", "secrets", "sbom", "vulnerabilities", "licenses", "fuzz"),
        *("dynamic-analysis", "threat-model", "attack-surface", "requirements", "malware", "hardening", "workflows"),
        *("approval", "signing", "provenance", "monitoring", "advisories", "update-bundle", "mds2"),
        *(f"{ACTIVITY}{name}" for name in ("code-review", "penetration-test", "training")),
    }
)
"""What a control may name; a misspelt one would otherwise never be answered, and nobody would see why."""

MAX_BYTES = 2**20
MAX_TEXT = 400
_ID = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_HINT = "docs/standards.md shows a whole file"
_Kinds = Mapping[str, type[object]]
_HEAD: _Kinds = {"schema": str, "id": str, "title": str, "version": str, "status": str, "reviewer": str}
_MORE: _Kinds = {"scope": str, "attribution": str, "controls": list}
_CONTROL: _Kinds = {"id": str, "text": str, "full": list, "partial": list, "people": str, "cwe": list}


@dataclass(frozen=True)
class Control:
    """One requirement of a standard; `text` is our own sentence about it, `document` a number of the user's house."""

    id: str
    text: str
    full: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    people: str = ""
    cwe: tuple[int, ...] = ()
    document: str = ""

    @property
    def producers(self) -> tuple[str, ...]:
        """All that could say something of it, those that answer it in full first."""
        return (*self.full, *self.partial)


@dataclass(frozen=True)
class Standard:
    """One standard in one version; `status` is that of the standard, `reviewer` who checked our reading of it."""

    id: str
    title: str
    version: str
    status: str
    reviewer: str
    scope: str
    attribution: str
    controls: tuple[Control, ...]

    @property
    def review(self) -> str:
        """Who checked the mapping, in words."""
        return f"mapping reviewed by {self.reviewer}" if self.reviewer else "mapping not reviewed"


def load_standard(data: bytes, what: str) -> Standard:
    """The standard in `data`; raises UsageError that begins with `what`, a file's name, and the line."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{what}: {len(data)} bytes, more than the {MAX_BYTES} that are read")
    try:
        text = data.decode("utf-8")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise UsageError(f"{what}:{data[: error.start].count(10) + 1}: not UTF-8", hint=_HINT) from None
    except (ValueError, RecursionError) as error:  # besides what is no TOML: numbers of 5000 digits, deep nesting
        line = re.search(r"at line (\d+)", str(error))
        end = text.count("\n") + 1
        raise UsageError(f"{what}:{line[1] if line else end}: {error!s:.200}", hint=_HINT) from None
    lines = _Lines(text)
    _check_keys(document, {**_HEAD, **_MORE}, tuple(_HEAD), lambda key: f"{what}:{lines.of_key(key)}")
    if document["schema"] != SCHEMA:
        raise _wrong(f"{what}:{lines.of_key('schema')}", f"schema: {document['schema']!r:.60} is not {SCHEMA!r}")
    if not _ID.fullmatch(document["id"]):
        raise _wrong(f"{what}:{lines.of_key('id')}", "id: words in lower case and numbers, with hyphens or dots")
    if document["status"] not in STATUSES:
        raise _wrong(f"{what}:{lines.of_key('status')}", f"status: one of {', '.join(STATUSES)}")
    controls: list[Control] = []
    for number, row in enumerate(document.get("controls", ()), start=1):
        where = f"{what}:{lines.of_control(number)}"
        control = _control(row, where)
        if control.id in {one.id for one in controls}:
            raise _wrong(where, f"the control {control.id!r} stands twice")
        controls.append(control)
    if not controls:
        raise _wrong(f"{what}:1", "there is no control; a standard without one covers nothing")
    words = {key: document.get(key, "") for key in ("id", "title", "version", "status", "reviewer", "scope")}
    return Standard(**words, attribution=document.get("attribution", ""), controls=tuple(controls))


def replace_by_own(ours: Iterable[Standard], own: Sequence[Standard]) -> tuple[Standard, ...]:
    """`ours` with every standard of `own` instead of the one of its id, or added; sorted by id."""
    by_id = {standard.id: standard for standard in ours}
    seen: set[str] = set()
    for standard in own:
        if standard.id in seen:
            raise UsageError(f"two of the given files are the standard {standard.id!r}", hint="keep one of them")
        seen.add(standard.id)
        by_id[standard.id] = standard
    return tuple(by_id[name] for name in sorted(by_id))


class _Lines:
    """Where keys stand: TOML's reader gives values without their places."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        headers = (n for n, line in enumerate(self.lines, start=1) if line.split("#")[0].strip() == "[[controls]]")
        self.controls = list(headers)

    def of_key(self, key: str) -> int:
        """The line of `key` before the first control, 1 where it is not found."""
        end = self.controls[0] if self.controls else len(self.lines)
        keys = (n for n, line in enumerate(self.lines[:end], start=1) if line.split("=")[0].strip(" \"'") == key)
        return next(keys, 1)

    def of_control(self, number: int) -> int:
        """The line where control `number`, counted from 1, begins."""
        return self.controls[number - 1] if number <= len(self.controls) else 1


def _control(row: Any, where: str) -> Control:
    if not isinstance(row, dict):
        raise _wrong(where, "controls: each is a table, [[controls]]")
    _check_keys(row, _CONTROL, ("id", "text"), lambda _key: where)
    where = f"{where}: {row['id']:.60}"
    for key in ("full", "partial"):
        for producer in row.get(key, ()):
            if producer not in PRODUCERS:
                known = ", ".join(sorted(PRODUCERS))
                raise UsageError(f"{where}: {key}: nothing is called {producer!r:.60}", hint=f"one of: {known}")
    named = [*row.get("full", ()), *row.get("partial", ())]
    if len(set(named)) != len(named):
        raise _wrong(where, "a producer is named twice")
    if not named and not row.get("people"):
        raise _wrong(where, "nothing answers it: name a producer, or say in `people` who shows it")
    weaknesses = row.get("cwe", ())
    if any(type(number) is not int or not 0 < number < 10_000 for number in weaknesses):
        raise _wrong(where, "cwe: numbers such as 79")
    return Control(
        id=row["id"],
        text=row["text"],
        full=tuple(row.get("full", ())),
        partial=tuple(row.get("partial", ())),
        people=row.get("people", ""),
        cwe=tuple(weaknesses),
    )


def _check_keys(table: dict[str, Any], known: _Kinds, needed: Sequence[str], where: Callable[[str], str]) -> None:
    for key, value in table.items():
        if key not in known:
            raise _wrong(where(key), f"the key {key!r:.60} is unknown")
        if type(value) is not known[key]:
            kind = "a list" if known[key] is list else "a text"
            raise _wrong(where(key), f"{key}: {kind} is expected")
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise _wrong(where(key), f"{key}: {len(value)} characters, at most {MAX_TEXT}: say it in your own words")
        if isinstance(value, str) and key in needed and key != "reviewer" and not value.strip():
            raise _wrong(where(key), f"{key}: must not be empty")
    for key in needed:
        if key not in table:
            raise _wrong(where(key), f"{key} is missing")


def _wrong(where: str, why: str) -> UsageError:
    return UsageError(f"{where}: {why}", hint=_HINT)
