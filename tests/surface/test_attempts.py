"""Every kind that the extractors know has something to try, and what is well kept has less."""

from __future__ import annotations

from sdlc.surface.attempts import attempts
from sdlc.surface.item import ENTRY, Item, Spot

SPOT = (Spot("a.py", 1),)


def tried(kind: str, locator: str, **more: str) -> set[int]:
    return {one.cwe for one in attempts((Item(kind, locator, SPOT, **more),))}


def test_every_kind_of_entry_point_has_something_to_try() -> None:
    for kind in ENTRY:
        assert tried(kind, "GET /x/{}" if kind == "http" else "tcp/80", bind="0.0.0.0"), kind


def test_what_is_kept_well_has_less() -> None:
    assert tried("http", "GET /x", guard="none") == {306}
    assert tried("http", "GET /x", guard="login_required") == set()
    assert tried("listen", "tcp/80", bind="127.0.0.1", tls="off") == set()
    assert tried("listen", "tcp/80", bind="0.0.0.0", tls="on") == {400}


def test_the_barest_come_first_and_each_sentence_once() -> None:
    items = tuple(
        Item("http", f"POST /{name}/{{}}", SPOT, guard=guard) for name, guard in (("a", "key"), ("z", "none"))
    )
    found = attempts(items)
    assert found[0].key == "http:POST /z/{}"
    assert len({one.text for one in found}) == len(found)
