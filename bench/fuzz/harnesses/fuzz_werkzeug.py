"""Werkzeug 3.0.4."""

from werkzeug.datastructures import Authorization

from sdlc.harness import fuzz


@fuzz()
def fuzz_werkzeug(data: bytes) -> None:
    """Any header of a client; what cannot be read is none."""
    Authorization.from_header(data.decode("latin-1"))
