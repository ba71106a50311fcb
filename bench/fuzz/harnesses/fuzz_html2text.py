"""html2text 2020.1.16."""

from html2text import html2text

from sdlc.harness import fuzz


@fuzz()
def fuzz_html2text(data: bytes) -> None:
    """Any input."""
    html2text(data.decode("utf-8", "replace"))
