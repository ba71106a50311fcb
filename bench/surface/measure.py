"""
How long the surface of 1,000 files takes, on one core: `python bench/surface/measure.py [--files N] [--folder F]`.

The files are made here, of the shapes that products have: routes, blueprints over modules, services, models, constants;
or they are the Python files below `--folder`. Prints seconds of processor time, files per second, the most memory that
the process had, and what was found; ends with 1 over `--limit` seconds.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

from sdlc.surface.extract import extract
from sdlc.surface.item import dump_surface

VIEWS = '''
"""Pages of part {n}."""
from flask import Blueprint, abort, request
from app.part{n}.service import find, store, LIMIT
from app.guards import signed_in

PREFIX = "/part{n}"
pages = Blueprint("part{n}", __name__, url_prefix=PREFIX)
'''
VIEW = '''

@pages.route("/item{k}/<int:number>", methods=["GET", "POST"])
@signed_in
def item{k}(number):
    """Item {k} of part {n}."""
    if number > LIMIT:
        abort(404)
    found = [one for one in find(number) if one.get("kind") == request.args.get("kind", "any")]
    total = sum(one["size"] for one in found) + {k}
    return {{"found": found, "total": total, "next": f"{{PREFIX}}/item{k}/{{number + 1}}"}}
'''
SERVICE = '''
"""What part {n} knows."""
import logging
import os
from dataclasses import dataclass, field

LOG = logging.getLogger(__name__)
LIMIT = int(os.environ.get("PART_LIMIT", "{n}"))


@dataclass
class Record:
    """One record."""

    number: int
    kind: str = "any"
    size: int = 0
    notes: list = field(default_factory=list)


def store(record):
    LOG.info("stored %d", record.number)
    return record


def find(number):
    return [vars(Record(number, "any", size)) for size in range(number % 7)]
'''
HELPER = '''

def compute{k}(values, scale=1.0):
    """Arithmetic of no interest."""
    result = {{}}
    for position, value in enumerate(values):
        if value is None or value < 0:
            continue
        key = f"{{position}}-{k}"
        result[key] = (value * scale + {k}) / (position + 1)
        while result[key] > 100:
            result[key] -= 10
    return sorted(result.items(), key=lambda pair: pair[1])
'''


def make_files(count: int) -> dict[str, bytes]:
    """About `count` files: views, services, arithmetic and packages in equal parts, and one application."""
    parts = max(1, (count - 3) // 4)
    files = {
        "app/__init__.py": "",
        "app/guards.py": "from flask import abort\n\n\ndef signed_in(view):\n    abort(401)\n    return view\n",
    }
    main = ["from flask import Flask", "app = Flask(__name__)"]
    for n in range(parts):
        files[f"app/part{n}/__init__.py"] = ""
        files[f"app/part{n}/views.py"] = VIEWS.format(n=n) + "".join(VIEW.format(n=n, k=k) for k in range(12))
        files[f"app/part{n}/service.py"] = SERVICE.format(n=n) + "".join(HELPER.format(k=k) for k in range(10))
        files[f"app/part{n}/arithmetic.py"] = "".join(HELPER.format(k=k) for k in range(20))
        main += [f"from app.part{n}.views import pages as pages{n}", f"app.register_blueprint(pages{n})"]
    files["app/main.py"] = "\n".join(main) + "\n"
    return {path: text.encode() for path, text in files.items()}


def read_files(folder: Path, count: int) -> dict[str, bytes]:
    """The first `count` Python files below `folder`, by name."""
    paths = sorted(folder.rglob("*.py"))[:count]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def main() -> int:
    """Measure once to warm up, and once to tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--limit", type=float, default=10.0)
    options = parser.parse_args()
    files = make_files(options.files) if options.folder is None else read_files(options.folder, options.files)
    size = sum(map(len, files.values()))
    started = time.process_time()
    found = extract(files, frozenset(files))
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    same = dump_surface(extract(files, frozenset(files)).surface) == dump_surface(found.surface)
    items = found.surface.items
    speed, unresolved = len(found.files) / seconds, sum(bool(item.unresolved) for item in items)
    spent = f"{seconds:.2f} s of one core, {speed:.0f} files/s, {peak:.0f} MiB at most"
    print(f"{len(found.files)} files, {size / 1e6:.1f} MB: {spent}")
    print(f"{len(items)} items, {unresolved} unresolved; twice the same: {same}")
    return 0 if seconds < options.limit and same else 1


if __name__ == "__main__":
    sys.exit(main())
