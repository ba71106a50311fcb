"""
Is any shipped component affected by an advisory that is known today?

**Why.** An old component with a known hole is the cheapest attack there is. The gate compares every component of the
SBOM with an advisory feed: OSV records in files, dated and hashed, so that the answer can be had without a network and
checked years later. Versions are compared by PEP 440, over the union of listed versions and ranges. A `feed.json` among
the records names and dates the feed (`name`, `published`); without it the newest record's date is the feed's.

**How it can be wrong.** A feed knows what was published when it was made: let the policy bound its age (`max-age` over
`feed-date`) and its size (`floor` over `records`). A feed that is missing, empty, undated or holds one unreadable
record is an error, never "nothing found". An advisory without a readable score counts as critical, one without a
version to compare affects all of them. The product itself and code bundled inside wheels are not looked up.

**How to fix a finding.** Upgrade to the version that the finding names, and lock again.
"""

from __future__ import annotations

import gzip
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context
from sdlc.formats.osv_json import load_advisory
from sdlc.model.digest import sha256
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.vulnerabilities import NEEDS, Settings, utc
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "vulnerabilities"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
FEED_INFO = "feed.json"
MAX_FEED = 1024 * 1024 * 1024
MAX_RECORD = 16 * 1024 * 1024
_Member = tuple[str, int, Callable[[], bytes]]
_BROKEN = (OSError, EOFError, RuntimeError, ValueError, KeyError, struct.error, zlib.error, lzma.LZMAError)


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:  # noqa: ARG001 - the shape of a gate
    """Why nothing can be looked up."""
    hint = 'sdlc.toml names no advisory feed: [gates.vulnerabilities] feed = "FOLDER or FILE"'
    return None if settings.feed else hint


def run(
    workspace: Workspace,
    tools: Tools,  # noqa: ARG001 - the shape of a gate
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],
) -> RawArtifacts:
    """The feed's records that name a component of the SBOM, and the identity of the whole feed."""
    if "bom.cdx.json" not in inputs.get("sbom", {}):
        raise ToolError("there is no SBOM to look up", hint="let the sbom gate answer: sdlc check --gate sbom -v")
    bom = strict_json.loads_object(inputs["sbom"]["bom.cdx.json"], what="bom.cdx.json")
    wanted = {str(component["name"]) for component in bom.get("components", ())}
    info: dict[str, Any] | None = None
    chosen: dict[str, Any] = {}
    digests: dict[str, str] = {}
    dates, standing = [], 0
    for name, data in _members(workspace.root / settings.feed):
        document = strict_json.loads_object(data, what=name, max_bytes=MAX_RECORD)
        if name.rpartition("/")[2] == FEED_INFO and info is None:
            info = document
            continue
        advisory = load_advisory(document, what=name)
        if advisory.id in digests:
            raise UnreadableError(f"{name}: the feed holds {advisory.id} twice", hint="fetch it again")
        digests[advisory.id] = sha256(data)
        dates.append(advisory.modified)
        standing += bool(advisory.affected) and not advisory.withdrawn
        if any(affected.name in wanted for affected in advisory.affected):
            chosen[advisory.id] = document
    if not standing:
        text = f"the advisory feed {settings.feed} holds no record of PyPI that stands ({len(digests)} in all)"
        raise ToolError(text, hint="fetch it again: records in OSV's JSON, of the ecosystem PyPI")
    name = str((info or {}).get("name", Path(settings.feed).name))
    published = max(dates) if info is None else utc(info.get("published"), what=f"{FEED_INFO}: published")
    identity = {"name": name, "published": published, "records": standing, "sha256": sha256(strict_json.dumps(digests))}
    return {
        "advisories.json": strict_json.dumps([chosen[identifier] for identifier in sorted(chosen)]),
        "feed.json": strict_json.dumps(identity),
        "context.json": dump_context(Context()),
    }


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, JSON bytes) of every record in a folder or archive; raises when anything cannot be read."""
    total = 0
    try:
        read = _folder if path.is_dir() else {".zip": _zip, ".gz": _lines, ".jsonl": _lines}.get(path.suffix)
        if not path.exists() or read is None:
            reason = "is no folder, .jsonl, .jsonl.gz or .zip" if path.exists() else "does not exist"
            hint = "mend [gates.vulnerabilities] feed in sdlc.toml, or fetch the feed"
            raise ToolError(f"the advisory feed {path} {reason}", hint=hint)
        for name, size, data in read(path):
            total += size
            if total > MAX_FEED or size > MAX_RECORD:
                raise UnreadableError(f"{name}: a record of more than {MAX_RECORD} bytes, or a feed of {MAX_FEED}")
            if (content := data()).strip() or read is not _lines:
                yield name, content
    except (*_BROKEN, zipfile.BadZipFile) as error:
        raise UnreadableError(f"the advisory feed {path.name} cannot be read: {error}", hint="fetch it again") from None


def _folder(path: Path) -> Iterator[_Member]:
    """Links are refused and not followed: a record behind one that is not followed would be missing."""
    for file in sorted(path.rglob("*")):
        mode = file.lstat().st_mode
        if stat.S_ISDIR(mode):
            os.listdir(file)  # rglob passes over a folder that may not be read
        elif not stat.S_ISREG(mode):
            raise UnreadableError(f"the advisory feed: {file.name} is no regular file", hint="copy what it links to")
        elif file.suffix == ".json":
            yield file.relative_to(path).as_posix(), file.stat().st_size, file.read_bytes


def _zip(path: Path) -> Iterator[_Member]:
    """Nothing is unpacked to a disk, but a name that would leave the folder says what the archive is for."""
    with zipfile.ZipFile(path) as archive:
        seen: set[str] = set()
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            name = member.filename
            if name in seen or name.startswith("/") or "\\" in name or ".." in name.split("/"):
                raise UnreadableError(f"the advisory feed {path.name}: {name!r:.120} is no name of one record")
            seen.add(name)
            if name.endswith(".json"):
                yield name, member.file_size, partial(archive.read, member)


def _lines(path: Path) -> Iterator[_Member]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        for number, line in enumerate(iter(partial(stream.readline, MAX_RECORD + 1), b""), start=1):
            yield f"{path.name} line {number}", len(line), partial(bytes, line)
