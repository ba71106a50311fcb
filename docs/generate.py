"""Writes the pages made from the code: gates, what rules cover, malware (`tests/test_docs.py` compares)."""

from __future__ import annotations

from pathlib import Path

from sdlc.commands.gates import page
from sdlc.formats.rule_catalogue import load_rules
from sdlc.gates import GATES
from sdlc.reports.malware_rules import malware_page
from sdlc.reports.rule_coverage import coverage_page
from sdlc.scanning.rules import compiled_rules

DOCS = Path(__file__).parent


def pages() -> dict[Path, str]:
    """Every generated page: its path below `docs/`, and its text."""
    made = {Path("gates", f"{gate}.md"): page(gate) for gate in GATES}
    lines = ["# Gates", "", "Made from the code by `make docs`. `sdlc gates ID` prints the same page.", ""]
    lines += [f"- [`{gate}`]({gate}.md): {(module.__doc__ or '').split('.')[0].split('?')[0].strip()}?"
              for gate, module in GATES.items()]  # fmt: skip
    made[Path("gates", "README.md")] = "\n".join(lines) + "\n"
    made[Path("coverage.md")] = coverage_page(load_rules(compiled_rules().read_bytes()))
    made[Path("malware.md")] = malware_page()
    return made


if __name__ == "__main__":
    for path, text in pages().items():
        target = DOCS / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"wrote docs/{path}")
