import logging

from flask import request

logger = logging.getLogger(__name__)


def login():
    logger.info("login of %s", request.form["name"])
