"""Ids of taxonomies: those that exist, those that nothing may be mapped to, those that are newer than the table."""

from __future__ import annotations

import pytest

from sdlc.threats.taxonomy import unknown_attack, unknown_capec, unknown_cwe, unknown_emb3d


@pytest.mark.parametrize(
    ("check", "known", "unknown"),
    [
        (unknown_cwe, [22, 79, 306, 1333, 99999], [1, 16, 264, 310, 4]),
        (unknown_capec, [1, 151, 66, 99999], [260, 5, 119]),
        (unknown_attack, ["T1190", "T1059.006", "T0814"], ["1190", "T119", "T0100", "t1190", "T1059.6"]),
        (unknown_emb3d, ["TID-101", "TID-310", "TID-411"], ["TID-501", "TID310", "310", "TID-31"]),
    ],
)
def test_ids(check, known, unknown) -> None:  # type: ignore[no-untyped-def]
    assert [one for one in known if check(one)] == []
    assert [one for one in unknown if not check(one)] == []
