"""Mako 1.2.1."""

from mako.exceptions import MakoException
from mako.lexer import Lexer

from sdlc.harness import fuzz


@fuzz(raises=(MakoException,))
def fuzz_mako(data: bytes) -> None:
    """Any template is read, and not run."""
    Lexer(data.decode("utf-8", "replace")).parse()
