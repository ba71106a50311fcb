import logging


def connect(host, api_key):
    logging.info("connecting to %s", host)
