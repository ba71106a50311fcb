"""
EPSS scores in their published form: how probable it is that a CVE is exploited within thirty days.

The first line is a comment that dates the file (``#model_version:…,score_date:2024-10-10T00:00:00+0000``), the second
names the columns, of which `cve` and `epss` are read. A score stays the text that was published.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sdlc.errors import UnreadableError

_DATED = re.compile(r"#.*\bscore_date:(?P<date>[^,\s]+)")
_SCORE = re.compile(r"0(\.\d{1,12})?|1(\.0{1,12})?|\d(\.\d{1,12})?[eE]-\d{1,2}")


@dataclass(frozen=True)
class Scores:
    """`of` holds the score by CVE; `published` is ISO 8601 in UTC."""

    published: str
    of: Mapping[str, str]


def load_scores(data: bytes, *, what: str) -> Scores:
    """The scores in `data`; raises UnreadableError, also when there is none or the file is undated."""
    try:
        first, *rest = data.decode("utf-8").splitlines()
        if (dated := _DATED.match(first)) is None:
            raise ValueError("its first line does not say score_date")
        then = datetime.fromisoformat(dated["date"])
        published = (then if then.tzinfo else then.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        scores = {row["cve"]: row["epss"] for row in csv.DictReader(rest)}
        wrong = next((cve for cve, score in scores.items() if not score or not _SCORE.fullmatch(score)), None)
        if wrong is not None or not scores:
            raise ValueError("it holds no score" if wrong is None else f"the score of {wrong!r:.60} is none")
    except (KeyError, TypeError, ValueError, OverflowError, csv.Error) as error:
        text = f"{what}: no EPSS scores: {type(error).__name__}: {error}"
        raise UnreadableError(text, hint="fetch it again, whole") from None
    return Scores(published, scores)
