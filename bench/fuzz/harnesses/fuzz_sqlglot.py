"""sqlglot 25.9.0."""

from sqlglot import parse
from sqlglot.errors import SqlglotError

from sdlc.harness import fuzz


@fuzz(raises=(SqlglotError,))
def fuzz_sqlglot(data: bytes) -> None:
    """Any statements, as SQL Server has them."""
    parse(data.decode("utf-8", "replace"), read="tsql")
