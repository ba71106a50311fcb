"""
`report.html` of a release with many findings, in Chromium: how long until it is usable, and how long a search takes.

`make bench-page` opens it beside an empty page, in turns in the same run, and prints medians. Milliseconds of one
machine say little; the ratio, and the page's promise (usable in two seconds, a search in a tenth), say more.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY / "tests"))

from fakes.browser import CHROMIUM, Browser, browser  # noqa: E402
from fakes.hostile import finding, verified  # noqa: E402

from sdlc.model.finding import Finding  # noqa: E402
from sdlc.release import viewer  # noqa: E402
from sdlc.release.inventory import Holdings, Inventory  # noqa: E402

FINDINGS = 10_000
COMPONENTS = 2_000
ROUNDS = 5
SEARCHES = ("rule-5", "number 77", "package-19", "Apache-2.0 package", "f1:0000", "number 9999", "nothing has this", "")
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))"
SEARCH = """new Promise((done) => {{
  const input = document.getElementById('filter');
  input.value = {text!r};
  const began = performance.now();
  input.dispatchEvent(new Event('input'));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));
}})"""
UNFOLD = """new Promise((done) => {
  const began = performance.now();
  document.getElementById('findings-tests').open = true;
  document.querySelector('#findings-tests details').open = true;
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));
})"""


def main() -> int:
    """Measure and print; 2 where there is no Chromium."""
    if not CHROMIUM:
        print("there is no Chromium here: make browser", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="sdlc-bench-") as name:
        folder = Path(name)
        began = time.perf_counter()
        page = draw(folder)
        print(
            f"drawn {time.perf_counter() - began:6.2f} s, {page.stat().st_size / 1e6:.1f} MB, {FINDINGS} findings, "
            f"{COMPONENTS} components, as many tests"
        )
        empty = folder / "empty.html"
        empty.write_text("<!doctype html><title>empty</title>")
        with browser(folder) as chromium:
            opened = [(measure(chromium, empty), measure(chromium, page)) for _ in range(ROUNDS)]
            bare, full = (statistics.median(column) for column in zip(*opened, strict=True))
            print(f"usable     {full:6.0f} ms, an empty page {bare:.0f} ms: {full / bare:.1f} times")
            # One after the other: the same text twice would change nothing, and take no time.
            rounds = [[chromium.run(SEARCH.format(text=text)) for text in SEARCHES] for _ in range(ROUNDS)]
            for text, took in zip(SEARCHES, zip(*rounds, strict=True), strict=True):
                said = f"{statistics.median(took):6.0f} ms, at most {max(took):.0f}"
                print(f"search     {said}, until painted, for {text!r}")
            print(f"unfold     {chromium.run(UNFOLD):6.0f} ms until the first 500 findings are painted")
    return 0


def draw(folder: Path) -> Path:
    """The page of a small release, one gate of which has many findings."""
    release = verified(folder / "store")
    many = tuple(map(numbered, range(FINDINGS)))
    results = tuple(
        dataclasses.replace(result, reading=dataclasses.replace(result.reading, findings=many))
        if result.gate == "tests"
        else result
        for result in release.results
    )
    candidate = dataclasses.replace(release.candidate, results=results)
    page = folder / "report.html"
    digest, known = release.manifest.candidate, release.holdings.now.tables
    tables = {
        **known,
        "components": dict(map(component, range(COMPONENTS))),
        "tests": dict(map(test, range(COMPONENTS))),
    }
    holdings = Holdings(Inventory(tables))
    page.write_bytes(viewer.draw(candidate, digest, release.verdict, release.decisions, holdings))
    return page


def numbered(number: int) -> Finding:
    """An ordinary finding."""
    return finding(
        rule=f"rule-{number % 67}",
        message=f"the text of a query is built from what a stranger sent, number {number}",
        fix="Pass it as a parameter.",
        subject=f"src/router/module_{number % 400}.py",
        place=None,
        fingerprint=f"f1:{number:032x}",
        owasp=(),
    )


def component(number: int) -> tuple[str, dict[str, str]]:
    """An ordinary component."""
    return f"package-{number}", {
        "version": f"1.{number % 50}.0",
        "license": ("MIT", "Apache-2.0", "BSD-3-Clause")[number % 3],
        "hashes": f"{number:064x} {number + 1:064x}",
        "purl": f"pkg:pypi/package-{number}@1.{number % 50}.0",
    }


def test(number: int) -> tuple[str, dict[str, str]]:
    """An ordinary test."""
    return f"tests/test_{number % 90}.py::test_number_{number}", {"outcome": "passed", "seconds": "0.010"}


def measure(chromium: Browser, page: Path) -> float:
    """Milliseconds from the request of a page to its first painting after its script ran."""
    began = time.perf_counter()
    chromium.open(page)
    chromium.run(PAINTED)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
