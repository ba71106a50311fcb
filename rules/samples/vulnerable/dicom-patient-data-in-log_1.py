import logging

logger = logging.getLogger(__name__)


def handle_store(event):
    ds = event.dataset
    logger.info("stored image of %s", ds.PatientName)
    return 0x0000
