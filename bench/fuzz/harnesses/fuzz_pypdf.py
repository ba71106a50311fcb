"""pypdf 3.8.1."""

from pypdf.errors import PyPdfError
from pypdf.generic import ContentStream, DecodedStreamObject

from sdlc.harness import fuzz


@fuzz(raises=(PyPdfError,))
def fuzz_pypdf(data: bytes) -> None:
    """Any input."""
    stream = DecodedStreamObject()
    stream.set_data(data)
    ContentStream(stream, None)
