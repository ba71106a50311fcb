"""PyPDF2 1.27.4."""

from PyPDF2.generic import DecodedStreamObject
from PyPDF2.pdf import ContentStream
from PyPDF2.utils import PdfReadError, PdfStreamError

from sdlc.harness import fuzz


@fuzz(raises=(PdfReadError, PdfStreamError))
def fuzz_pypdf2(data: bytes) -> None:
    """Any input as what draws a page."""
    stream = DecodedStreamObject()
    stream.setData(data)
    ContentStream(stream, None)
