"""unidiff 0.6.0."""

from unidiff import PatchSet, UnidiffParseError

from sdlc.harness import fuzz


@fuzz(raises=(UnidiffParseError,))
def fuzz_unidiff(data: bytes) -> None:
    """Any patch."""
    PatchSet(data.decode("utf-8", "replace"))
