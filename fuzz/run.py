"""
Runs every harness of this folder with the gate's own campaign and reading: `make fuzz`, or `make fuzz SECONDS=600`.

The seconds are for all harnesses together. Ends with 1 when something was found, with 4 when a harness could not run.
The gate itself cannot fuzz this project, because an `sdlc` of its own lies in its sandbox; that folder is empty here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from sdlc.errors import ExitCode
from sdlc.fuzzing.campaign import Campaign
from sdlc.model.result import Context, Outcome
from sdlc.readings.fuzz import Settings, read
from sdlc.sandbox.confine import probe
from sdlc.tools import LocalTools

HERE = Path(__file__).resolve().parent
MEMORY = 4096 * 2**20


def main() -> int:
    """All harnesses; one row each, then what the gate would say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    budget = parser.parse_args().seconds
    tools = LocalTools(dict(os.environ))
    with tempfile.TemporaryDirectory(prefix="sdlc-fuzz-") as name:
        scratch = Path(name)
        (scratch / "path").mkdir()
        campaign = Campaign(
            tools=tools,
            python=sys.executable,
            tree=HERE.parent,
            path=scratch / "path",
            scratch=scratch,
            level=probe(tools, scratch, sealed=True),
            memory=MEMORY,
            packages=("sdlc",),
            tests="tests",
        )
        files = [path.relative_to(HERE.parent) for path in sorted(HERE.glob("fuzz_*.py"))]
        rows, artifacts = campaign.run(files, budget)
        document = {"schema": "sdlc.fuzz/3", "sandbox": campaign.level.value, "harnesses": rows}
    for row in rows:
        engines = ", ".join(f"{engine} {did['executions']}" for engine, did in row["engines"].items())
        print(f"{row['name'] or row['file']:<24} {engines}", flush=True)
        for problem in row["problems"]:
            print(f"  {problem[:300]}", flush=True)
        for crash in row["crashes"]:
            kept = HERE / "crashes" / Path(crash["input"]).name
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(artifacts[crash["input"]])
            print(f"  {crash['key']} at line {crash['line']}: {crash['message']}\n  {kept}", flush=True)
    answer = read({**artifacts, "fuzz.json": json.dumps(document).encode()}, Settings(), Context())
    for finding in answer.findings:
        print(f"  {finding.rule}: {finding.message[:200]}")
    print(f"{answer.outcome.value}: {answer.sentence} (sandbox: {campaign.level.value})")
    if answer.outcome is Outcome.ERROR:
        return ExitCode.INCOMPLETE
    return ExitCode.ALLOWED if answer.outcome is Outcome.PASSED else ExitCode.BLOCKED


if __name__ == "__main__":
    sys.exit(main())
