"""
How long opening a feed and matching 5,000 components takes: `python bench/sbom/matching.py FEED`.

The components are names of the feed, each at a version that its records list (when they list one); the same every time.
The best of five runs is printed, each of them in this process, from the file to the hits.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from sdlc.advisories.index import Index
from sdlc.advisories.ranges import key, parse
from sdlc.feeds.feed import Feed, open_feed

COMPONENTS, RUNS = 5000, 5


def components(feed: Feed) -> list[tuple[str, str]]:
    """(name, version) of as many as are measured."""
    listed: dict[str, set[str]] = {}
    for record in feed.records.values():
        for affected in record.advisory.affected:
            listed.setdefault(affected.name, {"1.0"}).update(affected.versions)
    chance = random.Random(20260601)
    names = sorted(listed)
    return [(name, chance.choice(sorted(listed[name]))) for name in chance.choices(names, k=COMPONENTS)]


def measure(path: Path) -> tuple[float, float, float, int, int]:
    """Seconds of the whole and of the load alone, CPU seconds of the whole, hits, records; of the best run."""
    wanted = components(open_feed(path))
    best = (float("inf"), 0.0, 0.0, 0, 0)
    for _ in range(RUNS):
        parse.cache_clear()  # each run is a first one
        key.cache_clear()
        started, cpu = time.perf_counter(), time.process_time()
        feed = open_feed(path)
        loaded = time.perf_counter()
        index = Index(record.advisory for record in feed.records.values())
        hits = sum(len(index.hits(name, version)) for name, version in wanted)
        whole = time.perf_counter() - started
        best = min(best, (whole, loaded - started, time.process_time() - cpu, hits, len(feed.records)))
    return best


def main(path: Path) -> None:
    """Measure and print."""
    whole, load, cpu, hits, records = measure(path)
    print(f"{records} records, {COMPONENTS} components, {hits} hits, best of {RUNS}")
    print(f"load {load:.3f} s + index and match {whole - load:.3f} s = {whole:.3f} s ({cpu:.3f} s CPU)")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python bench/sbom/matching.py FEED   (a folder, .json, .jsonl, .gz or .zip of OSV records)")
    main(Path(sys.argv[1]))
