"""Takes the values of credentials out of texts before they are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

MARK = "[redacted]"
LEAST = 6
"""Shorter values are words of other texts too."""


def variants(value: str) -> set[str]:
    """The forms in which reports write `value`: as it is, as JSON, as Python; of several lines, each long one."""
    lines = [line.strip() for line in re.split(r"\r?\n|\\r?\\n|\\n", value)] if len(value) > 60 else []
    plain = {value, *(line for line in lines if len(line) >= 16)}
    forms = set(plain)
    for text in plain:
        forms |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]}
        forms |= {ascii(text)[1:-1], json.dumps(ascii(text)[1:-1])[1:-1], json.dumps(repr(text)[1:-1])[1:-1]}
    return {form for form in forms if len(form) >= LEAST}


def redactor(values: Iterable[str]) -> re.Pattern[bytes] | None:
    """A pattern of all forms of all `values`, longest first; None when there is nothing to take out."""
    forms = sorted({form for value in values for form in variants(value)}, key=lambda form: (-len(form), form))
    return re.compile(b"|".join(re.escape(form.encode("utf-8", "surrogatepass")) for form in forms)) if forms else None


def redact(data: bytes, pattern: re.Pattern[bytes] | None) -> bytes:
    """`data` without what `pattern` finds; a file that is no text (a wheel) is the product's own, and stays."""
    if pattern is None or b"\0" in data:
        return data
    return pattern.sub(MARK.encode(), data)
