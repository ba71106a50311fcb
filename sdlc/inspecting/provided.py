"""What each distribution of an environment gives: modules, programs, entry points, requirements; runs nothing."""

from __future__ import annotations

import configparser
import csv
import io
import stat
from pathlib import Path

from packaging.metadata import parse_email
from packaging.utils import canonicalize_name

from sdlc.hardening.footprint import Provided
from sdlc.hardening.imports import topmost
from sdlc.sandbox.environment import READY

MAX_METADATA = 32 * 1024 * 1024
_PROGRAMS = ("console_scripts", "gui_scripts")


def provided_by(environment: Path) -> tuple[Provided, ...]:
    """Every distribution in `environment`, sorted by name; what cannot be read gives nothing.

    One that shares the packages of a ready interpreter has them, too: the build writes where they lie.
    """
    found: dict[str, Provided] = {}
    for site in sorted({site.resolve() for site in environment.glob("lib*/python*/site-packages")}):
        shared = _text(site / READY).strip()
        for folder in (*([Path(shared)] if shared.startswith("/") else []), site):
            for metadata in sorted(folder.glob("*.dist-info")):
                if not metadata.is_symlink():
                    one = _provided(metadata)
                    found[one.name] = one
    return tuple(found[name] for name in sorted(found))


def _provided(folder: Path) -> Provided:
    metadata, _ = parse_email(_read(folder / "METADATA").partition(b"\n\n")[0])
    named, _, numbered = folder.name.removesuffix(".dist-info").partition("-")
    rows = [row[0] for row in csv.reader(io.StringIO(_text(folder / "RECORD"), newline="")) if row]
    points = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    points.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        points.read_string(_text(folder / "entry_points.txt"))
    except configparser.Error:
        points.clear()
    scripts = {name for group in _PROGRAMS if points.has_section(group) for name in points.options(group)}
    scripts |= {path.rpartition("/")[2] for path in rows if path.startswith("../") and "/bin/" in path}
    types = [path for path in rows if path.endswith(".pyi")]
    modules = topmost(rows)
    return Provided(
        name=canonicalize_name(str(metadata.get("name") or named)),
        version=str(metadata.get("version") or numbered),
        modules=modules,
        scripts=tuple(sorted(scripts)),
        groups=tuple(sorted(group for group in points.sections() if group not in _PROGRAMS)),
        requires=tuple(metadata.get("requires_dist", ())),
        only_types=bool(types) and not modules,
    )


def _text(path: Path) -> str:
    return _read(path).decode("utf-8", "replace")


def _read(path: Path) -> bytes:
    """The bytes of a file; nothing for a link, a file that is too large, or none."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_METADATA:
            return b""
        return path.read_bytes()
    except OSError:
        return b""
