"""json5 0.15.0."""

import json

import json5

from sdlc.harness import fuzz
from sdlc.harness.properties import same_answer


def no_number(name: str) -> float:
    """NaN is not equal to itself, and no JSON."""
    raise ValueError(name)


def strictly(text: str) -> object:
    """What the standard says."""
    return json.loads(text, parse_constant=no_number)


@fuzz(raises=(RecursionError,))
def fuzz_json5(data: bytes) -> None:
    """What JSON takes, JSON5 takes, and both read the same."""
    text = data.decode("utf-8", "replace")
    try:
        strictly(text)
    except ValueError:
        return
    same_answer(strictly, json5.loads, text)
