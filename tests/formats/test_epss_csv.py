"""EPSS scores in their published form, and what is none."""

from __future__ import annotations

import pytest

from sdlc.errors import UnreadableError
from sdlc.formats.epss_csv import load_scores

HEAD = b"#model_version:v1,score_date:2026-03-01T00:00:00+0000\n"
GOOD = HEAD + b"cve,epss,percentile\nCVE-2026-0001,0.00043,0.1\nCVE-2026-0002,1.0,1\nCVE-2026-0003,6e-05,0\n"


def test_what_is_read() -> None:
    scores = load_scores(GOOD, what="epss.csv")
    assert scores.published == "2026-03-01T00:00:00+00:00"
    assert scores.of == {"CVE-2026-0001": "0.00043", "CVE-2026-0002": "1.0", "CVE-2026-0003": "6e-05"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        HEAD,
        HEAD + b"cve,epss\n",
        HEAD + b"cve,score\nCVE-2026-0001,0.5\n",
        HEAD + b"cve,epss\nCVE-2026-0001,2.5\n",
        HEAD + b"cve,epss\nCVE-2026-0001,nan\n",
        HEAD + b"cve,epss\nCVE-2026-0001\n",
        GOOD.partition(b"\n")[2],
        GOOD.replace(b"2026-03-01T", b"2026-33-01T"),
    ],
)
def test_what_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"epss\.csv"):
        load_scores(data, what="epss.csv")
