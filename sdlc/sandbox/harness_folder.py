"""The part of the toolkit that product code may import: `sdlc.harness`, alone in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

HARNESS = Path(__file__).parent.parent / "harness"
PLUGIN_ALONE = "secure_sdlc_records"
PLUGIN_FILES = ("pytest_plugin.py", "touched.py")


def lay_out(target: Path) -> Path:
    """Copy `sdlc.harness` into the folder `target` and return what belongs on PYTHONPATH."""
    package = target / "sdlc"
    (package / "harness").mkdir(parents=True)
    (package / "__init__.py").touch()
    for source in sorted(HARNESS.glob("*.py")):
        (package / "harness" / source.name).write_bytes(source.read_bytes())
    return target


def lay_out_plugin(target: Path, product: Iterable[str]) -> tuple[Path, str]:
    """Like `lay_out`, for a run of tests: what belongs on PYTHONPATH, and the name of the pytest plug-in.

    `product` are the top-level modules of the product. A product that is itself called `sdlc`, the toolkit for one,
    would be hidden by ours: then the plug-in and what it needs lie there alone, in a package of another name.
    """
    if "sdlc" not in product:
        return lay_out(target), "sdlc.harness.pytest_plugin"
    package = target / PLUGIN_ALONE
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for name in PLUGIN_FILES:
        (package / name).write_bytes((HARNESS / name).read_bytes())
    return target, f"{PLUGIN_ALONE}.pytest_plugin"
