"""When a crash of the head counts as one that the base has too."""

from __future__ import annotations

from typing import Any

import pytest

from sdlc.fuzzing.on_base import alike


def crash(key: str) -> dict[str, Any]:
    return {"exception": key.split(" in ")[0], "key": key}


@pytest.mark.parametrize(
    ("head", "base", "same"),
    [
        ("KeyError in box.py:parse: #", "KeyError in box.py:parse: #", True),
        ("IndexError in box.py:parse: no corner #", "IndexError in box.py:parse: corner #", True),
        ("IndexError in box.py:read: no corner #", "IndexError in box.py:parse: no corner #", True),
        ("KeyError in box.py:read: #", "KeyError in box.py:parse: #", False),
        ("IndexError in box.py:parse: no corner #", "KeyError in box.py:parse: no corner #", False),
        ("Timeout in box.py:parse", "Timeout in box.py:parse", True),
        ("Timeout in box.py:parse", "Timeout in other.py:read", False),
    ],
)
def test_same_exception_and_same_place_or_words(head: str, base: str, same: bool) -> None:
    assert alike(crash(head), crash(base)) is same
