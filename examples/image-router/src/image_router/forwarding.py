"""
Sends images on to DICOM peers, through an outbox on disk that outlives a restart.

An entry is a hard link `outbox/TITLE@HOST:PORT/INSTANCE.dcm`; it goes away once the peer has confirmed the image.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from pydicom import dcmread
from pynetdicom import AE

from image_router.rules import Peer, RuleError, parse_rules

LOG = logging.getLogger("image_router.forwarding")
SUCCESS = 0x0000


class Outbox:
    """Images that wait for peers; `title` is the AE title that the router calls with."""

    def __init__(self, root: Path, title: str, *, timeout: float = 30.0) -> None:
        self._root = root / "outbox"
        self._title = title
        self._timeout = timeout
        self._wake = threading.Event()

    def put(self, peer: Peer, stored: Path) -> None:
        """Let `stored` wait for `peer`."""
        folder = self._root / str(peer).removeprefix("ae:")
        folder.mkdir(parents=True, exist_ok=True)
        entry = folder / stored.name
        entry.unlink(missing_ok=True)
        entry.hardlink_to(stored)
        self._wake.set()

    def deliver(self) -> tuple[int, int]:
        """Try every entry once; how many were sent, and how many still wait."""
        sent = waiting = 0
        for folder in sorted(self._root.glob("*@*:*")):
            entries = sorted(folder.glob("*.dcm"))
            done = self._send(_peer_of(folder.name), entries) if entries else 0
            sent, waiting = sent + done, waiting + len(entries) - done
            if len(entries) > done:
                LOG.warning("%d images wait for %s", len(entries) - done, folder.name)
        return sent, waiting

    def run(self, stop: threading.Event, *, pause: float = 30.0) -> None:
        """Deliver whenever something was put, and again after `pause` seconds, until `stop` is set."""
        while not stop.is_set():
            self._wake.clear()
            self.deliver()
            self._wake.wait(pause)

    def wake(self) -> None:
        """Let `run` look again at once."""
        self._wake.set()

    def _send(self, peer: Peer | None, entries: list[Path]) -> int:
        """Send `entries` over one association; how many the peer confirmed, each removed."""
        if peer is None:
            return 0
        datasets = [dcmread(entry) for entry in entries]
        ae = AE(ae_title=self._title)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = ae.connection_timeout = self._timeout
        for context in {(item.SOPClassUID, item.file_meta.TransferSyntaxUID) for item in datasets}:
            ae.add_requested_context(*context)
        association = ae.associate(peer.host, peer.port, ae_title=peer.title)
        if not association.is_established:
            return 0
        sent = 0
        try:
            for entry, dataset in zip(entries, datasets, strict=True):
                status = association.send_c_store(dataset)
                if status and status.Status == SUCCESS:
                    entry.unlink()
                    sent += 1
        except (RuntimeError, ValueError) as error:  # the peer went away, or takes no images of this kind
            LOG.warning("sending to %s stopped: %s", peer.title, type(error).__name__)
        finally:
            association.release()
        return sent


def _peer_of(name: str) -> Peer | None:
    """The peer that a folder is named after; None for a name that no rule could have made."""
    try:
        target = parse_rules(f"a: -> ae:{name}")[0].destinations[0]
    except RuleError:
        return None
    return target if isinstance(target, Peer) else None
