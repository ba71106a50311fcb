"""
Is a pull request of the example judged the same every time? `python bench/fuzz/repeats.py --times 10`.

Two branches of the example: one seeds the parser bug of `make demo-blocked`, one changes a sentence of a function. Each
is checked that often, with the search of the example's own settings (or `--seconds`). Prints exit code and findings of
every run, and ends with 1 when two runs of a branch differ.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "examples"))

import demo  # noqa: E402 - found by the line above

from sdlc.formats.check_json import load_check  # noqa: E402
from sdlc.model.result import Outcome  # noqa: E402


def main() -> int:
    """Both branches."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=0, help="of the search; default: as the example has it")
    options = parser.parse_args()
    equal = True
    with tempfile.TemporaryDirectory(prefix="sdlc-repeats-") as name:
        product = demo.make_repository(Path(name) / "image-router")
        if options.seconds:
            file = product / "sdlc.toml"
            fuzz = re.sub(r"(\[gates.fuzz\][^\[]*?seconds = )\d+", rf"\g<1>{options.seconds}", file.read_text())
            file.write_text(fuzz)
            demo.git(product, "commit", "-qam", "Search for less time")
        for branch, seed in (("innocent", comment), ("seeded", defects)):
            demo.git(product, "switch", "-q", "-c", branch, "main")
            seed(product)
            demo.git(product, "commit", "-qam", branch)
            answers = set()
            for _ in range(options.times):
                answer = judged(product)
                print(f"{branch:<9} {answer}", flush=True)
                answers.add(answer)
            equal = equal and len(answers) == 1
    print("all equal" if equal else "NOT EQUAL")
    return 0 if equal else 1


def comment(product: Path) -> None:
    """A change that no function notices."""
    file = next((product / "src").rglob("rules.py"))
    file.write_text(file.read_text() + "\n# One more thought.\n")


def defects(product: Path) -> None:
    """The defects of the demonstration, the parser's among them."""
    subprocess.run([sys.executable, str(REPOSITORY / "examples" / "seed_defects.py"), str(product)], check=True)


def judged(product: Path) -> str:
    """The exit code of the gate alone, its outcome, and what it found."""
    command = [str(Path(sys.executable).parent / "sdlc"), "check", str(product), "--gate", "fuzz", "--since", "main~1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    record = load_check((product / ".sdlc" / "out" / "check.json").read_bytes(), what="check.json")
    [reading] = [one.reading for one in record.results if one.gate == "fuzz"]
    found = sorted({(finding.rule, finding.fingerprint[:12]) for finding in reading.findings})
    why = f": {reading.sentence}" if reading.outcome is Outcome.ERROR else ""
    return f"exit {done.returncode} {reading.outcome.value} {found}{why}"


if __name__ == "__main__":
    sys.exit(main())
