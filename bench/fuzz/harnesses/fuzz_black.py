"""black 23.3.0."""

from black import InvalidInput, Mode, format_str

from sdlc.harness import fuzz
from sdlc.harness.properties import idempotent

MODE = Mode()


def formatted(source: str) -> str:
    """As the tool writes it."""
    return format_str(source, mode=MODE)


@fuzz(raises=(InvalidInput,))
def fuzz_black(data: bytes) -> None:
    """What is formatted stays as it is."""
    idempotent(formatted, data.decode("utf-8", "replace"))
