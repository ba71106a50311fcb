"""
Documented bugs found by plain atheris and by our campaign, each with the same CPU seconds: `make bench-fuzz`.

Five seeds of 60 s for each recipe, or one of 30 s with `--quick`. A bug counts as found when a search hands over an
input that crashes, in a fresh process, with the same exception at the same place as the recipe's proof; a proof that
shows nothing is an error. Plain atheris is run as its manual shows it, with its own defaults but for five seconds for
each input; after a crash it begins again with the corpus that it has, until its time is spent. Both begin without a
corpus, have the same harness and are measured in CPU seconds, so that a busy machine takes nothing from either. Every
answer is kept in the file of `--results` at once, and one that is there is not asked again. At the end: executions
per second on a target that does nothing.
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
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sdlc.fuzzing.campaign import shares
from sdlc.harness.oracle import SHORT

HERE = Path(__file__).parent
SEARCHES = ["plain", "ours"]
UV = ("pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:")
ROUNDS = 3
LATE = 1.05
"""How much of its time a search may have spent when it found the bug: what is at work in C cannot be cut short."""

MEMORY = 4 * 1024**3
"""Bytes that a search may take, as in the gate; more would be the machine's."""


@dataclass(frozen=True)
class Recipe:
    """One documented bug; `held_out` names the set of those that were gathered without a look at the searches."""

    name: str
    packages: tuple[str, ...]
    documented: str
    kind: str
    proof: bytes
    held_out: str = ""

    @property
    def file(self) -> Path:
        return HERE / "harnesses" / f"fuzz_{self.name}.py"


def main() -> int:
    """Install, prove, search, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 30 s")
    parser.add_argument("--seconds", type=float, default=0.0, help="CPU seconds of each search")
    parser.add_argument("--seeds", type=int, default=0, help="how many")
    parser.add_argument("--only", action="append", default=[], help="this recipe alone")
    parser.add_argument("--results", type=Path, help="JSON lines; what is there is not run again")
    parser.add_argument("--searches", nargs="+", choices=SEARCHES, default=SEARCHES)
    parser.add_argument("--at-once", type=int, default=1, help="searches at once")
    options = parser.parse_args()
    seconds = options.seconds or (30.0 if options.quick else 60.0)
    seeds = range(1, 1 + (options.seeds or (1 if options.quick else 5)))
    with tempfile.TemporaryDirectory(prefix="sdlc-bench-fuzz-") as name:
        root = Path(name)
        results = options.results or root / "results.jsonl"
        recipes = [one for one in load() if not options.only or one.name in options.only]
        answers = stored(results)
        jobs = [(one, seed, who, seconds) for seed in seeds for one in recipes for who in options.searches]
        open_jobs = [job for job in jobs if key(*job) not in answers]
        for recipe in {job[0].name: job[0] for job in open_jobs}.values():
            install(recipe, root)
        proofs = {recipe.name: prove(recipe, root) for recipe in {job[0].name: job[0] for job in open_jobs}.values()}
        with ThreadPoolExecutor(options.at_once) as pool:
            list(pool.map(lambda job: search(job, proofs[job[0].name], root, results), open_jobs))
        table(recipes, seeds, stored(results), seconds)
        if not options.only and options.searches == SEARCHES:
            overhead(root)
    return 0


def key(recipe: Recipe, seed: int, who: str, seconds: float) -> tuple[str, int, str, float]:
    """What one answer is an answer to."""
    return recipe.name, seed, who, seconds


def stored(results: Path) -> dict[tuple[str, int, str, float], dict[str, Any]]:
    """The answers so far; a line that an interruption cut off is none."""
    found = {}
    for line in results.read_text("utf-8").splitlines() if results.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["recipe"], row["seed"], row["who"], row["seconds"]] = row
    return found


def load() -> list[Recipe]:
    rows = tomllib.loads((HERE / "recipes.toml").read_text("utf-8"))["recipes"]
    return [
        Recipe(
            row["name"],
            tuple(row["packages"]),
            row["documented"],
            row["kind"],
            "".join(text * count for text, count in row["proof"]).encode("latin-1"),
            row.get("held_out", ""),
        )
        for row in rows
    ]


def install(recipe: Recipe, root: Path) -> None:
    """The pinned wheels into a folder of their own; uv refuses one whose digest does not fit."""
    requirements = str(HERE / "requirements" / f"{recipe.name}.txt")
    target = ("--python", sys.executable, "--target", str(root / "lib" / recipe.name))
    subprocess.run([str(Path(sys.executable).parent / "uv"), *UV, *target, "-r", requirements], check=True)


def run(command: list[str], folder: Path, library: Path, seconds: float) -> float:
    """Silently, to its end or somewhat beyond `seconds` of CPU; what it left tells how it ended. Its CPU seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(filter(None, (str(library), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, "HOME": str(folder), "PYTHONHASHSEED": "0"}
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(library.parent / "tables")  # made once, as in the gate
    with open(folder / "log", "wb") as stream:
        before = (
            "import resource,os,sys;n=int(sys.argv[1]);resource.setrlimit(resource.RLIMIT_CPU,(n,n));"
            f"resource.setrlimit(resource.RLIMIT_AS,({MEMORY},{MEMORY}));"
            "os.execvp(sys.argv[2],sys.argv[2:])"
        )
        limited = [sys.executable, "-I", "-c", before, str(int(seconds) + 60), *command]
        process = subprocess.Popen(limited, cwd=folder, env=environment, stdout=stream, stderr=stream)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def drive(
    recipe: Recipe, phase: str, folder: Path, root: Path, seconds: float, *words: str
) -> tuple[list[dict[str, Any]], float]:
    """The crashes of one phase, as the gate runs it, and its CPU seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / f"{phase}.json"
    command = [sys.executable, "-m", "sdlc.harness.drive", "--phase", phase, "--file", str(recipe.file)]
    command += ["--harness", f"fuzz_{recipe.name}", "--seconds", str(seconds), "--report", str(report), *words]
    command += [word for package in recipe.packages for word in ("--package", package)]
    spent = run(command, folder, root / "lib" / recipe.name, seconds)
    document = json.loads(report.read_text()) if report.exists() else {}
    if "problem" in document:
        raise SystemExit(f"{recipe.name}: {document['problem']}")
    crashes: list[dict[str, Any]] = document.get("crashes", [])
    return crashes, spent


@cache
def replay(recipe: Recipe, data: bytes, folder: Path, root: Path) -> set[str]:
    """Where `data` crashes: exception and function."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "input"
    kept.write_bytes(data)
    crashes, _ = drive(recipe, "replay", folder, root, 0, "--input", str(kept))
    return {crash["key"].partition(": ")[0] for crash in crashes}


def prove(recipe: Recipe, root: Path) -> set[str]:
    """Where the proof crashes; a recipe that proves nothing ends the run."""
    sites = replay(recipe, recipe.proof, root / "proofs" / recipe.name, root)
    if not sites:
        raise SystemExit(f"{recipe.name}: the proof of {recipe.documented} shows nothing in the pinned release")
    return sites


def search(job: tuple[Recipe, int, str, float], sites: set[str], root: Path, results: Path) -> None:
    """Add to `results` whether one search found the bug, after how many CPU seconds, and what else it found.

    It ends when the bug is found. Replays are not counted.
    """
    recipe, seed, who, seconds = job
    folder = root / "runs" / f"{recipe.name}-{seed}-{who}"
    found, spent, other = False, 0.0, set[str]()
    for inputs, cpu in (plainly if who == "plain" else campaign)(recipe, seed, seconds, folder, root):
        spent += cpu
        for data in inputs:
            places = replay(recipe, data, folder / "again", root)
            found = found or bool(places & sites)
            other |= places - sites
        if found:
            break
    row = {"recipe": recipe.name, "seed": seed, "who": who, "seconds": seconds, "found": found, "cpu": round(spent, 1)}
    with open(results, "a", encoding="utf-8") as stream:
        stream.write(json.dumps({**row, "other": sorted(other)}) + "\n")
    print(
        f"{recipe.name:<12} seed {seed}  {who:<6} {found!s:<5} {spent:6.1f} s  {sorted(other)}",
        file=sys.stderr,
        flush=True,
    )


def plainly(recipe: Recipe, seed: int, seconds: float, folder: Path, root: Path) -> Iterator[tuple[list[bytes], float]]:
    """The input at which plain atheris ended, and its CPU seconds.

    It begins again with the corpus that it has, as a user would; the same input again is looked at once.
    """
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    spent, attempt, seen = 0.0, 0, set[Path]()
    while spent < seconds - 1:
        flags = [str(corpus), f"-seed={seed + 1000 * attempt}", "-timeout=5", f"-artifact_prefix={folder}/"]
        command = [sys.executable, str(HERE / "plain.py"), str(recipe.file), ",".join(recipe.packages)]
        cpu = run([*command, str(seconds - spent), *flags], folder, root / "lib" / recipe.name, seconds - spent)
        kept = {path for kind in ("crash", "timeout", "oom") for path in folder.glob(f"{kind}-*")}
        yield [path.read_bytes() for path in sorted(kept - seen)], cpu
        spent, attempt, seen = spent + max(0.1, cpu), attempt + 1, kept


def campaign(
    recipe: Recipe, seed: int, seconds: float, folder: Path, root: Path
) -> Iterator[tuple[list[bytes], float]]:
    """What our phases found, one after the other, in the same time altogether."""
    known: list[str] = []
    spent = 0.0
    searches = shares(("hypothesis", "atheris"), typed=False)
    for number, (phase, share) in enumerate(searches):
        budget = max(1.0, seconds - spent) if number + 1 == len(searches) else seconds * share
        words = ["--kept", str(folder / "corpus"), *known]  # where atheris left it
        first = seed - 1  # the gate's own first attempt has the seed 0
        found, cpu = drive(recipe, phase, folder, root, budget, "--clock", "cpu", "--seed", str(first), *words)
        spent += cpu
        inputs = []
        for crash in found:
            own = [base64.b64decode(text) for text in (crash["input"], *crash["others"])]
            inputs += own
            # As in the gate, a later phase may find again what no fresh process shows.
            if crash["key"].partition(": ")[0] in set().union(
                *(replay(recipe, data, folder / "again", root) for data in own)
            ):
                known.append(f"--known={crash['key']}")
                short = crash["exception"] == "Timeout" and 0 < len(own[0]) <= SHORT
                known += [f"--hanging={own[0].hex()}"] if short else []
        yield inputs, cpu


def table(recipes: list[Recipe], seeds: range, answers: dict[Any, dict[str, Any]], seconds: float) -> None:
    """One row for each recipe: in how many of the seeds each of the two found it.

    Each set that is held out has its own total, so that a search which fits only what it was tuned on shows.
    """
    print("| bug | kind | plain atheris | ours |\n|---|---|---:|---:|")
    totals = {recipe.held_out: dict.fromkeys(SEARCHES, (0, 0)) for recipe in recipes}
    for recipe in recipes:
        cells = []
        for who in SEARCHES:
            rows = [answers[k] for seed in seeds if (k := key(recipe, seed, who, seconds)) in answers]
            found = sum(row["found"] and row["cpu"] <= LATE * seconds for row in rows)
            before, asked = totals[recipe.held_out][who]
            totals[recipe.held_out][who] = before + found, asked + len(rows)
            cells.append(f"{found} of {len(rows)}")
        print(f"| {recipe.name}, {recipe.documented} | {recipe.kind} | {cells[0]} | {cells[1]} |")
    ratios = []
    for held_out, found_by in totals.items():
        label = f"held out, {held_out} set" if held_out else "all that are not held out"
        cells = [f"**{found_by[who][0]} of {found_by[who][1]}**" for who in SEARCHES]
        print(f"| {label}, {seconds:.0f} s of CPU each | | {cells[0]} | {cells[1]} |")
        share = {who: max(1, found) / max(1, asked) for who, (found, asked) in found_by.items()}
        ratios.append(f"ratio, {label}: {share['ours'] / share['plain']:.2f}")
    print("", *ratios, sep="\n")


def overhead(root: Path) -> None:
    """Calls per second of a target that does nothing, in turn, median of the rounds."""
    folder = root / "trivial"
    rates: dict[str, list[float]] = {"plain": [], "ours": []}
    file, rate = HERE / "trivial" / "fuzz_trivial.py", folder / "rate"
    plain = [sys.executable, str(HERE / "plain.py"), str(file), "trivial_target", "60", "-max_len=4096"]
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
