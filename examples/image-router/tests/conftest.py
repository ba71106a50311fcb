"""What the tests share: images made here, and a router that listens on a free port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from image_router.config import ReceiverConfig
from image_router.forwarding import Outbox
from image_router.receiver import Receiver
from image_router.rules import parse_rules
from image_router.storage import Archive
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from pynetdicom import AE

PATIENT = "Doe^Jane"
SCANNER = "SCANNER1"


def make_image(**elements: object) -> Dataset:
    """A small valid image; `elements` are set last."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID = SecondaryCaptureImageStorage
    image.SOPInstanceUID = generate_uid()
    image.StudyInstanceUID = generate_uid()
    image.SeriesInstanceUID = generate_uid()
    image.PatientName = PATIENT
    image.PatientID = "PID-4711"
    image.Modality = "CT"
    image.BodyPartExamined = "CHEST"
    image.StudyDescription = "Thorax follow-up"
    image.Rows = image.Columns = 8
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit = 7
    image.PixelRepresentation = 0
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.PixelData = bytes(64)
    for keyword, value in elements.items():
        setattr(image, keyword, value)
    return image


@dataclass
class Running:
    """A router that listens."""

    port: int
    root: Path
    outbox: Outbox

    def send(self, image: Dataset, *, calling: str = SCANNER, called: str = "ROUTER") -> int | None:
        """The status of a C-STORE; None when the association was not accepted."""
        ae = AE(ae_title=calling)
        ae.add_requested_context(SecondaryCaptureImageStorage, ExplicitVRLittleEndian)
        association = ae.associate("127.0.0.1", self.port, ae_title=called)
        if not association.is_established:
            return None
        status = association.send_c_store(image)
        association.release()
        return int(status.Status)

    def files(self, folder: str) -> list[Path]:
        """All files below a folder of the router."""
        return sorted(path for path in (self.root / folder).rglob("*") if path.is_file())


@pytest.fixture
def router(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Makes routers; they are stopped after the test."""
    started: list[Receiver] = []

    def start(rules: str = "", *, max_image: int = 1_000_000) -> Running:
        root = tmp_path / f"router{len(started)}"
        config = ReceiverConfig(title="ROUTER", callers=(SCANNER,), port=0, max_image=max_image, timeout=5)
        outbox = Outbox(root, "ROUTER", timeout=5)
        receiver = Receiver(config, Archive(root, max_image), outbox, lambda: parse_rules(rules))
        started.append(receiver)
        return Running(receiver.start(), root, outbox)

    yield start
    for receiver in started:
        receiver.stop()
