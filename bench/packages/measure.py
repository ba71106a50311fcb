"""
Static analysis on packages that many people keep well: how quiet it is, and how long it takes beside bandit alone.

`make bench-packages` prints for each source archive (`requirements.txt`, by hash; nothing of it is installed) the
findings that would block, by thousand lines, and the seconds of the gate and of bandit in the same run, in turn, the
median of the rounds. Every blocking finding is listed, to be looked at by a person.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Measured:
    """Lines are those of Python files that the gate looked at; memory is in MB, of the largest process so far."""

    name: str
    lines: int
    blocking: list[dict[str, Any]]
    gate: float
    bandit: float
    memory: float

    def __str__(self) -> str:
        share = len(self.blocking) / max(1, self.lines / 1000)
        words = f"| {self.name} | {self.lines / 1000:.1f} | {len(self.blocking)} | {share:.3f} "
        return words + f"| {self.gate:.1f} | {self.bandit:.1f} | {self.gate / self.bandit:.2f} | {self.memory:.0f} |"


def download(folder: Path) -> list[Path]:
    """The source archives; pip refuses one whose digest does not fit."""
    words = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes"]
    subprocess.run([sys.executable, *words, "--dest", str(folder), "-r", str(FOLDER / "requirements.txt")], check=True)
    return sorted(folder.glob("*.tar.gz"))


def measure(archive: Path, folder: Path, rounds: int) -> Measured:
    """Gate and bandit in turn on the files of `archive`."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    [root] = folder.iterdir()
    for argv in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "b"]):
        subprocess.run(["git", *argv], cwd=root, check=True)
    gate, bandit = [], []
    for _ in range(rounds):
        began = time.monotonic()
        check = [str(BIN / "sdlc"), "check", "--gate", "static-analysis", "--format", "json"]
        done = subprocess.run(check, cwd=root, capture_output=True, check=False)
        gate.append(time.monotonic() - began)
        began = time.monotonic()
        bare = [str(BIN / "bandit"), "-r", ".", "-f", "json", "-q"]
        subprocess.run(bare, cwd=root, capture_output=True, check=False)
        bandit.append(time.monotonic() - began)
    [result] = json.loads(done.stdout)["gates"]
    if result["outcome"] not in ("passed", "failed"):
        print(f"{archive.name}: {result['outcome']}: {result['sentence']}")
    blocking = [one for one in result["findings"] if one["confidence"] == "high"]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    name = archive.name.removesuffix(".tar.gz")
    return Measured(name, lines(root), blocking, statistics.median(gate), statistics.median(bandit), memory)


def lines(root: Path) -> int:
    """Lines of the Python files that the gate looks at when nothing is configured."""
    left_out = ("tests", "fuzz", "docs")
    paths = (path for path in root.rglob("*.py") if not set(left_out) & set(path.relative_to(root).parts[:-1]))
    return sum(path.read_bytes().count(b"\n") for path in paths)


def main(arguments: Sequence[str]) -> int:
    """Measure the packages whose names begin with one of the words given, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sdlc-packages-") as temporary:
        archives = Path(temporary, "archives")
        archives.mkdir()
        print("| package | kLOC | blocking | per kLOC | gate, s | bandit, s | ratio | MB |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        measured = []
        for archive in download(archives):
            if not given.names or archive.name.lower().startswith(tuple(given.names)):
                folder = Path(temporary, archive.stem)
                folder.mkdir()
                measured.append(measure(archive, folder, given.rounds))
                print(measured[-1], flush=True)
    for one in measured:
        for finding in one.blocking:
            place = finding["place"]
            print(f"{one.name}: {finding['rule']} {place['path']}:{place['line']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
