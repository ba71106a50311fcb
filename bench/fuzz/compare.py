"""
Documented bugs found by plain atheris and by our campaign, each with the same time on one core: `make bench-fuzz`.

Five seeds of 60 s for each recipe, or one of 30 s with `--quick`. A bug counts as found when a search hands over an
input that crashes, in a fresh process, with the same exception at the same place as the recipe's proof; a proof that
shows nothing is an error. Plain atheris is run as its manual shows it, with five seconds for each input, and ends at
its first crash. Both begin without a corpus. At the end: executions per second on a target that does nothing.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHARE = {"hypothesis": 0.25, "growth": 0.15, "atheris": 0.6}
UV = ("pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:")
ROUNDS = 3


@dataclass(frozen=True)
class Recipe:
    """One documented bug; `sites` are where its proof crashes."""

    name: str
    packages: tuple[str, ...]
    documented: str
    kind: str
    proof: bytes

    @property
    def file(self) -> Path:
        return HERE / "harnesses" / f"fuzz_{self.name}.py"


def main() -> int:
    """Install, prove, search, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 30 s")
    parser.add_argument("--only", action="append", default=[], help="this recipe alone")
    parser.add_argument("--at-once", type=int, default=1, help="searches at once; as many cores must be idle")
    options = parser.parse_args()
    seconds, seeds = (30.0, range(1, 2)) if options.quick else (60.0, range(1, 6))
    with tempfile.TemporaryDirectory(prefix="sdlc-bench-fuzz-") as name:
        root = Path(name)
        recipes = [one for one in load() if not options.only or one.name in options.only]
        for recipe in recipes:
            install(recipe, root)
        proofs = {recipe.name: prove(recipe, root) for recipe in recipes}
        jobs = [(recipe, seed) for recipe in recipes for seed in seeds]
        with ThreadPoolExecutor(options.at_once) as pool:
            found = list(pool.map(lambda job: both(*job, seconds, proofs[job[0].name], root), jobs))
        table(recipes, jobs, found, seconds)
        if not options.only:
            overhead(root)
    return 0


def load() -> list[Recipe]:
    rows = tomllib.loads((HERE / "recipes.toml").read_text("utf-8"))["recipes"]
    return [
        Recipe(
            row["name"],
            tuple(row["packages"]),
            row["documented"],
            row["kind"],
            "".join(text * count for text, count in row["proof"]).encode("latin-1"),
        )
        for row in rows
    ]


def install(recipe: Recipe, root: Path) -> None:
    """The pinned wheels into a folder of their own; uv refuses one whose digest does not fit."""
    requirements = str(HERE / "requirements" / f"{recipe.name}.txt")
    target = ("--python", sys.executable, "--target", str(root / "lib" / recipe.name))
    subprocess.run([str(Path(sys.executable).parent / "uv"), *UV, *target, "-r", requirements], check=True)


def run(command: list[str], folder: Path, library: Path, seconds: float) -> None:
    """Silently, to its end or somewhat beyond `seconds`; how it ends is told by what it leaves."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(library), "HOME": str(folder), "PYTHONHASHSEED": "0"}
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(library.parent / "tables")  # made once, as in the gate
    log = folder / "log"
    with open(log, "wb") as stream:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=stream)
        try:
            process.wait(seconds + 90)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def drive(recipe: Recipe, phase: str, folder: Path, root: Path, seconds: float, *words: str) -> list[dict[str, Any]]:
    """The crashes of one phase, as the gate runs it."""
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / f"{phase}.json"
    command = [sys.executable, "-m", "sdlc.harness.drive", "--phase", phase, "--file", str(recipe.file)]
    command += ["--harness", f"fuzz_{recipe.name}", "--seconds", str(seconds), "--report", str(report), *words]
    command += [word for package in recipe.packages for word in ("--package", package)]
    run(command, folder, root / "lib" / recipe.name, seconds)
    document = json.loads(report.read_text()) if report.exists() else {}
    if "problem" in document:
        raise SystemExit(f"{recipe.name}: {document['problem']}")
    crashes: list[dict[str, Any]] = document.get("crashes", [])
    return crashes


def replay(recipe: Recipe, data: bytes, folder: Path, root: Path) -> set[str]:
    """Where `data` crashes: exception and function."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = folder / "input"
    stored.write_bytes(data)
    return {
        crash["key"].partition(": ")[0] for crash in drive(recipe, "replay", folder, root, 0, "--input", str(stored))
    }


def prove(recipe: Recipe, root: Path) -> set[str]:
    """Where the proof crashes; a recipe that proves nothing ends the run."""
    sites = replay(recipe, recipe.proof, root / "proofs" / recipe.name, root)
    if not sites:
        raise SystemExit(f"{recipe.name}: the proof of {recipe.documented} shows nothing in the pinned release")
    return sites


def both(recipe: Recipe, seed: int, seconds: float, sites: set[str], root: Path) -> tuple[bool, bool]:
    """Found by plain atheris, and found by us."""
    folder = root / "runs" / f"{recipe.name}-{seed}"
    plain = [
        replay(recipe, data, folder / "again", root) for data in plainly(recipe, seed, seconds, folder / "plain", root)
    ]
    ours = [
        replay(recipe, data, folder / "again", root) for data in campaign(recipe, seed, seconds, folder / "ours", root)
    ]
    answer = any(one & sites for one in plain), any(one & sites for one in ours)
    print(f"{recipe.name:<12} seed {seed}  plain {answer[0]!s:<5}  ours {answer[1]!s:<5}", file=sys.stderr, flush=True)
    return answer


def plainly(recipe: Recipe, seed: int, seconds: float, folder: Path, root: Path) -> list[bytes]:
    """The input at which plain atheris ended."""
    folder.mkdir(parents=True)
    flags = [f"-max_total_time={int(seconds)}", f"-seed={seed}", "-timeout=5", f"-artifact_prefix={folder}/"]
    command = [sys.executable, str(HERE / "plain.py"), str(recipe.file), ",".join(recipe.packages), *flags]
    run(command, folder, root / "lib" / recipe.name, seconds)
    kept = [path for kind in ("crash", "timeout", "oom") for path in sorted(folder.glob(f"{kind}-*"))]
    return [path.read_bytes() for path in kept]


def campaign(recipe: Recipe, seed: int, seconds: float, folder: Path, root: Path) -> list[bytes]:
    """What our phases found, one after the other, in the same time altogether."""
    found: list[dict[str, Any]] = []
    left = seconds
    for phase, share in SHARE.items():
        began = time.monotonic()
        budget = left if phase == "atheris" else seconds * share
        known = [f"--known={crash['key']}" for crash in found]
        first = seed - 1  # the gate's own first attempt has the seed 0
        found += drive(recipe, phase, folder, root, budget, "--seed", str(first), *known)
        left = max(1.0, left - (time.monotonic() - began))
    return [base64.b64decode(crash["input"]) for crash in found]


def table(recipes: list[Recipe], jobs: list[Any], found: list[Any], seconds: float) -> None:
    """One row for each recipe: in how many of the seeds each of the two found it."""
    by_name: dict[str, list[Any]] = {}
    for (recipe, _), one in zip(jobs, found, strict=True):
        by_name.setdefault(recipe.name, []).append(one)
    print("| bug | kind | plain atheris | ours |\n|---|---|---:|---:|")
    for recipe in recipes:
        rows = by_name[recipe.name]
        print(
            f"| {recipe.name}, {recipe.documented} | {recipe.kind} "
            f"| {sum(row[0] for row in rows)} of {len(rows)} | {sum(row[1] for row in rows)} of {len(rows)} |"
        )
    plain, ours = (sum(row[column] for row in found) for column in (0, 1))
    print(f"| all, {seconds:.0f} s each | | **{plain} of {len(found)}** | **{ours} of {len(found)}** |")
    print(f"\nratio {ours / max(1, plain):.2f}")


def overhead(root: Path) -> None:
    """Calls per second of a target that does nothing, in turn, median of the rounds."""
    folder = root / "trivial"
    rates: dict[str, list[float]] = {"plain": [], "ours": []}
    file, rate = HERE / "trivial" / "fuzz_trivial.py", folder / "rate"
    plain = [sys.executable, str(HERE / "plain.py"), str(file), "trivial_target", "-max_len=4096"]
    ours = [sys.executable, "-m", "sdlc.harness.drive", "--phase", "atheris", "--file", str(file), "--seconds", "60"]
    ours += ["--harness", "fuzz_trivial", "--package", "trivial_target", "--report", str(folder / "report.json")]
    for _ in range(ROUNDS):
        for name, command in (("plain", plain), ("ours", ours)):
            os.environ["RATE"] = str(rate)
            run(command, folder, HERE / "trivial", 60)
            rates[name].append(float(rate.read_text()))
            rate.unlink()
    slow, fast = statistics.median(rates["ours"]), statistics.median(rates["plain"])
    print(
        f"executions per second on nothing: plain {fast:.0f}, ours {slow:.0f}, overhead {100 * (1 - slow / fast):.0f} %"
    )


if __name__ == "__main__":
    sys.exit(main())
