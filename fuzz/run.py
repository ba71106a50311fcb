"""
Runs every harness of this folder with both engines: `make fuzz`, or `make fuzz SECONDS=600`.

The seconds are for all harnesses together. Ends with 1 when one crashed, and says where its input lies.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
AT_ONCE = 2
SHARE = {"replay": 0.0, "hypothesis": 0.2, "atheris": 0.8}


def main() -> int:
    """All harnesses; one row each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    budget = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="sdlc-fuzz-") as name:
        scratch = Path(name)
        harnesses = [
            (file, row["name"])
            for file in sorted(HERE.glob("fuzz_*.py"))
            for row in drive(scratch, file, "", "list", 0.0)["harnesses"]
        ]
        each = budget * AT_ONCE / len(harnesses)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            crashes = list(pool.map(lambda one: run(scratch, *one, each), harnesses))
    return 1 if any(crashes) else 0


def run(scratch: Path, file: Path, harness: str, seconds: float) -> int:
    """How many crashes one harness has, each with its input kept in the folder `crashes`."""
    executions, found = 0, []
    for phase, share in SHARE.items():
        report = drive(scratch, file, harness, phase, seconds * share)
        if "problem" in report:
            raise SystemExit(f"{file.name}: {report['problem']}")
        executions += report["executions"]
        found += report["crashes"]
    print(f"{harness:<24} {executions:>10} executions  {len(found)} crashes", flush=True)
    for number, crash in enumerate(found):
        kept = HERE / "crashes" / f"{harness}-{number}.bin"
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(base64.b64decode(crash["input"]))
        print(f"  {crash['key']} at line {crash['line']}: {crash['message']}\n  {kept}", flush=True)
    return len(found)


def drive(scratch: Path, file: Path, harness: str, phase: str, seconds: float) -> dict[str, Any]:
    """One phase of one harness in a process of its own; its report."""
    folder = scratch / f"{file.stem}-{harness or 'all'}-{phase}"
    folder.mkdir()
    report = folder / "report.json"
    stored = [str(path) for path in sorted((HERE / "corpus" / harness).glob("*"))] if harness else []
    command = [sys.executable, "-m", "sdlc.harness.drive", "--phase", phase, "--file", str(file)]
    command += ["--harness", harness, "--seconds", str(seconds), "--report", str(report), "--package", "sdlc"]
    command += ["--examples", str(HERE.parent / "tests"), *(word for path in stored for word in ("--input", path))]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not report.exists():
        raise SystemExit(f"{file.name} {harness} {phase} ended without a report:\n{done.stderr[-2000:]}")
    loaded: dict[str, Any] = json.loads(report.read_text())
    return loaded


if __name__ == "__main__":
    sys.exit(main())
