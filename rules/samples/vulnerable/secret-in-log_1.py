import logging

logger = logging.getLogger(__name__)


def login(name, password):
    logger.debug("login %s %s", name, password)
