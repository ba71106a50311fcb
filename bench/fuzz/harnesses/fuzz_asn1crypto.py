"""asn1crypto 0.24.0."""

from asn1crypto.x509 import Certificate

from sdlc.harness import fuzz


@fuzz(raises=(ValueError, TypeError))
def fuzz_asn1crypto(data: bytes) -> None:
    """Any certificate, with all that is in it."""
    _ = Certificate.load(data).native
