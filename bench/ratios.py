"""
Ratios, not seconds: our commands against the bare tools, in pairs in the same run, medians of several rounds.

`make bench` prints one row per pair. A ratio of 1.10 says that we take a tenth longer than the bare tool.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
ROUNDS = 5
AT = "2026-06-02T00:00:00Z"
PLAIN = """
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in archive.namelist():
        data = archive.read(name)
        hashlib.sha256(data).hexdigest()
        if data[:1] in b"{[":
            json.loads(data)
"""


def main() -> None:
    """Measure every pair and print the table."""
    with tempfile.TemporaryDirectory(prefix="sdlc-bench-") as folder:
        product = make_product(Path(folder, "product"))
        rules = REPOSITORY / "rules" / "compiled" / "python.json"
        semgrep = [str(BIN / "semgrep"), "scan", "--metrics=off", "--disable-version-check", "--json", "--quiet"]
        rows: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
            (
                "sdlc --version / python -c pass",
                lambda: run(product, str(BIN / "sdlc"), "--version"),
                lambda: run(product, sys.executable, "-c", "pass"),
            ),
            (
                "sdlc check --gate static-analysis / semgrep, then bandit",
                lambda: run(product, str(BIN / "sdlc"), "check", "--gate", "static-analysis"),
                lambda: (
                    run(product, *semgrep, "--config", str(rules), "."),
                    run(product, str(BIN / "bandit"), "-r", ".", "-f", "json", "-q"),
                ),
            ),
            (
                "sdlc check --gate secrets / detect-secrets scan",
                lambda: run(product, str(BIN / "sdlc"), "check", "--gate", "secrets"),
                lambda: run(product, str(BIN / "detect-secrets"), "scan", "--all-files", "--no-verify", "."),
            ),
        ]
        bundle, trust = make_bundle(Path(folder, "release"))
        rows.append(
            (
                "sdlc verify, 100 pieces of evidence, 50 MB / read, hash, json.loads",
                lambda: run(product, str(BIN / "sdlc"), "verify", str(bundle), "--trust", str(trust), "--at", AT),
                lambda: run(product, sys.executable, "-c", PLAIN, str(bundle)),
            )
        )
        print(f"{'ours / theirs':<68} {'ours':>8} {'theirs':>8} {'ratio':>6}   median of {ROUNDS}")
        for title, ours, theirs in rows:
            one, two = pair(ours, theirs)
            print(f"{title:<68} {one:7.2f}s {two:7.2f}s {one / two:6.2f}", flush=True)


def pair(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Medians of both, taken in turns, so that noise of the machine falls on both."""
    first: list[float] = []
    second: list[float] = []
    for _ in range(ROUNDS):
        first.append(timed(ours))
        second.append(timed(theirs))
    return statistics.median(first), statistics.median(second)


def timed(action: Callable[[], object]) -> float:
    """Seconds of wall clock that `action` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def run(cwd: Path, *command: str) -> None:
    """Run `command`; findings are no failure, a crash is."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-400:]}")


def make_product(root: Path) -> Path:
    """A repository of real size: the toolkit's own sources."""
    shutil.copytree(REPOSITORY / "sdlc", root / "sdlc", ignore=shutil.ignore_patterns("__pycache__"))
    identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "sources"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def make_bundle(folder: Path) -> tuple[Path, Path]:
    """A signed bundle with a hundred JSON files of half a megabyte as evidence, and its trust root."""
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from fakes.releases import candidate_of, chain, check_of, members, proposal_of, raw_of, trust_root

    from sdlc.disk import LocalDisk
    from sdlc.evidence.store import Store
    from sdlc.formats import strict_json
    from sdlc.model.digest import sha256
    from sdlc.release.bundle import write_bundle
    from sdlc.signing.trust_json import dump_trust

    raw = raw_of()
    document = json.loads(raw["build"]["build.json"])
    for number in range(100):
        data = json.dumps([{"file": number, "row": row, "text": "x" * 60} for row in range(5000)]).encode()
        raw["build"][f"dist/part-{number}.json"] = data
        document["artifacts"].append({"name": f"part-{number}.json", "size": len(data), "sha256": sha256(data)})
    raw["build"]["build.json"] = strict_json.dumps(document)
    store = Store(folder / "store", LocalDisk())
    candidate = candidate_of(store, check_of(store, raw))
    bundle, trust = folder / "box.zip", folder / "trust.json"
    bundle.write_bytes(write_bundle(members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)))
    trust.write_bytes(dump_trust(trust_root()))
    return bundle, trust


if __name__ == "__main__":
    main()
