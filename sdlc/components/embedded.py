"""
The parts inside of an installed distribution: what was seen in it, joined to one list without duplicates.

Four things tell of a part: an SBOM that the wheel carries (PEP 770), the name of a bundled library's file, a text in a
compiled file, and the list or the metadata of vendored Python packages. Evidence of one library is merged, whoever
gives it; where two say different versions, both parts stand. What stays unexplained is named, because a list that is
silent about it would be read as complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

from packaging.utils import canonicalize_name

from sdlc.components.binaries import named_library
from sdlc.components.declared import Key, declared, joined, key_of
from sdlc.components.known_libraries import folded, known
from sdlc.components.vendored import packages_of
from sdlc.errors import UnreadableError
from sdlc.formats.foreign_sbom import Row, load_sbom
from sdlc.model.embedded import Embedded, Evidence, Inside, Unexplained

MAX_LISTED = 10_000
_NAMED = ("name", "version", "metadata")
_PURL = re.compile(r"pkg:(?P<kind>[A-Za-z0-9.+-]+)/(?P<path>[^@?#]+)(?:@(?P<version>[^?#]*))?[^#]*(?:#(?P<inside>.*))?")


@dataclass(frozen=True)
class _Candidate:
    key: tuple[str, str]
    part: Embedded
    partial: bool = False
    """The version is a beginning of the real one."""


def insides(rows: Iterable[Mapping[str, Any]]) -> dict[Key, Inside]:
    """What each distribution holds; several rows of one, such as its wheels for several platforms, are joined.

    Raises as `inside` does.
    """
    every: dict[Key, list[Mapping[str, Any]]] = {}
    for row in rows:
        every.setdefault(key_of(str(row["name"]), str(row["version"])), []).append(row)
    found: dict[Key, Inside] = {}
    for key, several in every.items():
        one = dict(several[0])
        for row in several[1:]:
            one = {name: value if name in _NAMED else value + row[name] for name, value in one.items()}
        found[key] = replace(inside(one), declared=joined(declared(row["metadata"]) for row in several))
    return found


def inside(row: Mapping[str, Any]) -> Inside:
    """What the observations `row` of one distribution say (`sdlc.inspecting.distributions` makes them).

    Raises KeyError, TypeError or ValueError when `row` is none.
    """
    carrier = canonicalize_name(str(row["name"]))
    unexplained = [Unexplained(str(one["path"]), str(one["why"])) for one in row["skipped"]]
    candidates: list[_Candidate] = []
    for document in row["sboms"]:
        path = str(document["path"])
        try:
            listed = load_sbom(str(document["text"]).encode("utf-8", "surrogatepass"), what=path)
        except UnreadableError as error:
            unexplained.append(Unexplained(path, error.message.removeprefix(f"{path}: ")))
            continue
        if len(listed) > MAX_LISTED:
            unexplained.append(Unexplained(path, f"lists more than {MAX_LISTED} components, and was left out"))
            continue
        candidates += [_of_manifest(one, path) for one in listed if not _is_carrier(one, carrier)]
    candidates += [_of_file(str(path)) for path in row["libraries"]]
    candidates += [_of_sighting(seen) for seen in row["sightings"]]
    for crate in row["crates"]:
        evidence = Evidence(str(crate["path"]), "manifest-analysis", f"{crate['name']} {crate['version']}", 0.95)
        candidates.append(_of_crate(str(crate["name"]), str(crate["version"]), evidence))
    for listing in row["vendored"]:
        path = str(listing["path"])
        for name, version in packages_of(path, str(listing["text"])):
            evidence = Evidence(path, "manifest-analysis", f"{name} {version}".strip(), 0.9 if version else 0.5)
            candidates.append(_of_python(name, version, evidence))
    parts = tuple(_merged(candidates))
    unexplained += [
        Unexplained(one.path, f"nothing tells the version of {part.name}")
        for part in parts
        if not part.version
        for one in part.evidence
    ]
    return Inside(parts, tuple(sorted(set(unexplained))), int(row["looked"]), declared(row["metadata"]))


def purl_of(kind: str, name: str, version: str) -> str:
    """The package URL of a name without a namespace."""
    return f"pkg:{kind}/{quote(name, safe='')}" + (f"@{quote(version, safe='')}" if version else "")


def upstream(version: str) -> str:
    """The version without the release of an RPM distribution: ``1.0.9`` of ``1.0.9-3.el8``."""
    return re.sub(r"-\d[\w.]*\.(el|fc|amzn|alma|cm)\d[\w.]*\Z", "", version)


def _is_carrier(row: Row, carrier: str) -> bool:
    matched = _PURL.fullmatch(row.purl)
    if matched is not None:
        name = unquote(matched["path"]).rpartition("/")[2]
        return matched["kind"].lower() == "pypi" and canonicalize_name(name) == carrier and not matched["inside"]
    return canonicalize_name(row.name) == carrier


def _of_manifest(row: Row, path: str) -> _Candidate:
    """What an SBOM lists: by its package URL if it has one, for native libraries by the library that it names."""
    evidence = Evidence(path, "manifest-analysis", f"{row.name} {row.version}".strip(), 0.9)
    matched = _PURL.fullmatch(row.purl)
    kind = matched["kind"].lower() if matched else ""
    part = Embedded(row.name, row.version, row.purl, row.license, (evidence,))
    if kind == "cargo" and matched is not None:
        return _of_crate(unquote(matched["path"]), row.version, evidence, row.license)
    if kind == "pypi" and matched is not None and not matched["inside"]:
        return _of_python(row.name, row.version, evidence, row.license)
    if kind == "pypi":
        return _Candidate(("inside", row.purl), part)
    library = known(row.name)
    name = library.name if library is not None else row.name
    purl = row.purl or purl_of("generic", name, row.version)
    return _Candidate(("library", folded(name)), replace(part, name=name, purl=purl))


def _of_file(path: str) -> _Candidate:
    name, release, number = named_library(path)
    evidence = Evidence(path, "filename", path.rpartition("/")[2], 0.8 if release else 0.6)
    part = Embedded(name, release, purl_of("generic", name, release), "", (evidence,))
    return _Candidate(("library", folded(name)), part, partial=bool(release) and release != number)


def _of_sighting(row: Mapping[str, Any]) -> _Candidate:
    name, version, kind = str(row["name"]), str(row["version"]), str(row["kind"])
    evidence = Evidence(
        str(row["path"]), "binary-analysis", str(row["text"]), float(row["confidence"]), int(row["offset"])
    )
    if kind == "crate":
        return _of_crate(name, version, evidence)
    part = Embedded(name, version, purl_of("generic", name, version), "", (evidence,))
    return _Candidate(("library", folded(name)), part)


def _of_crate(name: str, version: str, evidence: Evidence, license: str = "") -> _Candidate:
    return _Candidate(("cargo", name), Embedded(name, version, purl_of("cargo", name, version), license, (evidence,)))


def _of_python(name: str, version: str, evidence: Evidence, license: str = "") -> _Candidate:
    """A folder without a version is called like a package, but nobody says that it is the one of the index."""
    name, kind = canonicalize_name(name), "pypi" if version else "generic"
    return _Candidate(("pypi", name), Embedded(name, version, purl_of(kind, name, version), license, (evidence,)))


def _merged(candidates: Iterable[_Candidate]) -> Iterator[Embedded]:
    """One part per library and version; what tells no version, or only its beginning, speaks of each of them."""
    groups: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.key, []).append(candidate)
    for _, members in sorted(groups.items()):
        yield from _of_group(members)


def _of_group(members: list[_Candidate]) -> Iterator[Embedded]:
    parts: dict[str, list[Embedded]] = {}
    for one in members:
        if one.part.version and not one.partial:
            parts.setdefault(upstream(one.part.version), []).append(one.part)
    vague = [one.part for one in members if not one.part.version]
    for part in (one.part for one in members if one.partial and one.part.version):
        if any(_begins(version, part.version) for version in parts):
            vague.append(part)
        else:
            parts[part.version] = [part]
    for version in sorted(parts):
        yield _joined(parts[version], [one for one in vague if not one.version or _begins(version, one.version)])
    if not parts:
        yield _joined(vague, [])


def _joined(first: list[Embedded], more: list[Embedded]) -> Embedded:
    """One part of several that are the same; the package URL of an SBOM is better than one that was made here."""
    best = min(first, key=lambda part: (part.purl.startswith("pkg:generic/"), -len(part.version), part.purl))
    every = [*first, *more]
    return Embedded(
        name=best.name,
        version=best.version,
        purl=best.purl,
        license=min((part.license for part in every if part.license), default=""),
        evidence=tuple(sorted({one for part in every for one in part.evidence}, key=_order)),
    )


def _order(one: Evidence) -> tuple[str, int, str, str]:
    return one.path, -1 if one.offset is None else one.offset, one.technique, one.text


def _begins(version: str, beginning: str) -> bool:
    return version == beginning or version.startswith((f"{beginning}.", f"{beginning}-"))
