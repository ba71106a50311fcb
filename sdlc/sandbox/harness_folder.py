"""The part of the toolkit that product code may import: `sdlc.harness`, alone in a folder of its own."""

from __future__ import annotations

from pathlib import Path

HARNESS = Path(__file__).parent.parent / "harness"


def lay_out(target: Path) -> Path:
    """Copy `sdlc.harness` into the folder `target` and return what belongs on PYTHONPATH."""
    package = target / "sdlc"
    (package / "harness").mkdir(parents=True)
    (package / "__init__.py").touch()
    for source in sorted(HARNESS.glob("*.py")):
        (package / "harness" / source.name).write_bytes(source.read_bytes())
    return target
