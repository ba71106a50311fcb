"""bracex 2.1."""

from bracex import ExpansionLimitException, expand

from sdlc.harness import fuzz


@fuzz(raises=(ExpansionLimitException,))
def fuzz_bracex(data: bytes) -> None:
    """Any pattern; the limit of a thousand words is the default."""
    expand(data.decode("utf-8", "replace"))
