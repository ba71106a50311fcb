"""urllib3 1.26.4."""

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from sdlc.harness import fuzz


@fuzz(raises=(LocationParseError,))
def fuzz_urllib3(data: bytes) -> None:
    """Any URL."""
    parse_url(data.decode("utf-8", "replace"))
