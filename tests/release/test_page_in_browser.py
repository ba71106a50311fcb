"""The page in a real browser: no request, no complaint, every number leads to its rows, by keyboard too."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.browser import Browser, browser
from fakes.hostile import CATALOG, finding, hostile, verified

from sdlc.formats.terminal import printable
from sdlc.release import viewer
from sdlc.release.page_facts import Beyond, Standing
from sdlc.release.verification import Step
from sdlc.release.verified import Verified

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    return verified(tmp_path_factory.mktemp("store"))


def write(release: Verified, folder: Path) -> Path:
    beyond = Beyond(
        results=release.results,
        steps=(Step(1, "read the bundle", True, "", "14 members, safe to read"),),
        notes=release.notes,
        manifest=release.manifest,
        manifest_digest=release.manifest_digest,
        standing=Standing(True, "2 of 2 approvals"),
    )
    page = folder / "report.html"
    page.write_bytes(
        viewer.draw(
            release.candidate, release.manifest.candidate, release.verdict, release.decisions, release.holdings, beyond
        )
    )
    return page


def with_finding(release: Verified) -> Verified:
    """The same, with one ordinary finding."""
    one = finding(rule="sql-injection", message="text in a query", subject="", fix="", fingerprint="f1:77", owasp=())
    results = tuple(
        dataclasses.replace(result, reading=dataclasses.replace(result.reading, findings=(one,)))
        if result.gate == "tests"
        else result
        for result in release.results
    )
    return dataclasses.replace(release, results=results)


@pytest.mark.parametrize("evil", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_no_request_leaves_it_and_nothing_complains(
    chromium: Browser, good: Verified, tmp_path: Path, evil: bool, dark: bool
) -> None:
    page = write(hostile(good) if evil else good, tmp_path)
    chromium.open(page, dark=dark)
    chromium.run("document.getElementById('open-all').click()")
    chromium.run("document.getElementById('filter').focus()")
    chromium.type("script")
    assert chromium.requests == [page.as_uri()]
    assert chromium.complaints == []
    assert chromium.run("document.querySelectorAll('script, img, iframe, object, embed, link, form').length") == 1


TAKEN = """({
  dialogs: window.taken || 0,
  handlers: [...document.querySelectorAll('*')].filter(
    (one) => [...one.attributes].some((it) => it.name.startsWith('on'))).length,
  strangers: [...document.querySelectorAll('script, img, svg:not(.drawing), math, iframe, base, link, form, object')]
    .filter((one) => !document.body.contains(one) || one.tagName !== 'SCRIPT' || one.nextElementSibling).length,
  refresh: document.querySelectorAll('meta[http-equiv=refresh]').length,
  outside: [...document.querySelectorAll('[href], [src], [action]')].filter(
    (one) => !(one.getAttribute('href') || '').startsWith('#')).length,
})"""


@pytest.mark.parametrize("text", CATALOG)
def test_text_in_every_field_stays_text(chromium: Browser, good: Verified, tmp_path: Path, text: str) -> None:
    page = write(hostile(good, text), tmp_path)
    chromium.open(page)
    chromium.run("document.getElementById('open-all').click()")
    assert chromium.run(TAKEN) == {"dialogs": 0, "handlers": 0, "strangers": 0, "refresh": 0, "outside": 0}
    assert chromium.requests == [page.as_uri()]
    assert chromium.complaints == []
    assert not [event for event in chromium.events if event.get("method") == "Page.javascriptDialogOpening"]
    shown = printable(text).lower()
    texts = "[...document.querySelectorAll('td, li, dd, p')].map((one) => one.textContent.toLowerCase())"
    assert chromium.run(f"{texts}.filter((one) => one.includes({json.dumps(shown)})).length") > 60


def test_a_script_that_is_not_ours_does_not_run(chromium: Browser, good: Verified, tmp_path: Path) -> None:
    """The policy of the page holds by itself, were the escaping ever to fail."""
    page = write(good, tmp_path)
    evil = "<script>document.title = 'taken'</script><img src='https://index.example/x' onerror='document.title=1'>"
    page.write_text(page.read_text().replace("<main", f"{evil}<main", 1))
    chromium.open(page)
    assert chromium.run("document.title") == "router 1.0: allowed"
    assert any("content security policy" in said.lower() for said in chromium.complaints)


def test_every_number_of_the_front_pages_leads_to_visible_rows_in_one_click(
    chromium: Browser, good: Verified, tmp_path: Path
) -> None:
    chromium.open(write(with_finding(good), tmp_path))
    lost = chromium.run(
        """(async () => {
          const lost = [];
          for (const link of document.querySelectorAll('a.n')) {
            document.querySelectorAll('#rows details').forEach((one) => { one.open = false; });
            link.click();
            await new Promise((done) => setTimeout(done, 5));
            const target = document.getElementById(link.getAttribute('href').slice(1));
            if (!target || !target.checkVisibility() || !target.textContent.trim()) lost.push(link.outerHTML);
            const details = target.closest('details');
            if (details && !details.open) lost.push('closed: ' + link.outerHTML);
          }
          return lost;
        })()"""
    )
    assert lost == []
    assert chromium.run("document.querySelectorAll('a.n').length") > 100
    numbers = chromium.run(
        """[...document.querySelectorAll('#manager td.num, #auditor td.num')].filter(
             (cell) => /\\d/.test(cell.textContent) && !cell.querySelector('a.n')
               && !cell.closest('#trail, #steps')).map((cell) => cell.outerHTML)"""
    )
    assert numbers == []


EVIDENCE = """(() => {
  const lost = [];
  const there = (href) => document.getElementById(href.slice(1));
  const links = (node) => [...node.querySelectorAll('a[href^="#"]')].map((one) => one.getAttribute('href'));
  const isFile = (href) => href.startsWith('#file-') && there(href) || href === '#contents';
  const files = (node) => links(node).some(isFile);
  for (const link of document.querySelectorAll('a.n')) {
    const rows = there(link.getAttribute('href'));
    if (rows.closest('#contents') || rows.id === 'check' || files(rows)) continue;
    const second = links(rows).map(there).filter((one) => one && one.tagName === 'DETAILS');
    if (second.some(files)) continue;
    if (rows.id.startsWith('standard-') && !second.length) continue;  // nothing here answers it: people do
    if (/Evidence: none|none, since it did not run|Nobody has decided/.test(rows.textContent)) continue;
    lost.push(`${link.outerHTML} → ${rows.id}`);
  }
  return lost;
})()"""


@pytest.mark.parametrize("evil", [False, True])
def test_every_number_leads_to_evidence_in_two_clicks(
    chromium: Browser, good: Verified, tmp_path: Path, evil: bool
) -> None:
    """The first leads to rows; these name their files by digest, or a gate that does."""
    chromium.open(write(hostile(with_finding(good)) if evil else with_finding(good), tmp_path))
    assert chromium.run(EVIDENCE) == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(400, False), (1200, False), (1200, True)])
def test_axe_finds_nothing_in_all_rows(
    chromium: Browser, good: Verified, tmp_path: Path, width: int, dark: bool
) -> None:
    chromium.open(write(hostile(good), tmp_path), width=width, height=800, dark=dark)
    chromium.run("document.getElementById('open-all').click()")
    assert chromium.violations() == []


def test_from_a_number_by_keyboard_to_the_rows_and_on_to_the_evidence(
    chromium: Browser, good: Verified, tmp_path: Path
) -> None:
    chromium.open(write(good, tmp_path))
    chromium.run("document.querySelector('#gates a.n[href=\"#gate-tests\"]').focus()")
    chromium.press("Enter")
    assert chromium.run("document.getElementById('gate-tests').open") is True
    assert chromium.run("document.activeElement.id") == "gate-tests"
    for _ in range(4):
        chromium.press("Tab")
        if str(chromium.run("document.activeElement.getAttribute('href')")).startswith("#file-"):
            break
    target = str(chromium.run("document.activeElement.getAttribute('href')"))
    assert re.fullmatch(r"#file-[0-9a-f]{64}", target)
    chromium.press("Enter")
    assert chromium.run("document.getElementById('contents').open") is True
    assert f"evidence/{target.removeprefix('#file-')}" in chromium.run("document.activeElement.textContent")


def test_the_first_key_leads_past_the_navigation(chromium: Browser, good: Verified, tmp_path: Path) -> None:
    chromium.open(write(good, tmp_path))
    chromium.press("Tab")
    assert chromium.run("document.activeElement.textContent") == "To the verdict"


def test_find_shows_the_rows_that_hold_all_words_and_gives_everything_back(
    chromium: Browser, good: Verified, tmp_path: Path
) -> None:
    chromium.open(write(with_finding(good), tmp_path))
    visible = "[...document.querySelectorAll('#rows tbody tr')].filter((row) => row.checkVisibility()).length"
    assert chromium.run(visible) == 0
    chromium.run("document.getElementById('filter').focus()")
    chromium.type("sql-injection f1:77")
    assert chromium.run("document.getElementById('found').textContent") == "1 row"
    assert chromium.run(visible) == 1
    chromium.run("document.getElementById('filter').value = ''")
    chromium.run("document.getElementById('filter').dispatchEvent(new Event('input'))")
    assert chromium.run(visible) == 0
    assert chromium.run("document.querySelectorAll('.filtered, #rows details[hidden]').length") == 0


def test_every_row_can_be_opened_without_a_script(chromium: Browser, good: Verified, tmp_path: Path) -> None:
    page = write(good, tmp_path)
    page.write_text(re.sub(r"<script>.*?</script>", "", page.read_text(), flags=re.S))
    chromium.open(page)
    chromium.run("document.querySelector('#contents > summary').focus()")
    chromium.press("Enter")
    assert chromium.run("document.getElementById('contents').open") is True
    assert chromium.run("document.getElementById('find').hidden") is True


def test_it_prints_on_a4(chromium: Browser, good: Verified, tmp_path: Path) -> None:
    chromium.open(write(good, tmp_path))
    printed = chromium.print(tmp_path / "report.pdf")
    assert printed.startswith(b"%PDF-")
    sizes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", printed)}
    assert {(round(width), round(height)) for _, _, width, height in sizes} == {(595, 842)}


def test_nothing_is_wider_than_a_small_screen(chromium: Browser, good: Verified, tmp_path: Path) -> None:
    chromium.open(write(good, tmp_path), width=400, height=800)
    assert chromium.run("document.documentElement.scrollWidth <= innerWidth") is True


CONTRAST = """(() => {
  const light = (rgb) => rgb.map((one) => one / 255)
    .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  for (const node of document.querySelectorAll('body *')) {
    if (!node.checkVisibility() || ![...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim())) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color).slice(0, 3)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.add(`${node.tagName} ${node.className} ${ratio.toFixed(2)}`);
  }
  return [...weak];
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_stands_out_from_what_is_behind_it(
    chromium: Browser, good: Verified, tmp_path: Path, dark: bool
) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    chromium.open(write(hostile(good), tmp_path), dark=dark)
    chromium.run("document.getElementById('open-all').click()")
    assert chromium.run(CONTRAST) == []
    colors = chromium.run("getComputedStyle(document.body).backgroundColor")
    assert (colors == "rgb(255, 255, 255)") is not dark


def test_a_screen_reader_finds_its_way(chromium: Browser, good: Verified, tmp_path: Path) -> None:
    chromium.open(write(with_finding(good), tmp_path))
    assert chromium.run("document.documentElement.lang") == "en"
    assert chromium.run("document.querySelectorAll('h1').length") == 1
    levels = chromium.run("[...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))")
    assert [pair for pair in itertools.pairwise(levels) if pair[1] > pair[0] + 1] == []
    assert chromium.run("document.querySelectorAll('th:not([scope])').length") == 0
    assert chromium.run("document.querySelector('label[for=filter]').textContent") == "Find"
    unnamed = chromium.run(
        """[...document.querySelectorAll('section')].filter(
             (one) => !document.getElementById(one.getAttribute('aria-labelledby'))).length"""
    )
    assert unnamed == 0
    empty = chromium.run(
        """[...document.querySelectorAll('a, button, summary')].filter(
             (one) => !one.textContent.trim()).map((one) => one.outerHTML)"""
    )
    assert empty == []


@pytest.mark.parametrize(("evil", "dark"), [(False, False), (True, True)])
def test_axe_finds_nothing(chromium: Browser, good: Verified, tmp_path: Path, evil: bool, dark: bool) -> None:
    chromium.open(write(hostile(good) if evil else with_finding(good), tmp_path), dark=dark)
    assert chromium.violations() == []


def test_axe_finds_what_is_wrong(chromium: Browser, good: Verified, tmp_path: Path) -> None:
    page = write(good, tmp_path)
    page.write_text(page.read_text().replace("</main>", "<button></button></main>"))
    chromium.open(page)
    assert any(said.startswith("button-name") for said in chromium.violations())
