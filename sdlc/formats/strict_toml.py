"""
The one reader of TOML: what the standard library reads, and an error of one kind for what it does not.

It calls itself for every bracket, so that a few hundred of them end in a RecursionError, and it leaves a number of
thousands of digits to `int`, which refuses it with an error of its own: neither is an answer to a file.
"""

from __future__ import annotations

import tomllib
from typing import Any


def loads(data: bytes) -> dict[str, Any]:
    """The document in `data`; raises UnicodeDecodeError or `tomllib.TOMLDecodeError`, both a ValueError."""
    text = data.decode("utf-8")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise tomllib.TOMLDecodeError(str(error)) from None
