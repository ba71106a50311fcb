"""A fuzz run while it runs, on a terminal: what each search has done so far. Nothing of it decides anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable

EVERY = 0.5
LARGEST = 8 * 2**20


@dataclass(frozen=True)
class Progress:
    """One search of one harness, as its process said last."""

    name: str
    executions: int
    seconds: float
    crashes: int
    kept: int


def progress(scratch: Path) -> list[Progress]:
    """Every search that has begun; what a process under test wrote is read with care, and left out when it is odd."""
    found = []
    for report in sorted(scratch.glob("fuzz_*/report.json")):
        try:
            if report.is_symlink() or report.stat().st_size > LARGEST:
                continue
            document = strict_json.loads_object(report.read_bytes(), what="report.json")
            corpus = report.parent / "corpus"
            kept = sum(1 for _ in corpus.iterdir()) if corpus.is_dir() and not corpus.is_symlink() else 0
            numbers = int(document["executions"]), float(document["seconds"]), len(document["crashes"])
        except (OSError, UnreadableError, KeyError, TypeError, ValueError):
            continue
        found.append(Progress(report.parent.name, *numbers, kept))
    return found


def table(rows: list[Progress], left: float) -> Table:
    """The page: executions, their rate, crashes, inputs that were kept, and the time that is left of the searches."""
    drawn = Table(title=f"fuzzing, about {max(0, round(left))} s of search left", title_justify="left")
    for column in ("search", "executions", "a second", "crashes", "kept"):
        drawn.add_column(column, justify="left" if column == "search" else "right")
    for row in rows:
        rate = f"{row.executions / row.seconds:,.0f}" if row.seconds > 0 else ""
        crashes = Text(str(row.crashes), style="bold red" if row.crashes else "")
        drawn.add_row(Text(printable(row.name)), f"{row.executions:,}", rate, crashes, str(row.kept or ""))
    return drawn


@contextmanager
def shown(scratch: Path, seconds: float, console: Console) -> Iterator[Path | None]:
    """While the block runs, the page is on `console`; on anything but a terminal there is none."""
    if not console.is_terminal:
        yield scratch
        return
    ends = time.monotonic() + seconds
    over = threading.Event()
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def draw() -> None:
            while not over.wait(EVERY):
                live.update(table(progress(scratch), ends - time.monotonic()), refresh=True)

        thread = threading.Thread(target=draw, daemon=True)
        thread.start()
        try:
            yield scratch
        finally:
            over.set()
            thread.join()
