import logging

from pydicom import dcmread

logger = logging.getLogger(__name__)


def load(path):
    dataset = dcmread(path)
    logger.info("read %s of modality %s", dataset.SOPInstanceUID, dataset.Modality)
    return dataset.PatientName
