"""httplib2 0.18.1."""

from httplib2 import HttpLib2Error, _parse_www_authenticate

from sdlc.harness import fuzz


@fuzz(raises=(HttpLib2Error,))
def fuzz_httplib2(data: bytes) -> None:
    """Any challenge of a server."""
    _parse_www_authenticate({"www-authenticate": data.decode("latin-1")})
