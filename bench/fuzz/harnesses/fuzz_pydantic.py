"""pydantic 1.8.1."""

from datetime import datetime

from pydantic import ValidationError, parse_obj_as

from sdlc.harness import fuzz


@fuzz(raises=(ValidationError,))
def fuzz_pydantic(data: bytes) -> None:
    """Any text as a point in time."""
    parse_obj_as(datetime, data.decode("utf-8", "replace"))
