"""zizmor's report (`--format json-v1`), and the files that its log says it completed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

_COMPLETED = re.compile(r"completed (?:file://)?(?:\./)?(\S+)\s*$", re.MULTILINE)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class ZizmorFinding:
    """One finding; `severity` and `confidence` are zizmor's words in lower case, lines start at 1.

    `feature` is the text that it is about, `route` the way to it through the file's keys.
    """

    audit: str
    text: str
    link: str
    path: str
    line: int
    severity: str
    confidence: str
    route: tuple[str, ...]
    feature: str


def completed(log: bytes) -> tuple[str, ...]:
    """The files that zizmor says it has looked at."""
    return tuple(sorted(set(_COMPLETED.findall(_ESCAPES.sub("", log.decode("utf-8", "replace"))))))


def load_zizmor(data: bytes) -> tuple[ZizmorFinding, ...]:
    """The findings in `data`; raises UnreadableError."""
    rows = strict_json.loads(data, what="zizmor.json")
    try:
        found = []
        for row in rows:
            place = next(one for one in row["locations"] if one["symbolic"]["kind"] == "Primary")
            route = [str(next(iter(key.values()))) for key in place["symbolic"]["route"]["route"]]
            found.append(
                ZizmorFinding(
                    audit=str(row["ident"]),
                    text=f"{row['desc']}: {place['symbolic']['annotation']}",
                    link=str(row["url"]),
                    path=str(place["symbolic"]["key"]["Local"]["verbatim_path"]).removeprefix("./"),
                    line=int(place["concrete"]["location"]["start_point"]["row"]) + 1,
                    severity=str(row["determinations"]["severity"]).lower(),
                    confidence=str(row["determinations"]["confidence"]).lower(),
                    route=tuple(route),
                    feature=" ".join(str(place["concrete"]["feature"]).split()),
                )
            )
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise UnreadableError(f"zizmor.json: malformed: {type(error).__name__}: {error}") from None
    return tuple(found)
