"""isort 5.10.1."""

import isort
from isort.exceptions import ISortError

from sdlc.harness import fuzz


@fuzz(raises=(ISortError,))
def fuzz_isort(data: bytes) -> None:
    """Any source."""
    isort.code(data.decode("utf-8", "replace"))
