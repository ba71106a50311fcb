"""packageurl-python 0.15.0."""

from packageurl import PackageURL

from sdlc.harness import fuzz
from sdlc.harness.properties import round_trip


@fuzz(raises=(ValueError,))
def fuzz_packageurl(data: bytes) -> None:
    """What was read is written so that it is read the same."""
    round_trip(PackageURL.to_string, PackageURL.from_string, PackageURL.from_string(data.decode("utf-8", "replace")))
