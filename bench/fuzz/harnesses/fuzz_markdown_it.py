"""markdown-it-py 2.1.0."""

from markdown_it import MarkdownIt

from sdlc.harness import fuzz


@fuzz()
def fuzz_markdown_it(data: bytes) -> None:
    """Any input."""
    MarkdownIt().render(data.decode("utf-8", "replace"))
