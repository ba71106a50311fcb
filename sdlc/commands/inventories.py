"""Which SBOM a user names: a file, an evidence bundle, or a folder, of which the last check's is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.inputs import read_file, read_trust
from sdlc.errors import UnreadableError, UsageError
from sdlc.evidence.store import Store
from sdlc.formats.check_json import load_check
from sdlc.formats.terminal import printable
from sdlc.formats.timestamp import time_from_text
from sdlc.inventory.rows import Inventory, load_inventory
from sdlc.model.digest import Digest, sha256
from sdlc.model.result import GateResult
from sdlc.session import Session

MEMBER = "bom.cdx.json"
MAX_FILE = 1100 * 2**20
"""More than any evidence bundle has."""
TRUST = click.option(
    "--trust",
    "trust_file",
    type=click.Path(path_type=Path),
    help="Verify a bundle with this trust root first; without it, a bundle is read and not believed.",
)


@dataclass(frozen=True)
class Named:
    """The SBOM that a user named, as rows and as bytes; `what` is what to call it.

    `results` are those of the check that it is of, and `created` is when that was made; a file alone has neither.
    """

    inventory: Inventory
    data: bytes
    what: str
    results: tuple[GateResult, ...] = ()
    created: datetime | None = None


def open_sbom(session: Session, place: Path, trust_file: Path | None, *, at: datetime | None = None) -> Named:
    """The SBOM that `place` stands for.

    Raises UsageError where there is none, UnreadableError for one that cannot be read, BlockedError when a bundle is
    not what its signers signed.
    """
    if place.is_dir():
        return _of_check(session, place)
    if place.exists() and not place.is_file():
        raise UsageError(f"{place} is a device or a pipe, not a file", hint="write it into a file first")
    if place.is_file() and place.stat().st_size > MAX_FILE:
        raise UsageError(f"{place} is larger than {MAX_FILE // 2**20} MiB, and was not read")
    data = read_file(place)
    if data.startswith(b"PK"):
        return _of_bundle(session, place, data, trust_file, at)
    return Named(load_inventory(data, what=str(place)), data, str(place))


def _of_check(session: Session, folder: Path) -> Named:
    out = folder / ".sdlc" / "out"
    again = f"run: sdlc check --gate sbom {folder}"
    try:
        record = load_check((out / "check.json").read_bytes(), what=str(out / "check.json"))
    except OSError:
        raise UsageError(f"no check was made in {folder}", hint=again) from None
    digest = _digest(record.results)
    if digest is None:
        raise UsageError(f"the last check of {folder} made no SBOM", hint=again)
    data, what = Store(out / "objects", session.disk).get(digest), f"the SBOM of {folder}"
    return Named(load_inventory(data, what=what), data, what, record.results, time_from_text(record.created))


def _of_bundle(session: Session, place: Path, data: bytes, trust_file: Path | None, at: datetime | None) -> Named:
    from sdlc.release import bundle
    from sdlc.release.candidate import load_candidate
    from sdlc.release.verified import demand_verified
    from sdlc.release.verify import verify
    from sdlc.signing.dsse import load_envelope

    if trust_file is None:
        click.echo(printable(f"{place} was not verified; name the trust root: --trust FILE"), err=True)
    else:
        demand_verified(verify(data, read_trust(trust_file), at=at or session.now, allow_redacted=True), str(place))
    members = bundle.read_bundle(data)
    if bundle.CANDIDATE not in members:
        raise UsageError(f"{place} is a zip, and no evidence bundle")
    candidate = load_candidate(load_envelope(members[bundle.CANDIDATE], what=bundle.CANDIDATE).payload)
    digest = _digest(candidate.results)
    found = members.get(f"{bundle.EVIDENCE}{digest}")
    if digest is None or found is None:
        raise UsageError(f"{place} holds no SBOM", hint="the gate sbom did not run for it, or its evidence is withheld")
    if sha256(found) != digest:
        raise UnreadableError(f"{place}: the SBOM is not the one that the candidate names")
    what = f"the SBOM of {place}"
    return Named(load_inventory(found, what=what), found, what, candidate.results, candidate.checked)


def _digest(results: tuple[GateResult, ...]) -> Digest | None:
    return next((result.raw[MEMBER] for result in results if result.gate == "sbom" and MEMBER in result.raw), None)
