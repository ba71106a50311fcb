"""
Is any shipped component affected by an advisory that is known today?

**Why.** An old component with a known hole is the cheapest attack there is. The gate compares every component of the
SBOM with an advisory feed: OSV records in files, dated and hashed, so that the answer can be had without a network and
checked years later. Versions are compared by PEP 440, over the union of listed versions and ranges.

**How it can be wrong.** A feed knows what was published when it was made: let the policy bound its age (`max-age` over
`feed-date`). A feed that is missing, empty or holds one unreadable record is an error, never "nothing found". An
advisory without a readable score counts as critical.

**How to fix a finding.** Upgrade to the version that the finding names, and lock again.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context
from sdlc.formats.osv_json import load_advisory
from sdlc.model.digest import sha256
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.vulnerabilities import NEEDS, Settings
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "vulnerabilities"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
FEED_INFO = "feed.json"
MAX_FEED = 1024 * 1024 * 1024


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:  # noqa: ARG001 - the shape of a gate
    """Why nothing can be looked up."""
    if not settings.feed:
        return 'sdlc.toml names no advisory feed: [gates.vulnerabilities] feed = "FOLDER or FILE"'
    return None


def run(
    workspace: Workspace,
    tools: Tools,  # noqa: ARG001 - the shape of a gate
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],
) -> RawArtifacts:
    """The feed's records that name a component of the SBOM, and the identity of the whole feed."""
    if "sbom" not in inputs:
        raise ToolError("there is no SBOM to look up", hint="let the sbom gate pass: sdlc check --gate sbom -v")
    bom = strict_json.loads_object(inputs["sbom"]["bom.cdx.json"], what="bom.cdx.json")
    wanted = {str(component["name"]) for component in bom.get("components", ())}
    info: dict[str, Any] = {}
    chosen: dict[str, Any] = {}
    digests: dict[str, str] = {}
    newest = ""
    for name, data in _members(workspace.root / settings.feed):
        if name.rpartition("/")[2] == FEED_INFO:
            info = strict_json.loads_object(data, what=name)
            continue
        document = strict_json.loads_object(data, what=name)
        advisory = load_advisory(document, what=name)
        if advisory.id in digests:
            raise UnreadableError(f"{name}: the feed holds {advisory.id} twice")
        digests[advisory.id] = sha256(data)
        newest = max(newest, advisory.modified)
        if any(affected.name in wanted for affected in advisory.affected):
            chosen[advisory.id] = document
    if not digests:
        raise ToolError(f"the advisory feed {settings.feed} holds no record", hint="fetch it again")
    identity = {
        "name": str(info.get("name", settings.feed)),
        "published": str(info.get("published", newest)),
        "records": len(digests),
        "sha256": sha256(strict_json.dumps(digests)),
    }
    return {
        "advisories.json": strict_json.dumps([chosen[identifier] for identifier in sorted(chosen)]),
        "feed.json": strict_json.dumps(identity),
        "context.json": dump_context(Context(files=())),
    }


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, JSON bytes) of every record in a folder or archive; raises when anything cannot be read."""
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*.json")):
                yield file.name, file.read_bytes()
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                if sum(member.file_size for member in archive.infolist()) > MAX_FEED:
                    raise UnreadableError(f"{path.name}: unpacks to more than {MAX_FEED} bytes")
                for name in sorted(archive.namelist()):
                    if name.endswith(".json"):
                        yield name, archive.read(name)
        else:
            with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as stream:
                data = stream.read(MAX_FEED)
            for number, line in enumerate(io.BytesIO(data), start=1):
                if line.strip():
                    yield f"{path.name} line {number}", line
    except FileNotFoundError:
        raise ToolError(
            f"the advisory feed {path} does not exist",
            hint="mend [gates.vulnerabilities] feed in sdlc.toml, or fetch the feed",
        ) from None
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise UnreadableError(f"the advisory feed {path.name} cannot be read: {error}", hint="fetch it again") from None
