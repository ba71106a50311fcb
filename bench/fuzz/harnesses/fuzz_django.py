"""Django 2.2.3."""

from django.utils.encoding import uri_to_iri

from sdlc.harness import fuzz


@fuzz()
def fuzz_django(data: bytes) -> None:
    """Any address, as it is shown to people."""
    uri_to_iri(data.decode("utf-8", "replace"))
