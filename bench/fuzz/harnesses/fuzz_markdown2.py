"""markdown2 2.3.10."""

from markdown2 import markdown

from sdlc.harness import fuzz


@fuzz()
def fuzz_markdown2(data: bytes) -> None:
    """Any input."""
    markdown(data.decode("utf-8", "replace"))
