"""
Compile the rules of this folder into the one file that semgrep loads: `python rules/compile.py [--check]`.

Rules are written by weakness class in `python/` and `dicom/`, what they share in `flows/`. A rule that the labelled
corpus shows to be wrong more than once in ten loses the right to block: `measured.json`, which `make rules-report`
writes, says how often each was right.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sdlc.errors import UsageError
from sdlc.formats.rule_packs import compile_packs, dump_compiled, load_flows

FOLDER = Path(__file__).parent
COMPILED = FOLDER / "compiled" / "python.json"
CLASSES = ("python", "dicom")
FALSE_AT_MOST = 0.10
FEW = 10
"""From fewer findings, one in ten cannot be told from none."""


def texts(*folders: str) -> list[tuple[str, bytes]]:
    """Path and text of every YAML file in `folders`."""
    paths = [path for folder in folders for path in sorted((FOLDER / folder).glob("*.yaml"))]
    return [(path.relative_to(FOLDER.parent).as_posix(), path.read_bytes()) for path in paths]


def demote(rules: list[Any], measured: dict[str, dict[str, int]]) -> list[Any]:
    """`rules`, where those that block and are wrong too often are advice and say why."""
    for rule in rules:
        counts = measured.get(rule["id"], {"true": 0, "false": 0})
        said = counts["true"] + counts["false"]
        metadata = rule["metadata"]
        if metadata["confidence"] == "high" and said >= FEW and counts["false"] > FALSE_AT_MOST * said:
            metadata["confidence"] = "medium"
            metadata["demoted"] = f"{counts['false']} of {said} findings on the labelled corpus are false"
    return rules


def compile_all() -> bytes:
    """The bytes of the compiled file."""
    measured = json.loads((FOLDER / "measured.json").read_text(encoding="utf-8"))
    return dump_compiled(demote(compile_packs(texts(*CLASSES), load_flows(texts("flows"))), measured))


def main() -> int:
    """Write the compiled file, or say with `--check` whether it is up to date."""
    try:
        data = compile_all()
    except UsageError as error:
        print(f"{error.message}: {error.hint}")
        return 2
    if "--check" in sys.argv[1:]:
        if not COMPILED.exists() or COMPILED.read_bytes() != data:
            print(f"{COMPILED.relative_to(FOLDER.parent)} is out of date: run python rules/compile.py")
            return 1
        return 0
    COMPILED.parent.mkdir(exist_ok=True)
    COMPILED.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
