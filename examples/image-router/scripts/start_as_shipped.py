"""Starts the installed router with the defaults that are shipped, in a folder and with a token of its own."""

from __future__ import annotations

import secrets
import sys
import tempfile
from pathlib import Path

from image_router.cli import main

SHIPPED = Path(__file__).parents[1] / "deploy" / "router.toml"

folder = Path(tempfile.mkdtemp(prefix="image-router-"))
token = folder / "token"
token.write_text(secrets.token_hex(16), encoding="utf-8")
text = SHIPPED.read_text(encoding="utf-8")
for place, instead in (("/var/lib/image-router", folder / "images"), ("/etc/image-router", folder)):
    text = text.replace(place, instead.as_posix())
configuration = folder / "router.toml"
configuration.write_text(text, encoding="utf-8")
sys.exit(main(["serve", str(configuration)]))
