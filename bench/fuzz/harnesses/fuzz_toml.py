"""toml 0.10.2."""

import toml

from sdlc.harness import fuzz


@fuzz(raises=(toml.TomlDecodeError,))
def fuzz_toml(data: bytes) -> None:
    """Any input."""
    toml.loads(data.decode("utf-8", "replace"))
