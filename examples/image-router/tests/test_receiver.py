"""Real associations on loopback."""

import pytest
from conftest import SCANNER, make_image
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage
from pynetdicom import AE, evt


def test_stored_image_is_routed_by_rule(router):
    running = router("chest: modality=CT body_part=CHEST -> folder:chest\nbrain: body_part=BRAIN -> folder:neuro")
    image = make_image()

    assert running.send(image) == 0x0000

    [routed] = running.files("routed")
    assert routed.parent.name == "chest"
    assert dcmread(routed).PatientID == image.PatientID
    assert len(running.files("images")) == 1


def test_image_without_a_rule_is_stored_and_not_routed(router):
    running = router("brain: body_part=BRAIN -> folder:neuro")
    assert running.send(make_image()) == 0x0000
    assert len(running.files("images")) == 1
    assert running.files("routed") == []


def test_unknown_ae_title_is_rejected(router):
    running = router()
    assert running.send(make_image(), calling="STRANGER") is None
    assert running.files("images") == []
    assert running.send(make_image(), calling=SCANNER) == 0x0000


def test_wrong_called_title_is_rejected(router):
    assert router().send(make_image(), called="OTHER") is None


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID"])
def test_image_without_identifiers_is_refused(router, keyword):
    running = router()
    image = make_image()
    delattr(image, keyword)
    assert running.send(image) == 0xC000
    assert running.files("images") == []


def test_oversized_image_is_refused_with_its_status(router):
    running = router(max_image=200)
    assert running.send(make_image()) == 0xA700
    assert running.files("") == []


def test_same_image_again_is_fine_and_another_under_its_name_is_not(router):
    running = router()
    image = make_image()
    assert running.send(image) == 0x0000
    assert running.send(image) == 0x0000
    image.PixelData = bytes([1]) * 64
    assert running.send(image) == 0x0111
    assert len(running.files("images")) == 1


def test_image_reaches_the_peer_and_leaves_the_outbox(router):
    received = []
    peer = AE(ae_title="ARCHIVE")
    peer.add_supported_context(SecondaryCaptureImageStorage, ExplicitVRLittleEndian)

    def on_store(event):
        received.append(event.dataset.SOPInstanceUID)
        return 0x0000

    server = peer.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, on_store)])
    try:
        running = router(f"all: -> ae:ARCHIVE@127.0.0.1:{server.server_address[1]}")
        image = make_image()
        assert running.send(image) == 0x0000
        assert running.outbox.deliver() == (1, 0)
    finally:
        server.shutdown()
    assert received == [image.SOPInstanceUID]
    assert running.files("outbox") == []


def test_image_waits_while_the_peer_is_away(router):
    running = router("all: -> ae:ARCHIVE@127.0.0.1:1")
    assert running.send(make_image()) == 0x0000
    assert running.outbox.deliver() == (0, 1)
    assert len(running.files("outbox")) == 1
