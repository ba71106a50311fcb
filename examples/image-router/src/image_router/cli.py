"""The command: `image-router serve CONFIG`, and `image-router check RULES`."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from pathlib import Path

import uvicorn

from image_router.config import Config, ConfigError, parse_config
from image_router.forwarding import Outbox
from image_router.receiver import Receiver
from image_router.rule_book import RuleBook
from image_router.rules import RuleError, parse_rules
from image_router.storage import Archive
from image_router.web import make_app


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0, or 2 for what the user has to mend."""
    parser = argparse.ArgumentParser(prog="image-router", description="Receive DICOM images and route them by rule.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the router").add_argument("file", type=Path, metavar="CONFIG")
    commands.add_parser("check", help="check a file of rules").add_argument("file", type=Path, metavar="RULES")
    options = parser.parse_args(arguments)
    try:
        text = options.file.read_text(encoding="utf-8")
        if options.command == "check":
            print(f"{len(parse_rules(text))} rules")
            return 0
        config = parse_config(text)
        token = config.web.token.read_text(encoding="utf-8").strip()
        serve(config, token)
    except (ConfigError, RuleError, UnicodeDecodeError, OSError) as error:
        print(f"image-router: {options.file}: {error}", file=sys.stderr)
        return 2
    return 0


def serve(config: Config, token: str) -> None:
    """Receive and route until the process is told to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    silence_libraries()
    book = RuleBook(config.rules)
    app = make_app(book, token)
    outbox = Outbox(config.root, config.receiver.title)
    receiver = Receiver(config.receiver, Archive(config.root, config.receiver.max_image), outbox, book.rules)
    stop = threading.Event()
    worker = threading.Thread(target=outbox.run, args=(stop,), name="outbox")
    receiver.start()
    worker.start()
    try:
        uvicorn.run(app, host=config.web.host, port=config.web.port, log_level="warning", access_log=False)
    finally:
        receiver.stop()
        stop.set()
        outbox.wake()
        worker.join()


def silence_libraries() -> None:
    """pynetdicom and pydicom log whole datasets at low levels, and values in warnings: patient data."""
    for name in ("pynetdicom", "pydicom"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False
