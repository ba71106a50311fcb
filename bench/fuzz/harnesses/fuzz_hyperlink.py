"""hyperlink 17.1.1."""

from hyperlink import URL

from sdlc.harness import fuzz
from sdlc.harness.properties import idempotent


@fuzz(raises=(ValueError,))
def fuzz_hyperlink(data: bytes) -> None:
    """What is shown to people stays as it is."""
    idempotent(URL.to_iri, URL.from_text(data.decode("utf-8", "replace")))
