"""`docs/audit-questions.md` is kept: each question has its element, two presses of Enter away, and its answer."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import REPOSITORY, run_sdlc
from fakes.browser import browser
from fakes.hostile import verified

from sdlc.release import viewer

ROW = re.compile(r"^\| (\d+) \| (.+?) \| `#([a-z0-9.-]+)` \| (.+) \|$", re.M)


@dataclass(frozen=True)
class Question:
    """One row of the page: the answers are the texts in code."""

    number: int
    element: str
    answers: tuple[str, ...]


QUESTIONS = tuple(
    Question(int(number), element, tuple(re.findall(r"`([^`]+)`", answer)))
    for number, _, element, answer in ROW.findall((REPOSITORY / "docs" / "audit-questions.md").read_text())
)


def element_text(page: str, name: str) -> str:
    """What a reader sees of one element of the page, on one line."""
    start = re.search(rf'<(\w+)[^>]* id="{re.escape(name)}"|<(\w+) id="{re.escape(name)}"', page)
    assert start, f"there is no element {name}"
    tag = start[1] or start[2]
    depth, end = 0, start.start()
    for found in re.finditer(rf"<(/?){tag}\b", page[start.start() :]):
        depth += -1 if found[1] else 1
        end = start.start() + found.end()
        if depth == 0:
            break
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page[start.start() : end])).split())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    release = verified(folder / "store")
    file = folder / "report.html"
    file.write_bytes(
        viewer.draw(release.candidate, release.manifest.candidate, release.verdict, release.decisions, release.holdings)
    )
    return file


def test_there_are_ten() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, 11))
    assert [question for question in QUESTIONS if not question.answers] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.element)
def test_each_has_its_element(page: Path, question: Question) -> None:
    assert len(element_text(page.read_text(), question.element)) > 20


@pytest.mark.browser
def test_each_is_two_presses_of_enter_away(page: Path, tmp_path: Path) -> None:
    with browser(tmp_path) as chromium:
        for question in QUESTIONS:
            chromium.open(page)
            for part in ("manager", "auditor"):
                seen = f"document.getElementById('{question.element}')"
                chromium.run(f"document.querySelector('nav a[href=\"#{part}\"]').focus()")
                chromium.press("Enter")
                if chromium.run(f"!!{seen}.closest('#{part}')"):
                    break
                link = f"document.querySelector('#{part} a[href=\"#{question.element}\"]')"
                if chromium.run(f"!!{link}"):
                    chromium.run(f"{link}.focus()")
                    chromium.press("Enter")
                    assert chromium.run(f"document.activeElement === {seen}"), question
                    break
            else:
                pytest.fail(f"no way leads to {question}")
            assert chromium.run(f"{seen}.checkVisibility() && {seen}.innerText.trim().length > 20"), question


@pytest.fixture(scope="module")
def demonstration() -> str:
    """What `make demo` prints."""
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "examples" / "demo.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def named(demonstration: str, what: str) -> Path:
    found = re.search(rf"^{what}: +(\S+)$", demonstration, re.M)
    assert found, demonstration[-2000:]
    return Path(found[1])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demonstration_answers_as_the_page_says(demonstration: str) -> None:
    said = named(demonstration, "page").read_text()
    wrong = [
        (question.element, answer)
        for question in QUESTIONS
        for answer in question.answers
        if answer not in element_text(said, question.element)
    ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_terminal_says_the_same_as_the_page_on_one_screen(demonstration: str) -> None:
    bundle, page = named(demonstration, "bundle"), named(demonstration, "page").read_text()
    trust = ["--trust", str(bundle.parent / "trust.json")]
    verified = run_sdlc("verify", str(bundle), *trust)
    status = run_sdlc("release", "status", str(bundle.parent / "image-router"), *trust)
    same = run_sdlc("diff", str(bundle), str(bundle), *trust)
    for answer in (verified, status, same):
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert len(answer.stdout.splitlines()) <= 25
    assert "the page shows the same" in verified.stdout
    assert status.stdout.startswith("ALLOWED   image-router 1.0.0, stable, sequence 1")
    assert "allowed" in element_text(page, "verdict")
    gates = re.findall(
        r'<tr><th scope="row">([a-z-]+)</th><td><span class="word \w+"><span[^>]*>.</span> ([^<]+)</span>', page
    )
    assert len(gates) == 15
    for gate, word in gates:
        assert re.search(rf"^  {gate} +{word}\b", status.stdout, re.M), gate
        assert re.search(rf"^  {word}, [a-z ]+:.*\b{gate}\b", verified.stdout, re.M), gate
    for name, meaning in (("Akira Tanaka", "review"), ("Maria Weber", "approval")):
        assert f"{name} , meaning {meaning}" in element_text(page, "decisions")
        for answer in (verified, status):
            assert re.search(rf"{name}, meaning {meaning}", answer.stdout)
    [digest] = re.findall(r"\b[0-9a-f]{64}\b", element_text(page, "artifacts"))
    assert digest in verified.stdout
    assert "  as before   gates, findings, components, tests, policy" in same.stdout
