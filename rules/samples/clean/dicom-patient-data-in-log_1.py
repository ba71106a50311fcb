import logging

logger = logging.getLogger(__name__)


def handle_store(event):
    ds = event.dataset
    logger.info("stored %s", ds.SOPInstanceUID)
    logger.info("%d frames", len(ds.PatientID))
    return 0x0000
