"""
How much of what wheels carry is found, how long the SBOM of an environment takes, and how long its validation.

`python bench/sbom/embedded.py` installs what `embedded.txt` pins (by hash) into an environment of its own and lets the
gate make the SBOM of it. What is really there is counted by other means than the gate's: every file in a folder of
bundled libraries, and every component of a carried SBOM, with nothing but `os.walk` and `json`. At the end stands the
table of what was promised. `--skip-peer` leaves out the validator of cyclonedx-python-lib, which takes a minute or
more; `--feed FILE` adds the match of 5,000 components against the OSV records in it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from matching import measure

from sdlc.formats.cyclonedx_json import validation_errors
from sdlc.gates import sbom
from sdlc.model.result import Context, RawArtifacts, Reading
from sdlc.readings import sbom as reading
from sdlc.tools import LocalTools
from sdlc.workspace import Workspace, open_workspace

FOLDER = Path(__file__).parent
BIN = Path(sys.executable).parent
ROUNDS = 5
WHEEL = "imaging-1.0-py3-none-any.whl"
TOOLS = LocalTools(dict(os.environ))
OURS = """
import json, sys, time
from sdlc.formats.cyclonedx_json import validation_errors
document, started = json.load(sys.stdin), time.perf_counter()
assert validation_errors(document) == []
print(time.perf_counter() - started)
"""
THEIRS = """
import sys, time
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text, started = sys.stdin.read(), time.perf_counter()
assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
print(time.perf_counter() - started)
"""
PROMISED = (
    ("entries of carried SBOMs and files of bundled libraries that are found", "all"),
    ("SBOM of environment and lock with hashes and graph, validated", "< 1 s"),
    ("strict validation of a file of 30 components", "< 0.3 s"),
    ("5,000 components against a feed, load included", "< 0.5 s"),
    ("required fields that are filled, or unknown with a reason", ">= 95 %"),
)
"""What is measured, and what it has to be."""
CARRIED, FILES = "components of carried SBOMs", "files of bundled libraries"


def make_product(folder: Path) -> Workspace:
    """A repository whose lock is `embedded.txt`, with the environment that the build gate would make."""
    (folder / "pyproject.toml").write_text('[project]\nname = "imaging"\nversion = "1.0"\n')
    (folder / ".gitignore").write_text(".sdlc/\n")
    shutil.copy(FOLDER / "embedded.txt", folder / "requirements.txt")
    identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "product"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    uv, environment = str(BIN / "uv"), folder / ".sdlc" / "env"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
    python = str(environment / "bin" / "python")
    words = ["--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(folder / "requirements.txt")]
    subprocess.run([uv, "pip", "install", "--python", python, *words], check=True)
    return open_workspace(folder, TOOLS)


def really_there(environment: Path) -> Iterator[tuple[str, str, str]]:
    """(kind, file, what) of everything that wheels carry and say so, found without the gate's own code."""
    [site] = environment.glob("lib/python*/site-packages")
    for folder, _, names in os.walk(site):
        for name in sorted(names):
            path = Path(folder, name).relative_to(site)
            if path.parent.name.endswith((".libs", ".dylibs")):
                yield FILES, str(path), name
            if path.parent.name == "sboms" and path.suffix == ".json":
                document = json.loads((site / path).read_text())
                carrier = path.parts[0].partition("-")[0]
                for row in components_of(document.get("components", [])):
                    if not (row["name"] == carrier and "#" not in row.get("purl", "")):
                        yield CARRIED, str(path), f"{row['name']} {row.get('version', '')}".strip()


def components_of(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Components, and those nested in them."""
    for row in rows:
        yield row
        yield from components_of(row.get("components", []))


def found_in(bom: dict[str, Any]) -> tuple[set[tuple[str, str]], list[dict[str, Any]]]:
    """(file, what) of all evidence in the SBOM, and its nested parts."""
    parts = [part for component in bom["components"] for part in component.get("components", [])]
    places = [place for part in parts for place in part["evidence"]["occurrences"]]
    return {(row["location"], row["additionalContext"].partition(": ")[2]) for row in places}, parts


def fields(bom: dict[str, Any]) -> Counter[str]:
    """How many of the fields that regulators ask for are filled, unknown with a reason, or neither."""
    told: Counter[str] = Counter()
    whole = bom["metadata"]
    edges = {row["ref"]: row.get("dependsOn", []) for row in bom["dependencies"]}
    rated = {ref for row in bom["compositions"] for ref in row.get("dependencies", [])}
    wanted: list[tuple[str, Any, list[dict[str, str]]]] = [
        ("author", whole.get("authors") or whole.get("manufacturer"), whole["properties"]),
        ("timestamp", whole.get("timestamp"), whole["properties"]),
        ("tool", whole["tools"], []),
        ("lifecycle", whole["lifecycles"], []),
        ("root", whole["component"]["name"], []),
        ("root version", whole["component"].get("version"), []),
        ("serial number", bom["serialNumber"], []),
    ]
    for one in bom["components"]:
        links = one.get("externalReferences", [])
        maker = one.get("manufacturer", {})
        values = {
            "name": one["name"],
            "version": one.get("version"),
            "purl": one.get("purl"),
            "hash": [link for link in links if link.get("hashes")],
            "producer": maker.get("contact") or [link for link in links if maker and link["type"] == "website"],
            "license-declared": one.get("licenses"),
            "license-concluded": [row for row in one.get("licenses", []) if row["acknowledgement"] == "concluded"],
            "source-code": [link for link in links if link["type"] == "vcs"],
            "distribution-address": [link for link in links if link["url"].startswith("http") and link.get("hashes")],
            "filename": [row for row in one["properties"] if row["name"] == "bsi:component:filename"],
            "dependencies": edges.get(one["bom-ref"]) or one["bom-ref"] in rated,
            "level-of-support": None,
            "end-of-support": None,
        }
        wanted += [(name, value, one["properties"]) for name, value in values.items()]
    for name, value, properties in wanted:
        reasons = [row["value"] for row in properties if row["name"] == f"secure-sdlc:unknown:{name}"]
        told["filled" if value else "unknown with a reason" if any(reasons) else f"neither ({name})"] += 1
    return told


def answer(workspace: Workspace) -> tuple[RawArtifacts, Reading]:
    """The gate and its reading, from the files to the outcome: the document is validated on the way."""
    settings = sbom.Settings()
    build = {"build.json": json.dumps({"python": platform.python_version()}).encode(), f"dist/{WHEEL}": product_wheel()}
    raw = sbom.run(workspace, TOOLS, settings, {"build": build})
    needs = {f"build/{name}": data for name, data in build.items()}
    return raw, reading.read({**raw, **needs}, settings, Context())


@cache
def product_wheel() -> bytes:
    """A wheel that requires what `embedded.in` names."""
    sys.path.insert(0, str(FOLDER.parent.parent / "tests"))
    from fakes.wheels import make_wheel

    return make_wheel("imaging", "1.0", requires=(FOLDER / "embedded.in").read_text().split())


def timed(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds of wall clock."""
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def thirty_components() -> dict[str, Any]:
    """A CycloneDX 1.6 file of 30 components with eight addresses each, as a lock of many wheels makes them."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [
            {
                "type": "library",
                "name": f"part-{number}",
                "version": "1.0",
                "purl": f"pkg:pypi/part-{number}@1.0",
                "externalReferences": [
                    {"type": "distribution", "url": f"https://files.index.example/packages/{number}/{wheel}.whl"}
                    for wheel in range(8)
                ],
            }
            for number in range(30)
        ],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skip-peer", action="store_true", help="leave out the slow validator")
    parser.add_argument("--feed", type=Path, help="OSV records to match 5,000 components against")
    arguments = parser.parse_args()
    peer, table = not arguments.skip_peer, []
    with tempfile.TemporaryDirectory(prefix="sdlc-bench-") as name:
        workspace = make_product(Path(name))
        raw, given = answer(workspace)
        bom = json.loads(raw["bom.cdx.json"])
        seen, parts = found_in(bom)
        there = list(really_there(workspace.environment))
        reached = sum(row[1:] in seen for row in there)
        table.append((PROMISED[0], f"{reached} of {len(there)}, merged to {len(parts)} parts"))
        for kind in (CARRIED, FILES):
            ours = [row for row in there if row[0] == kind]
            missed = [row for row in ours if row[1:] not in seen]
            print(f"{kind}: {len(ours) - len(missed)} of {len(ours)} found")
            for _, path, what in missed:
                print(f"  missed: {what} in {path}")
        ways = Counter(
            place["additionalContext"].partition(":")[0] for part in parts for place in part["evidence"]["occurrences"]
        )
        said = ", ".join(f"{count} by {way}" for way, count in ways.most_common())
        several = sum(len(part["evidence"]["occurrences"]) > 1 for part in parts)
        print(f"merged to {len(parts)} parts, {several} of them with several witnesses; evidence: {said}")
        print(f"beyond carried SBOMs and bundled files: {', '.join(only_in_binaries(parts)) or 'nothing'}")
        rows = [row["value"] for one in bom["components"] for row in one["properties"] if "unexplained" in row["name"]]
        print(f"named as unexplained: {len(rows)}")
        for row in rows:
            print(f"  {row}")
        told = fields(bom)
        said = ", ".join(f"{count} {name}" for name, count in told.most_common())
        share = 100 * (told["filled"] + told["unknown with a reason"]) / sum(told.values())
        print(f"fields that are asked for: {said}: {share:.0f} % of {sum(told.values())} answered")
        cpu = time.process_time()
        seconds = timed(lambda: answer(workspace))
        cpu = (time.process_time() - cpu) / ROUNDS
        print(f"SBOM of environment and lock, validated, read: {seconds:.2f} s, median of {ROUNDS} ({cpu:.2f} s CPU)")
        print(f"  {given.sentence}; {len(raw['bom.cdx.json'])} bytes")
        table += [(PROMISED[1], f"{seconds:.2f} s ({cpu:.2f} s CPU)"), (PROMISED[4], f"{share:.0f} %")]
    document = thirty_components()
    text = json.dumps(document)
    first = timed_in(Path(sys.executable), OURS, text)
    again = timed(lambda: validation_errors(document))
    print(f"strict validation of 30 components with 240 addresses: {first:.3f} s, again {again:.4f} s")
    if peer:
        with tempfile.TemporaryDirectory(prefix="sdlc-bench-") as name:
            theirs = by_the_library(Path(name), text)
        print(f"the same by cyclonedx-python-lib: {theirs:.1f} s, ours takes {first / theirs:.4f} of that")
    table.append((PROMISED[2], f"{first:.3f} s" + (f"; theirs {theirs:.1f} s" if peer else "")))
    if arguments.feed is not None:
        whole, _, cpu, hits, records = measure(arguments.feed)
        table.append((PROMISED[3], f"{whole:.2f} s ({cpu:.2f} s CPU), {records} records, {hits} hits"))
    print(f"\n{'what was promised':<72} {'must reach':<12} here")
    for (what, must), here in sorted(table, key=lambda row: PROMISED.index(row[0])):
        print(f"{what:<72} {must:<12} {here}")


def by_the_library(folder: Path, document: str) -> float:
    """Seconds that its strict validator takes, in an environment with every checker of formats that it asks for."""
    subprocess.run([str(BIN / "uv"), "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = str(folder / "bin" / "python")
    words = ["--quiet", "--require-hashes", "--python", python, "-r", str(FOLDER / "peer.txt")]
    subprocess.run([str(BIN / "uv"), "pip", "install", *words], check=True)
    return timed_in(Path(python), THEIRS, document)


def timed_in(python: Path, program: str, document: str) -> float:
    """The seconds that `program` prints, of the first validation in a process of its own."""
    done = subprocess.run([str(python), "-c", program], input=document, text=True, check=True, capture_output=True)
    return float(done.stdout)


def only_in_binaries(parts: list[dict[str, Any]]) -> list[str]:
    """Parts that neither a carried SBOM nor a file's name tells of."""
    return sorted(
        f"{part['name']} {part.get('version', '?')}"
        for part in parts
        if all(place["additionalContext"].startswith("binary-analysis") for place in part["evidence"]["occurrences"])
    )


if __name__ == "__main__":
    main()
