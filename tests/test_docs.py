"""The documentation agrees with the code: generated pages are in step, and nothing points to nowhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from sdlc.gates import GATES

REPOSITORY = Path(__file__).parent.parent
PAGES = sorted(
    path
    for folder in ("docs", "examples", ".")
    for path in (REPOSITORY / folder).glob("**/*.md" if folder != "." else "*.md")
    if ".venv" not in path.parts and ".sdlc" not in path.parts
)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
PATH = re.compile(r"`((?:docs|sdlc|rules|examples|requirements)/[\w./-]+\.\w+)`")


def test_generated_pages_are_in_step() -> None:
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    stale = [
        str(path)
        for path, text in generate.pages().items()
        if not (REPOSITORY / "docs" / path).is_file() or (REPOSITORY / "docs" / path).read_text() != text
    ]
    assert stale == [], "run: make docs"


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_explains_itself(gate: str) -> None:
    text = GATES[gate].__doc__
    first = text.strip().splitlines()[0]
    assert "?" in text.split("\n\n")[0], f"the first sentence asks the gate's question: {first}"
    for part in ("**Why.**", "**How it can be wrong.**", "**How to fix a finding.**"):
        assert part in text


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_and_paths_exist(page: Path) -> None:
    text = page.read_text()
    root = REPOSITORY / "examples" / "image-router" if "image-router" in page.parts else REPOSITORY
    targets = [page.parent / link for link in LINK.findall(text)] + [root / path for path in PATH.findall(text)]
    assert [str(target) for target in targets if not target.exists()] == []


def test_every_reason_code_is_explained() -> None:
    """Each code that a release, a signature or a waiver can be refused with has its row."""
    explained = set(re.findall(r"^\| `([a-z-]+)` \|", (REPOSITORY / "docs" / "reason-codes.md").read_text(), re.M))
    sources = [path for room in ("release", "signing") for path in (REPOSITORY / "sdlc" / room).glob("*.py")]
    text = "".join(
        path.read_text()
        for path in [*sources, REPOSITORY / "sdlc" / "policy" / "waivers.py", REPOSITORY / "sdlc" / "policy" / "vex.py"]
    )
    code = r"([a-z]+(?:-[a-z]+)+)"
    raised = set(re.findall(rf'(?:BlockedError|today\.append)\(\(?\s*"{code}"', text))
    raised |= set(re.findall(rf'reason(?:, sentence)? = "{code}"', text))
    raised |= set(re.findall(rf'return "{code}", ', text))
    raised |= set(re.findall(rf'"{code}"\),\n', text))
    raised |= set(re.findall(r'"(vex-[a-z-]+)", ', text))
    assert len(raised) > 55
    assert raised - explained == set()
