"""
The DICOM storage service: accepts known callers, checks and stores each image, and routes it by rule.

Logs speak of images by counters. Names, identifiers and descriptions are patient data and never reach a log.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable

from pydicom.errors import BytesLengthException
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.events import Event
from pynetdicom.transport import ThreadedAssociationServer

from image_router.config import ReceiverConfig
from image_router.forwarding import Outbox
from image_router.rules import Folder, Rule, destinations
from image_router.storage import Archive, ConflictError, TooLargeError
from image_router.validation import ImageError, check_image

LOG = logging.getLogger("image_router.receiver")

SUCCESS = 0x0000
OUT_OF_RESOURCES = 0xA700
CANNOT_UNDERSTAND = 0xC000
DUPLICATE = 0x0111
"""Status codes of C-STORE: DICOM PS3.4, B.2.3, and PS3.7, C.5."""


class Receiver:
    """Receives images; `rules` is asked for every image, so that a change of rules takes effect at once."""

    def __init__(
        self, config: ReceiverConfig, archive: Archive, outbox: Outbox, rules: Callable[[], tuple[Rule, ...]]
    ) -> None:
        self._config = config
        self._archive = archive
        self._outbox = outbox
        self._rules = rules
        self._numbers = itertools.count(1)
        self._server: ThreadedAssociationServer | None = None

    def start(self) -> int:
        """Listen, and return the port."""
        ae = AE(ae_title=self._config.title)
        ae.supported_contexts = AllStoragePresentationContexts
        ae.require_calling_aet = list(self._config.callers)
        ae.require_called_aet = True
        ae.maximum_associations = self._config.associations
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = self._config.timeout
        server = ae.start_server(
            (self._config.host, self._config.port),
            block=False,
            evt_handlers=[(evt.EVT_C_STORE, self._on_store), (evt.EVT_REJECTED, self._on_rejected)],
        )
        if server is None:
            raise RuntimeError("the DICOM service did not start")
        self._server = server
        return int(server.server_address[1])

    def stop(self) -> None:
        """Stop listening and end what is open."""
        if self._server is not None:
            self._server.shutdown()

    def _on_store(self, event: Event) -> int:
        """Check, store and route one image; the status that its sender gets."""
        number = next(self._numbers)
        try:
            calling = event.assoc.requestor.ae_title
            image = check_image(event.dataset, calling)
            stored = self._archive.store(image, event.encoded_dataset())
            targets = destinations(self._rules(), image.attributes)
            for target in targets:
                if isinstance(target, Folder):
                    self._archive.copy_to(target, stored)
                else:
                    self._outbox.put(target, stored)
        except TooLargeError:
            LOG.warning("image %d refused: too large", number)
            return OUT_OF_RESOURCES
        except ConflictError:
            LOG.warning("image %d refused: other bytes are stored under its identifiers", number)
            return DUPLICATE
        except ImageError as error:  # names the attribute, never the value
            LOG.warning("image %d refused: %s", number, error)
            return CANNOT_UNDERSTAND
        except OSError as error:
            LOG.error("image %d not stored: %s", number, error.strerror)
            return OUT_OF_RESOURCES
        except (AttributeError, BytesLengthException, EOFError, KeyError, TypeError, ValueError) as error:
            LOG.warning("image %d refused: not readable: %s", number, type(error).__name__)
            return CANNOT_UNDERSTAND
        LOG.info("image %d stored, %d destinations", number, len(targets))
        return SUCCESS

    def _on_rejected(self, _event: Event) -> None:
        LOG.warning("an association was rejected")
