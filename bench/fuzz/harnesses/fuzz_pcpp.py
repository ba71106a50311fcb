"""pcpp 1.30."""

import io

from pcpp import Preprocessor

from sdlc.harness import fuzz


@fuzz()
def fuzz_pcpp(data: bytes) -> None:
    """Any header of C; errors are counted, and told on the standard error stream."""
    preprocessor = Preprocessor()
    preprocessor.parse(data.decode("utf-8", "replace"))
    preprocessor.write(io.StringIO())
