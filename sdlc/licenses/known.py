"""
Which license a distribution has, and how that is known.

*Declared* is what its metadata say in a form that means one license: `License-Expression` (PEP 639), a `License` that
is an SPDX expression, a classifier that stands for exactly one. *Concluded* is what a person wrote down, what one of
the usual spellings means, or what the words of its license texts say. Everything else is *unknown*: said, but nobody
can tell which it is; or *missing*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sdlc.licenses.expression import spdx
from sdlc.licenses.rules import Rules

PREFIX = "License :: "
NOTHING = ("", "unknown", "none", "n/a")
"""What builders write where nobody said anything."""
MAX_SAID = 80
FAMILIES = (
    ("affero", "AGPL"),
    ("lgpl", "LGPL"),
    ("apache", "Apache"),
    ("bsd", "BSD"),
    ("mozilla", "MPL"),
    ("mit", "MIT"),
)
"""Words of free text, and how the id of every license that they can mean begins; the first that fits decides."""


class Way(StrEnum):
    """How a license is known."""

    DECLARED = "declared"
    CONCLUDED = "concluded"
    UNKNOWN = "unknown"
    MISSING = "missing"


@dataclass(frozen=True)
class Known:
    """`expression` is SPDX, empty when `way` is UNKNOWN or MISSING; `how` says where it was read."""

    expression: str
    way: Way
    how: str
    texts: tuple[str, ...] = ()


def known(
    metadata: Mapping[str, Any] | None,
    texts: Iterable[str],
    concluded: str,
    classifiers: Mapping[str, str],
    rules: Rules,
) -> Known:
    """The license of one distribution: of what its `metadata` say (None: nobody could read them) and its `texts`.

    `concluded` is what the product's configuration says; `classifiers` stand for exactly one license each.
    """
    read = tuple(sorted({license for text in texts for license in rules.recognized(text)}))
    if concluded:
        return Known(concluded, Way.CONCLUDED, "written down in sdlc.toml", read)
    if metadata is None:
        return Known("", Way.UNKNOWN, "it is not in the build's environment, so nobody could look", read)
    said = {key: str(metadata.get(key, "")).strip() for key in ("license_expression", "license")}
    rows = [str(row) for row in metadata.get("classifiers", ())]
    for key, name in (("license_expression", "License-Expression"), ("license", "License")):
        if expression := spdx(said[key]):
            return Known(expression, Way.DECLARED, name, read)
    meant = {classifiers[row] for row in rows if row in classifiers}
    if len(meant) == 1 and all(row in classifiers or row.count("::") == 1 for row in rows):
        return Known(meant.pop(), Way.DECLARED, "its classifier", read)
    if expression := rules.spellings.get(" ".join(said["license"].lower().split()), ""):
        return Known(expression, Way.CONCLUDED, f"License says {said['license']!r}", read)
    told = [text for text in (*said.values(), *(row.removeprefix(PREFIX) for row in rows)) if _says(text)]
    if len(read) == 1 and (other := next((text for text in told if not _may_mean(text, read[0])), "")):
        return Known("", Way.UNKNOWN, f"it says {other!r:.{MAX_SAID}}, and its text is that of {read[0]}", read)
    if len(read) == 1:
        return Known(read[0], Way.CONCLUDED, "the words of its license text", read)
    if told:
        return Known("", Way.UNKNOWN, f"it says {told[0]!r:.{MAX_SAID}}, which names no license", read)
    if read:
        return Known("", Way.UNKNOWN, f"its texts are those of {', '.join(read)}, and nothing says which counts", read)
    return Known("", Way.MISSING, "neither its metadata nor a text of it say anything", read)


def _may_mean(text: str, license: str) -> bool:
    """False when `text` names a family that `license` is not of."""
    words = re.findall(r"[a-z]+", text.lower())
    meant = next((begins for word, begins in FAMILIES if word in words), "")
    return license.startswith(meant)


def _says(text: str) -> bool:
    return text.lower() not in NOTHING
