"""w3lib 1.17.0."""

import re

from w3lib.url import canonicalize_url

from sdlc.harness import fuzz
from sdlc.harness.properties import idempotent

URL = re.compile(r"(?:[a-z0-9/?&=#~._-]|%(?!25)[0-9A-Fa-f]{2})*")


@fuzz()
def fuzz_w3lib_url(data: bytes) -> None:
    """A canonical URL is its own."""
    text = data.decode("utf-8", "replace")
    if URL.fullmatch(text):
        idempotent(canonicalize_url, f"http://host.example/{text}")
