"""Libraries by name: those that always mean themselves, and copies of them that lie among the files of a product."""

from __future__ import annotations

from collections.abc import Iterable

from sdlc.surface.module import Module

LIBRARIES = frozenset(
    word
    for line in (
        "aiohttp argparse asyncio bottle celery cffi cherrypy click ctypes dill django falcon fastapi flask grpc",
        "gunicorn http httpx hypercorn importlib litestar marshal os pickle pynetdicom pyramid quart requests",
        "rest_framework sanic shelve socket socketserver ssl starlette subprocess sys torch tornado typer urllib",
        "urllib3 uvicorn waitress wsgiref xmlrpc yaml",
    )
    for word in line.split()
)
"""Libraries whose names always mean them: a file of the product that is called so hides nothing."""

_TELLING = {"bottle": "Bottle", "fastapi": "FastAPI", "flask": "Flask", "quart": "Quart", "sanic": "Sanic"}
"""The name that a copy of a framework has in its outermost module."""

_FOLDERS = frozenset({"_vendor", "_vendored", "vendor", "vendored", "third_party", "thirdparty", "extern", "_extern"})


def copies(modules: Iterable[Module]) -> dict[Module, str]:
    """The modules that are a framework's own source inside of the product, with its name."""
    found = {}
    for module in modules:
        above, _, last = module.name.rpartition(".")
        if above and _TELLING.get(last, "?") in module.top.names:
            found[module] = last
    return found


def without_folder(name: str) -> str:
    """`flask.Flask` for `product._vendor.flask.Flask`; any other name as it is."""
    parts = name.split(".")
    for place in range(len(parts) - 1):
        if parts[place] in _FOLDERS and parts[place + 1] in LIBRARIES:
            return ".".join(parts[place + 1 :])
    return name
