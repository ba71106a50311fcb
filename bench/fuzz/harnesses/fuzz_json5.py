"""json5 0.15.0."""

import json

import json5

from sdlc.harness import fuzz
from sdlc.harness.properties import same_answer


@fuzz(raises=(RecursionError,))
def fuzz_json5(data: bytes) -> None:
    """What JSON takes, JSON5 takes, and both read the same."""
    text = data.decode("utf-8", "replace")
    try:
        json.loads(text, parse_constant=float)
    except ValueError:
        return
    same_answer(json.loads, json5.loads, text)
