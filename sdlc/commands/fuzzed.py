"""The evidence of fuzzing in a folder of results: of the last check that fuzzed, and of the last `sdlc fuzz run`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sdlc.disk import Disk, replace_file
from sdlc.errors import SdlcError
from sdlc.formats import strict_json
from sdlc.formats.check_json import load_check
from sdlc.model.digest import Digest

RUN = "fuzz-run.json"
"""The artifacts of the last `sdlc fuzz run`, by their digests in the store."""

CHECKED = "fuzz-check.json"
"""Likewise of the last check that fuzzed, while the record beside it is of a check that did not (`--gate`)."""


def evidence(out: Path) -> Iterator[Mapping[str, Digest]]:
    """The artifacts of the last check that fuzzed, then those of the last run, by name; raises UnreadableError."""
    found = _of_record(out) or _digests(out / CHECKED)
    if found:
        yield found
    if run := _digests(out / RUN):
        yield run


def keep(out: Path, disk: Disk) -> None:
    """Before a new check replaces the record: what its gate fuzz kept stays, since the new one may not fuzz at all."""
    try:
        found = _of_record(out)
    except SdlcError:  # a record of another version, or none of ours: it is replaced by one that can be read
        return
    if found:
        replace_file(disk, out / CHECKED, strict_json.dumps(found))


def _of_record(out: Path) -> Mapping[str, Digest]:
    try:
        data = (out / "check.json").read_bytes()
    except OSError:
        return {}
    for result in load_check(data).results:
        if result.gate == "fuzz" and "fuzz.json" in result.raw:
            return result.raw
    return {}


def _digests(path: Path) -> Mapping[str, Digest]:
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    return {name: Digest(str(digest)) for name, digest in strict_json.loads_object(data, what=path.name).items()}
