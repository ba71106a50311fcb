"""Locks of every kind as pins; which kind one is, its name says."""

from __future__ import annotations

import re
from collections.abc import Collection

from sdlc.formats.pdm_lock import load_pdm_lock
from sdlc.formats.pipfile_lock import load_pipfile_lock
from sdlc.formats.poetry_lock import load_poetry_lock
from sdlc.formats.requirements_txt import Pin, load_requirements
from sdlc.formats.uv_lock import load_pylock, load_uv_lock


def load_lock(data: bytes, *, what: str, extras: Collection[str] = ()) -> tuple[Pin, ...]:
    """The pins of the lock at the path `what`, with `extras` of the product. Raises UnreadableError."""
    name = what.rpartition("/")[2]
    if name == "uv.lock":
        return load_uv_lock(data, what=what, extras=extras)
    if name == "poetry.lock":
        return load_poetry_lock(data, what=what, extras=extras)
    if name == "pdm.lock":
        return load_pdm_lock(data, what=what, extras=extras)
    if name == "Pipfile.lock":
        return load_pipfile_lock(data, what=what)
    if re.fullmatch(r"pylock(\.[^.]+)?\.toml", name):
        return load_pylock(data, what=what, extras=extras)
    return load_requirements(data, what=what)
