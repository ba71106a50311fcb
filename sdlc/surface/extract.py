"""
From files to the surface: which files count, and every extractor over all of them together.

Pure: bytes in, items out; the same bytes give the same items in the same order.
"""

from __future__ import annotations

import gc
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch

from sdlc.formats.python_source import MAX_SOURCE
from sdlc.model.fingerprint import parse
from sdlc.surface.aiohttp import Aiohttp
from sdlc.surface.bottle import Bottle
from sdlc.surface.capabilities import Capabilities
from sdlc.surface.cherrypy import CherryPy
from sdlc.surface.command_line import CommandLine, scripts_of
from sdlc.surface.deployment import deployed, is_deployment
from sdlc.surface.dicom import Dicom
from sdlc.surface.django import Django
from sdlc.surface.falcon import Falcon
from sdlc.surface.file_inputs import FileInputs
from sdlc.surface.flask import Flask
from sdlc.surface.folding import Folder
from sdlc.surface.frameworks import Frameworks
from sdlc.surface.guard import Guards
from sdlc.surface.item import Surface, merged
from sdlc.surface.listeners import Listeners
from sdlc.surface.litestar import Litestar
from sdlc.surface.messages import Celery, Grpc
from sdlc.surface.module import Module, read_module
from sdlc.surface.project import Project
from sdlc.surface.pyramid import Pyramid
from sdlc.surface.sanic import Sanic
from sdlc.surface.starlette import Starlette
from sdlc.surface.tornado import Tornado

LEFT_OUT = {
    "tests": r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$",
    "migrations": r"(^|/)(migrations|alembic/versions)/",
    "vendored": r"(^|/)(_?vendor(ed)?|third_?party|node_modules|site-packages)/",
    "generated": r"_pb2(_grpc)?\.pyi?$|(^|/)(_generated|generated)/",
    "beside the product": r"^(docs?|examples?|bench(marks?)?|fuzz|scripts|tools)/",
}
"""Files that are not the product's entry points, by reason; they are counted."""

_NEVER_LIFTED = ("vendored", "excluded by the settings")


@dataclass(frozen=True)
class Extracted:
    """The surface, and the files that it was read from."""

    surface: Surface
    files: tuple[str, ...]


def extract(
    files: Mapping[str, bytes],
    paths: frozenset[str],
    exclude: tuple[str, ...] = (),
    unread: Mapping[str, str] | None = None,
) -> Extracted:
    """The surface of `files`: Python sources by path, pyproject.toml, and files of a deployment.

    `paths` are all files of the product, `unread` those that could not be read, with the reason.
    """
    with _collector_paused():
        return _extract(files, paths, exclude, unread or {})


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees are millions of objects that all stay: looking through them again and again takes longer than parsing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _extract(
    files: Mapping[str, bytes], paths: frozenset[str], exclude: tuple[str, ...], unread: Mapping[str, str]
) -> Extracted:
    unparsed = {ascii(path)[1:-1]: reason for path, reason in unread.items()}
    modules: list[Module] = []
    left_out: dict[str, str] = {}
    for path in sorted(path for path in files if path.endswith(".py")):
        reason = reason_to_leave_out(path, exclude)
        if reason:
            left_out[path] = reason
        else:
            _read(path, files[path], modules, unparsed)
    _lift(files, left_out, modules, unparsed)
    project = Project(modules)
    folder, guards = Folder(project), Guards(project)
    extractors = (
        Flask(project, folder, guards, paths),
        Starlette(project, folder, guards),
        Django(project, folder, guards),
        Aiohttp(project, folder, guards),
        Tornado(project, folder, guards),
        Sanic(project, folder, guards),
        Falcon(project, folder, guards),
        Bottle(project, folder, guards),
        Pyramid(project, folder, guards),
        CherryPy(project, folder, guards),
        Litestar(project, folder, guards),
        Grpc(project, folder, guards),
        Celery(project, folder),
        Listeners(project, folder, guards),
        Dicom(project, folder),
        CommandLine(project, folder, scripts_of(files.get("pyproject.toml"))),
        FileInputs(project, folder),
        Capabilities(project, folder),
    )
    found = [item for extractor in extractors for item in extractor.items()]
    served = any(item.kind in ("http", "ws") for item in found)
    found += Frameworks(project, frozenset(item.seen_by for item in found), served).items()
    placed = {path: data for path, data in files.items() if is_deployment(path)}
    for path in placed:
        reason = reason_to_leave_out(path, exclude)
        if reason:
            left_out[path] = reason
    found += deployed({path: data for path, data in placed.items() if path not in left_out})
    items = merged(found)
    excluded = dict(sorted(Counter(left_out.values()).items()))
    return Extracted(Surface(items, len(modules), excluded, unparsed), tuple(sorted(project.modules)))


def reason_to_leave_out(path: str, exclude: tuple[str, ...] = ()) -> str:
    """Why `path` is not looked at; empty when it is."""
    if any(fnmatch(path, glob) for glob in exclude):
        return "excluded by the settings"
    return next((reason for reason, pattern in LEFT_OUT.items() if re.search(pattern, path)), "")


def _lift(
    files: Mapping[str, bytes], left_out: dict[str, str], modules: list[Module], unparsed: dict[str, str]
) -> None:
    """What the product imports is the product, wherever it lies: a folder called `tests` hides nothing."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for path, reason in left_out.items():
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(parts) if reason not in _NEVER_LIFTED else 0):
            if start == 0 or len(parts) - start > 1:  # one word alone is the name of too much
                by_name[".".join(parts[start:])].append(path)
    looked = 0
    while looked < len(modules):
        wanted = [path for name in sorted(modules[looked].imported) for path in by_name.get(name, ())]
        looked += 1
        for path in wanted:
            if left_out.pop(path, ""):
                _read(path, files[path], modules, unparsed)


def _read(path: str, data: bytes, modules: list[Module], unparsed: dict[str, str]) -> None:
    """Add the module to `modules`, or to `unparsed` why nobody can say anything about it."""
    reason = ""
    if not path.isprintable():
        reason = "its name is not printable text"
    elif len(data) > MAX_SOURCE:
        reason = f"it is larger than {MAX_SOURCE // 2**20} MiB"
    else:
        try:
            modules.append(read_module(path, parse(data)))
        except SyntaxError as error:
            reason = f"line {error.lineno or 0}: {error.msg or 'invalid syntax'}"
        except ValueError as error:
            reason = str(error)
        except (RecursionError, MemoryError):
            reason = "it is nested too deeply"
    if reason:
        unparsed[ascii(path)[1:-1]] = reason
