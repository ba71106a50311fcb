"""sqlparse 0.4.3."""

import sqlparse

from sdlc.harness import fuzz


@fuzz()
def fuzz_sqlparse(data: bytes) -> None:
    """Any input."""
    sqlparse.parse(data.decode("utf-8", "replace"))
