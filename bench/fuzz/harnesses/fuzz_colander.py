"""colander 1.6.0."""

import colander

from sdlc.harness import fuzz

LINK = colander.SchemaNode(colander.String(), validator=colander.url)


@fuzz(raises=(colander.Invalid,))
def fuzz_colander(data: bytes) -> None:
    """Any text as the URL of a form."""
    LINK.deserialize(data.decode("utf-8", "replace"))
