"""asttokens 2.2.1."""

from asttokens import ASTTokens

from sdlc.harness import fuzz


@fuzz(raises=(SyntaxError, ValueError))
def fuzz_asttokens(data: bytes) -> None:
    """Any input."""
    ASTTokens(data.decode("utf-8", "replace"), parse=True)
