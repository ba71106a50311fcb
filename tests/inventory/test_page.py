"""The page: all of the SBOM, no request, no complaint, hostile names stay text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from fakes.boms import rich_bom
from fakes.browser import CHROMIUM, Browser, browser

from sdlc.inventory.page import MOST_DRAWN, drawn, to_page
from sdlc.inventory.rows import Item, load_inventory

BOM = load_inventory(rich_bom(), what="bom")
EVIL = "<img src=x onerror=alert(1)>\x1b\u202e"
HOSTILE = replace(
    BOM,
    root=replace(BOM.root, name=EVIL, license=EVIL),
    items=tuple(replace(item, name=EVIL, purl=EVIL, unexplained=(EVIL,), evidence=(EVIL,)) for item in BOM.items),
    unknown=((EVIL, EVIL),),
)


def test_the_page_holds_every_component_and_reason() -> None:
    page = to_page(BOM).decode().replace("&#39;", "&#x27;")
    for item in BOM.items:
        assert item.name in page
        assert all(escape(reason) in page for _, reason in item.unknown)
    assert "inside of h11 0.16.0" in page
    assert to_page(BOM) == to_page(load_inventory(rich_bom(), what="again"))


def test_nothing_may_be_fetched_and_nothing_is() -> None:
    page = to_page(BOM).decode()
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:link|img|iframe|object)\b|\bsrc=|\bhref=\"(?!#)|@import|url\(", page)


def test_a_name_cannot_become_a_tag() -> None:
    page = to_page(HOSTILE).decode()
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_a_large_graph_is_drawn_near_the_product_and_says_what_it_leaves_out() -> None:
    items = tuple(Item(str(number), "library", f"n{number}", "1") for number in range(300))
    wide = replace(BOM, root=replace(BOM.root, requires=tuple(item.ref for item in items)), items=items)
    svg, left_out = drawn(wide)
    assert left_out == 301 - MOST_DRAWN
    assert f"{left_out} are left out" in svg


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


def test_in_a_browser(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "sbom.html"
    page.write_bytes(to_page(BOM))
    chromium.open(page, dark=True)
    assert chromium.requests == [page.as_uri()]
    assert chromium.complaints == []
    assert chromium.run("getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 28)"
    assert chromium.run("document.querySelectorAll('.drawing .box').length") == 3
    chromium.run("document.getElementById('filter').focus()")
    chromium.type("libtiff")
    assert chromium.run("document.getElementById('found').textContent") == "2 components"
    assert chromium.run("document.querySelectorAll('#rows tbody tr:not([hidden])').length") == 2
    page.write_bytes(to_page(HOSTILE))
    chromium.open(page)
    assert chromium.complaints == []
