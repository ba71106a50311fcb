"""pycparser 2.21."""

from pycparser.c_parser import CParser
from pycparser.plyparser import ParseError

from sdlc.harness import fuzz

PARSER = CParser()


@fuzz(raises=(ParseError,))
def fuzz_pycparser(data: bytes) -> None:
    """Any input."""
    PARSER.parse(data.decode("utf-8", "replace"), "")
