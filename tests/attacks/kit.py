"""What an attacker works with: a good release, and the keys that he has or has not."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fakes import releases
from fakes.releases import APPROVERS, RUNNER, SECOND_KEY, SIGNED, SIGNER, candidate_of, chain, check_of, proposal_of
from fakes.signer import MemorySigner

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.release.bundle import MANIFEST, RAW_MANIFEST, write_bundle
from sdlc.release.candidate import Candidate
from sdlc.signing.dsse import Envelope, dump_envelope, load_envelope
from sdlc.signing.sigstore_bundle import dump_bundle
from sdlc.signing.trust import TrustRoot

STRANGER = MemorySigner("mallory")
LATER = SIGNED + timedelta(days=1)
__all__ = ["APPROVERS", "RUNNER", "SECOND_KEY", "SIGNER"]
"""Who holds a key of the trust root; cases take them from here."""


@dataclasses.dataclass
class Attack:
    """What the victim is given. `reason` is the code of the refusal; empty where nothing may be refused."""

    data: bytes
    reason: str
    trust: TrustRoot = dataclasses.field(default_factory=releases.trust_root)
    at: datetime = LATER
    words: tuple[str, ...] = ()


ATTACKS: list[tuple[str, Callable[[Kit], Attack]]] = []
"""Every attack by its name, `A1-outsider-removes-…`; filled by importing the modules beside this one."""


def attack(number: str) -> Callable[[Callable[[Kit], Attack]], Callable[[Kit], Attack]]:
    """Add the function below to the catalogue, under its number in docs/attacks.md."""

    def add(make: Callable[[Kit], Attack]) -> Callable[[Kit], Attack]:
        ATTACKS.append((f"{number}-{make.__name__.replace('_', '-')}", make))
        return make

    return add


class Kit:
    """Makes releases in a folder: the good one, and whatever an insider signs."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder, LocalDisk())
        self._folder = folder

    def keep(self, name: str, data: bytes) -> str:
        """A file that the victim names on the command line; its path."""
        path = self._folder / "given" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return str(path)

    def candidate(self, raw: dict[str, dict[str, bytes]] | None = None, **changes: object) -> Candidate:
        return dataclasses.replace(candidate_of(self.store, check_of(self.store, raw)), **changes)  # type: ignore[arg-type]

    def release(
        self,
        candidate: Candidate | None = None,
        *steps: str | dict[str, object],
        runner: MemorySigner = RUNNER,
        signer: MemorySigner = SIGNER,
        **manifest: object,
    ) -> dict[str, bytes]:
        """Members, signed without any of the checks of `sdlc release sign`."""
        candidate = candidate or self.candidate()
        decisions = chain(candidate, *(steps or ("ada", "grace")))
        proposal = proposal_of(candidate, decisions, self.store, runner=runner)
        return releases.members(proposal, self.store, signer=signer, **manifest)

    def edited(self, name: str, edit: Callable[[bytes], bytes]) -> bytes:
        """The good bundle with one member edited."""
        members = self.release()
        changed = edit(members[name])
        assert changed != members[name], f"the edit of {name} changed nothing"
        return write_bundle({**members, name: changed})

    def envelope(self, name: str, edit: Callable[[Envelope], Envelope]) -> bytes:
        """The good bundle with the envelope of `name` changed; the manifest's in both of its forms."""
        members = self.release()
        changed = edit(load_envelope(members[RAW_MANIFEST if name == MANIFEST else name], what=name))
        members[name if name != MANIFEST else RAW_MANIFEST] = dump_envelope(changed)
        if name == MANIFEST:
            members[MANIFEST] = dump_bundle(changed)
        return write_bundle(members)

    def resigned(self, name: str, signer: MemorySigner, edit: Callable[[dict[str, Any]], object]) -> bytes:
        """The good bundle with a statement changed and signed again by `signer`."""

        def change(envelope: Envelope) -> Envelope:
            document = json.loads(envelope.payload)
            edit(document)
            return signer.sign(strict_json.dumps(document))

        return self.envelope(name, change)


def rezip(data: bytes, **extra: bytes) -> bytes:
    """The same members through an ordinary zip program, with `extra` ones behind them."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for name, content in extra.items():
            new.writestr(name, content)
    return made.getvalue()
