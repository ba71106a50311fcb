"""untangle 1.2.0."""

import io
from xml.sax import SAXException

import untangle

from sdlc.harness import fuzz
from sdlc.harness.properties import bounded_memory


def read(data: bytes) -> object:
    """The tree of any document."""
    return untangle.parse(io.BytesIO(data))


@fuzz(raises=(SAXException,))
def fuzz_untangle(data: bytes) -> None:
    """A document takes no memory that is out of proportion to it."""
    bounded_memory(read, data, ratio=256)
