"""setuptools 65.5.0."""

from setuptools.package_index import find_external_links

from sdlc.harness import fuzz


@fuzz()
def fuzz_setuptools(data: bytes) -> None:
    """Any input."""
    list(find_external_links("https://index.example/", data.decode("utf-8", "replace")))
