"""Libraries by name: those that always mean themselves, and copies of them that lie among the files of a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

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

_TELLING = {
    "bottle": {"Bottle", "static_file"},
    "fastapi": {"APIRouter", "FastAPI"},
    "flask": {"Blueprint", "Flask"},
    "quart": {"Blueprint", "Quart"},
    "sanic": {"Blueprint", "Sanic"},
}
"""Names that a copy of a framework has in its outermost module, where code that only speaks of it has not all."""

_FOLDERS = frozenset({"_vendor", "_vendored", "vendor", "vendored", "third_party", "thirdparty", "extern", "_extern"})


class Index:
    """Modules of a product by the names that imports give them; `copies` are frameworks' own source among them."""

    def __init__(self, modules: Collection[Module]) -> None:
        self._by_suffix: dict[str, list[Module]] = defaultdict(list)
        self.copies: dict[Module, str] = {}
        packages = {module.name for module in modules if module.is_package}
        for module in modules:
            parts = module.name.split(".")
            for start in range(len(parts)):
                # A folder that is no package may be where imports begin; a file in a package is no top-level module.
                if start == 0 or ".".join(parts[:start]) not in packages:
                    self._by_suffix[".".join(parts[start:])].append(module)
            if len(parts) > 1 and _TELLING.get(parts[-1], {"?"}) <= module.top.names.keys():
                self.copies[module] = parts[-1]

    def find(self, dotted: str, near: Module | None = None) -> Module | None:
        """The module that `dotted` names: of several that end so, the one that lies nearest to `near`."""
        found = self._by_suffix.get(dotted, [])
        if len(found) < 2 or near is None:
            return found[0] if found else None
        here = near.name.split(".")

        def shared(module: Module) -> int:
            count = 0
            for one, other in zip(here, module.name.split("."), strict=False):
                if one != other:
                    break
                count += 1
            return count

        return max(found, key=lambda module: (shared(module), -len(module.name), module.name))

    def of_copy(self, parts: list[str], near: Module) -> str:
        """The dotted name in a library, when `parts` name something in a copy of it; else empty."""
        for split in range(2, len(parts) + 1) if self.copies else ():
            module = self.find(".".join(parts[:split]), near)
            if module is not None and module is not near and module in self.copies:
                return ".".join([self.copies[module], *parts[split:]])
        return ""


def without_folder(name: str) -> str:
    """`flask.Flask` for `product._vendor.flask.Flask`; any other name as it is."""
    parts = name.split(".")
    for place in range(len(parts) - 1):
        if parts[place] in _FOLDERS and parts[place + 1] in LIBRARIES:
            return ".".join(parts[place + 1 :])
    return name
