"""
What is declared beside what is used: dependencies that nothing needs, and imports of what nobody declared.

A dependency is needed when the product imports it, names a module of it as a text, starts a program of it, when it
gives only types, when it is a plug-in of something that is needed, or when something that is needed requires it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sdlc.components.agreement import on_target
from sdlc.hardening.declared import Declared
from sdlc.hardening.imports import Import
from sdlc.hardening.rules import finding
from sdlc.model.finding import Confidence, Finding, Place, Severity

BY_THE_STANDARD_LIBRARY = {"tzdata": "the standard library's zoneinfo reads it"}


@dataclass(frozen=True)
class Provided:
    """One installed distribution: the modules that it gives (dotted), its programs, the groups of its entry points."""

    name: str
    version: str
    modules: tuple[str, ...]
    scripts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    only_types: bool = False

    def gives(self, name: str) -> bool:
        """True when the dotted `name` is a module of it, or something in one."""
        return any(name == one or name.startswith(f"{one}.") for one in self.modules)

    def holds(self, name: str) -> bool:
        """True also when `name` is a namespace above one of its modules."""
        return self.gives(name) or any(one.startswith(f"{name}.") for one in self.modules)


@dataclass(frozen=True)
class Seen:
    """All that was looked at. `imports` are those of neither the product nor the standard library.

    `texts` are dotted names that stand in texts, `programs` words that something is started with. `python` is the
    target's version, `said` the file that declares.
    """

    declared: tuple[Declared, ...]
    provided: tuple[Provided, ...]
    imports: tuple[Import, ...]
    texts: frozenset[str]
    programs: frozenset[str]
    python: str
    said: str


@dataclass(frozen=True)
class Row:
    """One line of the report: a declared distribution, and what needs it (empty: nothing was found)."""

    name: str
    version: str
    extra: str
    needed: str
    brings: tuple[str, ...]
    place: Place


def rows_of(seen: Seen) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The report, and the names of what is declared for everybody and is not installed, so that nobody can tell."""
    provided = {one.name: one for one in seen.provided}
    asked: dict[str, Declared] = {}
    for one in seen.declared:
        marker = one.marker if not one.extra else ""
        if on_target(marker, seen.python) and (one.name not in asked or not one.extra):
            asked[one.name] = one
    needed = {name: why for name in asked if (why := _directly(name, provided.get(name), seen))}
    while more := {
        name: why for name in asked if name not in needed and (why := _by_others(name, provided, needed, seen.python))
    }:
        needed |= more
    unknown = tuple(n for n, one in asked.items() if n not in provided and n not in needed and not one.extra)
    rows = []
    for name, one in sorted(asked.items()):
        if name not in provided and name not in needed:
            continue
        version = provided[name].version if name in provided else ""
        brings = () if name in needed else _alone(name, asked, provided, seen.python)
        rows.append(Row(name, version, one.extra, needed.get(name, ""), brings, Place(one.path, one.line)))
    return tuple(rows), unknown


def judge_footprint(seen: Seen, rows: Iterable[Row], allowed: Mapping[str, str]) -> Iterator[Finding]:
    """What is declared and not needed, and what is imported and not declared; `allowed` are reasons by name."""
    provided = {one.name: one for one in seen.provided}
    for row in rows:
        if row.needed or row.name in allowed:
            continue
        said = f"{row.name} is declared{f' in the extra {row.extra}' if row.extra else ''}, and nothing uses it"
        if row.brings:
            more = f" and {len(row.brings) - 3} more" if len(row.brings) > 3 else ""
            said += f"; it brings {', '.join(row.brings[:3])}{more}"
        companion = _companion(row.name, provided, {one.name for one in seen.declared})
        if companion:
            said += f"; an extra of {companion} speaks of it"
        sure = Confidence.LOW if companion else Confidence.HIGH
        yield finding("HARD-UNUSED", row.place, row.name, said, confidence=sure)
    yield from _undeclared(seen)


def _undeclared(seen: Seen) -> Iterator[Finding]:
    names = {one.name for one in seen.declared}
    told: set[str] = set()
    for one in sorted(seen.imports, key=lambda one: (one.path, one.line, one.name)):
        if one.optional:
            continue
        top, place = one.name.partition(".")[0], Place(one.path, one.line)
        giving = [other.name for other in seen.provided if other.gives(one.name)]
        giving = giving or [other.name for other in seen.provided if other.holds(one.name)]
        if names.intersection(giving) or canonicalize_name(top) in names:
            continue
        subject = giving[0] if giving else top
        if subject in told:
            continue
        told.add(subject)
        severity = Severity.LOW if one.inner else None
        if giving:
            said = f"{top} is imported, and its distribution {giving[0]} is declared nowhere: it came with another"
            yield finding("HARD-UNDECLARED", place, subject, said, severity=severity)
        else:
            said = f"{top} is imported, and no distribution that the build installed gives it"
            yield finding("HARD-UNKNOWN-IMPORT", place, subject, said, severity=severity, confidence=Confidence.MEDIUM)


def _directly(name: str, given: Provided | None, seen: Seen) -> str:
    """Why the product itself needs `name`; empty when nothing was found."""
    if name in BY_THE_STANDARD_LIBRARY:
        return BY_THE_STANDARD_LIBRARY[name]
    modules = given or Provided(name, "", (name.replace("-", "_"),))
    for one in seen.imports:
        if modules.holds(one.name):
            return f"imported at {one.path}:{one.line}"
    if given is None:
        return ""
    if given.only_types or name.startswith("types-"):
        return "it gives only types"
    text = next((one for one in sorted(seen.texts) if given.gives(one)), "")
    if text:
        return f"named as a text: {text[:60]}"
    started = next((one for one in sorted(seen.programs) if one in given.scripts or given.gives(one)), "")
    return f"started: {started}" if started else ""


def _by_others(name: str, provided: Mapping[str, Provided], needed: Collection[str], python: str) -> str:
    """Why something that is needed needs `name`."""
    given = provided.get(name)
    for other in sorted(needed):
        if other not in provided:
            continue
        if name in reached([other], provided, python):
            return f"{other} requires it"
        tops = {module.partition(".")[0] for module in provided[other].modules}
        if given and any(group.partition(".")[0].replace("-", "_") in tops for group in given.groups):
            return f"plug-in of {other}"
    return ""


def _alone(name: str, asked: Collection[str], provided: Mapping[str, Provided], python: str) -> tuple[str, ...]:
    """What `name` brings along that nothing else which is declared requires."""
    others = reached([one for one in asked if one != name], provided, python)
    return tuple(sorted(reached([name], provided, python) - others - {name} - set(asked)))


def reached(names: Iterable[str], provided: Mapping[str, Provided], python: str) -> set[str]:
    """`names`, and all that they require without an extra."""
    found: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += _required(provided[name], python) if name in provided else []
    return found


def _required(given: Provided, python: str) -> list[str]:
    lines = (_parsed(line) for line in given.requires)
    return [canonicalize_name(one.name) for one in lines if one and on_target(str(one.marker or ""), python)]


def _companion(name: str, provided: Mapping[str, Provided], declared: Collection[str]) -> str:
    """The other declared distribution of which an extra requires `name`; empty without one."""
    for other in sorted(declared):
        for line in provided[other].requires if other in provided and other != name else ():
            parsed = _parsed(line)
            if parsed and canonicalize_name(parsed.name) == name:
                return other
    return ""


def _parsed(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None
