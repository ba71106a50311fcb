"""Support data: what the file says of a component, and every mistake in it named with its row and key."""

from __future__ import annotations

from datetime import date

import pytest

from sdlc.errors import UsageError
from sdlc.inventory.rows import Item
from sdlc.inventory.support import Row, load_support

HEAD = 'schema = "sdlc.support/1"\nas_of = 2026-06-01\n'
ROW = """[[component]]
name = "Django"
versions = ">=5.2,<5.3"
level = "actively maintained"
end = 2028-04-30
source = "s"
"""


def known(version: str, text: str = ROW, name: str = "django") -> Row | None:
    return load_support((HEAD + text).encode(), what="support.toml").of(Item("r", "library", name, version))


def test_a_row_speaks_of_the_versions_that_it_names() -> None:
    row = known("5.2.19")
    assert row is not None
    assert (row.level, row.end, row.source) == ("actively maintained", date(2028, 4, 30), "s")
    assert known("5.2rc1.post1") is None
    assert known("5.3") is None
    assert known("") is None
    assert known("not a version") is None
    assert known("5.2", name="flask") is None


def test_the_first_row_that_fits_counts_and_an_end_may_be_unknown() -> None:
    every = '[[component]]\nname = "django"\nlevel = "abandoned"\nreason = "nobody answers"\nsource = "s"\n'
    first, rest = known("5.2", ROW + every), known("1.0", ROW + every)
    assert first is not None
    assert first.level == "actively maintained"
    assert rest is not None
    assert (rest.level, rest.end, rest.reason) == ("abandoned", None, "nobody answers")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected are schema"),
        (HEAD + "more = 1\n", "expected are schema"),
        (HEAD.replace("2026-06-01", '"2026-06-01"'), "as_of"),
        (HEAD.replace("2026-06-01", "2026-06-01T00:00:00Z"), "as_of"),
        (HEAD + "component = 1\n", "component: tables"),
        (HEAD + "x = [\n", "support.toml"),
        (HEAD + ROW.replace("level", "levl"), "component 1: 'levl' is no key"),
        (HEAD + ROW.replace("actively maintained", "fine"), "component 1: level: 'fine' is none of"),
        (HEAD + ROW + ROW.replace("2028-04-30", '"soon"'), "component 2: end: 'soon' is no day"),
        (HEAD + ROW.replace("end = 2028-04-30\n", ""), "reason must say why"),
        (HEAD + ROW.replace('"s"', "1"), "source: a text is expected"),
        (HEAD + ROW.replace('source = "s"\n', ""), "source: a text is expected"),
        (HEAD + ROW.replace(">=5.2,<5.3", "about 5"), "component 1: versions"),
    ],
)
def test_a_mistake_is_named(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load_support(text.encode(), what="support.toml")
    assert str(caught.value).startswith("support.toml")
