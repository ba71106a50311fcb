"""graphql-core 3.2.3."""

from graphql import GraphQLError, parse

from sdlc.harness import fuzz


@fuzz(raises=(GraphQLError,))
def fuzz_graphql(data: bytes) -> None:
    """Any query."""
    parse(data.decode("utf-8", "replace"))
