"""jsonpatch 1.33."""

import json

from jsonpatch import apply_patch, make_patch

from sdlc.harness import fuzz
from sdlc.harness.properties import Violated


def no_number(name: str) -> float:
    """NaN is not equal to itself, and no JSON."""
    raise ValueError(name)


@fuzz(raises=(ValueError, RecursionError))
def fuzz_jsonpatch(data: bytes) -> None:
    """The patch from one document to another makes the other of the one."""
    pair = json.loads(data, parse_constant=no_number)
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, dict | list) for one in pair):
        before, after = pair
        if apply_patch(before, make_patch(before, after)) != after:
            raise Violated("round trip: the patch leads elsewhere")
