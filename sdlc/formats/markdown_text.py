"""Foreign text made safe to stand in Markdown."""

from __future__ import annotations

import re

from sdlc.formats.terminal import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()+\-.!|~&:])")
_REFERENCE = re.compile(r"([@#])")
"""`@name` and `#7` are found in the finished page, where no escape is left; a space of no width parts them."""


def escape(text: str) -> str:
    """`text` with everything escaped that Markdown or HTML would take for markup or a mention."""
    marked = _SPECIAL.sub(r"\\\1", printable(text)).replace("\\<", "&lt;").replace("\\>", "&gt;")
    return _REFERENCE.sub(r"\1&#8203;", marked)
