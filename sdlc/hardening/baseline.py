"""
`.sdlc/hardening.toml`: what a product asks of its settings beyond the rules, and what it accepts, until when, and why.

Read from the base commit only: a change cannot accept its own weak setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatch
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sdlc.errors import UnreadableError
from sdlc.formats import strict_toml
from sdlc.hardening.rules import RULES, finding
from sdlc.hardening.setting import Scope
from sdlc.model.deadline import Deadline
from sdlc.model.finding import Finding, Place

PATH = ".sdlc/hardening.toml"
Text = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"\S")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Accepted(_Strict):
    """One finding that is knowingly left: its rule, its file, and its setting as the finding shows it."""

    rule: Text
    path: Text
    setting: Text
    reason: Text
    owner: Text
    expires: date


class Asked(_Strict):
    """A setting that files of `kind` must have, where their path matches `path`."""

    kind: Literal["dockerfile", "compose", "kubernetes", "unit", "sshd", "sysctl", "nginx"]
    key: Text
    value: str
    path: str = "*"


class Baseline(_Strict):
    """The whole file; `services` None: every service may be there."""

    schema_: Literal["sdlc.hardening/1"] = Field(alias="schema")
    services: tuple[Text, ...] | None = None
    accept: tuple[Accepted, ...] = ()
    require: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class LoadedBaseline:
    """The file, and the lines on which the acceptances begin."""

    file: Baseline
    lines: tuple[int, ...]


def load_baseline(data: bytes) -> LoadedBaseline:
    """The baseline in `data`; raises UnreadableError with the key."""
    try:
        text = data.decode("utf-8")
        document = strict_toml.loads(data)
    except ValueError as error:
        raise UnreadableError(f"{PATH}: {error}", hint="mend the TOML syntax there") from None
    for name in ("services", "accept", "require"):
        if isinstance(document.get(name), list):
            document[name] = tuple(document[name])
    try:
        file = Baseline.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableError(
            f"{PATH}: {where}: {first['msg'].lower()}", hint="docs/hardening.md has the form"
        ) from None
    for index, one in enumerate(file.accept):
        if one.rule not in RULES:
            raise UnreadableError(f"{PATH}: accept.{index}.rule: there is no rule {one.rule!r:.60}")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[accept]]"]
    return LoadedBaseline(file, tuple(lines))


def accepted(findings: Sequence[Finding], loaded: LoadedBaseline) -> tuple[Finding, ...]:
    """`findings`, of which those that are accepted carry the reason; and one for each acceptance of nothing."""
    made, used = [], set()
    for one in findings:
        index = next((i for i, entry in enumerate(loaded.file.accept) if _is_of(entry, one)), None)
        if index is None:
            made.append(one)
            continue
        used.add(index)
        entry = loaded.file.accept[index]
        made.append(replace(one, suppressed=f"accepted by {entry.owner} until {entry.expires}: {entry.reason}"))
    for index, entry in enumerate(loaded.file.accept):
        if index not in used:
            subject = f"{entry.rule} {entry.path}:{entry.setting}"
            said = f"{subject} is accepted, and nothing like it is found"
            made.append(finding("HARD-ACCEPTED-NOTHING", Place(PATH, _line(loaded, index)), subject, said))
    return tuple(made)


def deadlines_of(loaded: LoadedBaseline) -> tuple[Deadline, ...]:
    """Until when each acceptance holds."""
    return tuple(
        Deadline("HARD-ACCEPTED-ENDED", f"{one.rule} {one.path}:{one.setting}", one.expires,
                 Place(PATH, _line(loaded, index)))
        for index, one in enumerate(loaded.file.accept)
    )  # fmt: skip


def judge_asked(found: Iterable[Scope], baseline: Baseline) -> Iterator[Finding]:
    """What is asked beyond the rules and is not so."""
    for scope in found:
        place = scope.place
        for one in baseline.require:
            if one.kind != place.kind or not fnmatch(place.path, one.path):
                continue
            if one.value.lower() in [setting.value.strip().lower() for setting in scope.all(one.key)]:
                continue
            last = scope.last(one.key)
            is_now = f"it is {last.value or 'empty'!s:.60}" if last else "it is not set"
            named = ":".join(filter(None, (place.scope, one.key)))
            said = f"{named} must be {one.value} by the baseline, and {is_now}"
            line = last.line if last else place.line
            yield finding("HARD-BASELINE", Place(place.path, line), named, said,
                          fix=f"Set {one.key} to {one.value}.")  # fmt: skip


def _is_of(entry: Accepted, one: Finding) -> bool:
    path = one.place.path if one.place else ""
    return entry.rule == one.rule and entry.path == path and entry.setting == one.subject


def _line(loaded: LoadedBaseline, index: int) -> int:
    return loaded.lines[index] if index < len(loaded.lines) else 1
