"""CVSS vectors of three versions, and what nobody scored."""

from __future__ import annotations

import pytest

from sdlc.advisories.severity import severity_of
from sdlc.model.finding import Severity

V2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C"
V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
NOTHING = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"


@pytest.mark.parametrize(
    ("vectors", "severity", "score"),
    [
        ([V2], Severity.CRITICAL, 10.0),
        ([V3], Severity.MEDIUM, 5.3),
        ([V4], Severity.CRITICAL, 9.3),
        ([NOTHING], Severity.NOTE, 0.0),
        ([V3, V4], Severity.CRITICAL, 9.3),
        (["nonsense", V3], Severity.MEDIUM, 5.3),
        ([], Severity.CRITICAL, None),
        (["nonsense"], Severity.CRITICAL, None),
        (["CVSS:3.1/AV:N"], Severity.CRITICAL, None),
        (["CVSS:9.0/AV:N"], Severity.CRITICAL, None),
    ],
)
def test_the_worst_score_counts_and_none_is_critical(
    vectors: list[str], severity: Severity, score: float | None
) -> None:
    assert severity_of(vectors) == (severity, score)
