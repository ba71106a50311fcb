"""Markdown 3.8."""

from markdown import markdown

from sdlc.harness import fuzz


@fuzz()
def fuzz_markdown(data: bytes) -> None:
    """Any input."""
    markdown(data.decode("utf-8", "replace"))
