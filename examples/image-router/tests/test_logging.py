"""Logs are for service staff, images are not."""

import logging

from conftest import PATIENT, make_image
from image_router.cli import silence_libraries


def test_no_patient_data_in_logs(router, caplog):
    silence_libraries()
    caplog.set_level(logging.DEBUG)
    running = router("all: -> folder:all")
    good = make_image()
    bad = make_image(StudyDescription=f"{PATIENT} wrong", SeriesInstanceUID="not a uid")
    assert running.send(good) == 0x0000
    assert running.send(bad) == 0xC000
    assert running.send(good, calling="STRANGER") is None

    text = caplog.text
    assert "image 1 stored" in text
    assert "image 2 refused" in text
    for value in (PATIENT, "Doe", "PID-4711", "Thorax", "not a uid", good.SOPInstanceUID, good.StudyInstanceUID):
        assert value not in text
