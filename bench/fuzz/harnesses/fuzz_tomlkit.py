"""tomlkit 0.11.6."""

import tomllib

import tomlkit
from tomlkit.exceptions import TOMLKitError

from sdlc.harness import fuzz
from sdlc.harness.properties import same_answer


def read(text: str) -> object:
    """Plain values."""
    return tomlkit.parse(text).unwrap()


@fuzz(raises=(RecursionError,))
def fuzz_tomlkit(data: bytes) -> None:
    """What the standard library takes is taken, and read the same; NaN is not equal to itself."""
    text = data.decode("utf-8", "replace")
    try:
        tomllib.loads(text)
    except ValueError:
        return
    if "nan" not in text:
        same_answer(tomllib.loads, read, text, raises=(TOMLKitError,))
