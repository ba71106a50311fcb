"""
The one reader of TOML: what the standard library reads, and an error of one kind for what it does not.

It calls itself for every bracket, so that a few hundred of them end in a RecursionError; it leaves a number of
thousands of digits to `int`, which refuses it with an error of its own; and a key of many parts takes the square of
their number. None of this is an answer to a file.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

PARTS = 200
"""Parts of a dotted key, from which on it is refused: ten thousand would take seconds."""

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"(?<![\w.-])(?:{_PART}){{{PARTS}}}")


def loads(data: bytes) -> dict[str, Any]:
    """The document in `data`; raises UnicodeDecodeError or `tomllib.TOMLDecodeError`, both a ValueError."""
    text = data.decode("utf-8")
    if _LONG_KEY.search(text):
        raise tomllib.TOMLDecodeError(f"a key of more than {PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise tomllib.TOMLDecodeError(str(error)) from None
