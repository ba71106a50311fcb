"""xmltodict 1.0.2."""

from collections.abc import Iterator
from xml.parsers.expat import ExpatError

import xmltodict

from sdlc.harness import fuzz
from sdlc.harness.properties import round_trip


def comments(node: object) -> Iterator[object]:
    """Every comment below `node`."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "#comment")
        for value in node.values():
            yield from comments(value)
    elif isinstance(node, list):
        for value in node:
            yield from comments(value)


@fuzz(raises=(ExpatError, ValueError))
def fuzz_xmltodict(data: bytes) -> None:
    """Comments are read again as they were written."""
    tree = xmltodict.parse(data.decode("utf-8", "replace"), process_comments=True)
    written = xmltodict.unparse(tree)
    round_trip(
        lambda _: written,
        lambda text: list(comments(xmltodict.parse(text, process_comments=True))),
        list(comments(tree)),
    )
