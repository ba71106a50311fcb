"""untangle 1.2.0."""

import io
from xml.sax import SAXException

import untangle

from sdlc.harness import fuzz
from sdlc.harness.properties import bounded_memory


def read(data: bytes) -> object:
    """The tree of any document."""
    return untangle.parse(io.BytesIO(data))


read(b"<a/>")  # what the first call imports is not the memory of a document


@fuzz(raises=(SAXException,))
def fuzz_untangle(data: bytes) -> None:
    """No document takes memory out of proportion to it; an empty element has some 60 bytes for each of its own."""
    bounded_memory(read, data, ratio=128, spare=2 * 1024 * 1024)
