"""What comes in as a message: methods of gRPC services, tasks of Celery, and the ports that gRPC listens on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Module, Scope
from sdlc.surface.objects import class_behind, importing, methods_in
from sdlc.surface.project import Project
from sdlc.surface.routes import keyword, place_of

_ADDING = re.compile(r"add_(\w+)Servicer_to_server\Z")
_SERVERS = frozenset({"grpc.server", "grpc.aio.server"})
_CELERY = frozenset({"celery.Celery", "celery.app.Celery", "celery.app.base.Celery"})
_SHARED = frozenset({"celery.shared_task", "celery.app.shared_task"})
_GENERIC = "grpc.method_handlers_generic_handler"
_NO_FILE = "the generated file that names the service's methods was not seen"
_NO_NAME = "the name of the service or of a method is not a constant"


class Grpc:
    """Reads one project: services that are added to a server, and the server's ports."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards

    def items(self) -> Iterator[Item]:
        """Every method of every service, and every port."""
        for module in self._project.modules.values():
            for call, scope in module.calls:
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                added = _ADDING.match(name)
                if added:
                    yield from self._service(added[1], call, scope)
                elif name in ("add_insecure_port", "add_secure_port"):
                    yield from self._port(name, call, scope)
                elif name == "add_generic_rpc_handlers" and not _generated(scope):
                    yield from self._generic(call, scope)

    def _service(self, name: str, call: ast.Call, scope: Scope) -> Iterator[Item]:
        adder = self._project.resolve(call.func, scope)
        cls = class_behind(self._project, keyword(call, "servicer", 0), scope)
        functions = methods_in(self._project, cls)
        rows = list(self._named(adder)) if isinstance(adder, Binding) else []
        for full, said in rows:
            node, outer = functions.get(full.rpartition("/")[2], (None, scope))
            guard = self._guards.of_handler(node, outer) if node is not None else NO_GUARD
            spot = place_of(node if node is not None else call, outer)
            yield Item("grpc", full, (spot,), "grpc", guard=combined(guard, self._intercepted()), unresolved=said)
        if not rows:
            for method in sorted(one for one in functions if one[:1].isupper()) or ["{?method}"]:
                yield Item("grpc", f"{{?package}}.{name}/{method}", (place_of(call, scope),), "grpc",
                           guard=UNKNOWN_GUARD, unresolved=_NO_FILE)  # fmt: skip

    def _named(self, adder: Binding) -> Iterator[tuple[str, str]]:
        """`package.Service/Method`, as the generated function `add_…Servicer_to_server` writes them."""
        for call, scope in adder.scope.module.calls:
            if scope.node is adder.node and self._project.resolve(call.func, scope) == _GENERIC:
                yield from self._table(call, scope)

    def _table(self, call: ast.Call, scope: Scope) -> Iterator[tuple[str, str]]:
        service = self._folder.texts(keyword(call, "service", 0), scope)[0]
        node = keyword(call, "method_handlers", 1)
        thing = self._project.resolve(node, scope)
        table = thing.values[0][0] if isinstance(thing, Binding) and len(thing.values) == 1 else node
        keys = table.keys if isinstance(table, ast.Dict) else [None]
        for key in keys:
            method = self._folder.texts(key, scope)[0] if key is not None else "{?method}"
            yield f"{service}/{method}", _NO_NAME if "{?" in service + method else ""

    def _generic(self, call: ast.Call, scope: Scope) -> Iterator[Item]:
        """Services without a generated file: a table that the product writes itself."""
        for one, outer in self._folder.elements(keyword(call, "generic_rpc_handlers", 0), scope) or []:
            thing = self._project.resolve(one, outer)
            made = thing.values[0] if isinstance(thing, Binding) and len(thing.values) == 1 else (one, outer)
            node, inner = made
            if isinstance(node, ast.Call) and self._project.resolve(node.func, inner) == _GENERIC:
                for full, said in self._table(node, inner):
                    yield Item("grpc", full, (place_of(call, scope),), "grpc", guard=UNKNOWN_GUARD, unresolved=said)
                return
        yield Item("grpc", "{?service}/{?method}", (place_of(call, scope),), "grpc", guard=UNKNOWN_GUARD,
                   unresolved=_NO_NAME)  # fmt: skip

    def _intercepted(self) -> str:
        """An interceptor sees every call and may let some through."""
        for module in importing(self._project, "grpc"):
            for call, scope in module.calls:
                given = keyword(call, "interceptors", 2)
                if given is not None and self._project.resolve(call.func, scope) in _SERVERS:
                    return UNKNOWN_GUARD
        return NO_GUARD

    def _port(self, name: str, call: ast.Call, scope: Scope) -> Iterator[Item]:
        for text in self._folder.texts(keyword(call, "address", 0), scope):
            host, _, port = text.rpartition(":")
            if text.startswith("unix"):
                continue
            said = "the port is not a constant" if "{?" in port else ""
            bind = {"[::]": "::", "": "0.0.0.0"}.get(host, host.strip("[]"))  # noqa: S104 - what was seen, not done
            yield Item("listen", f"tcp/{port}", (place_of(call, scope),), "grpc", bind="?" if "{?" in bind else bind,
                       tls="on" if name == "add_secure_port" else "off", unresolved=said)  # fmt: skip


class Celery:
    """Reads one project: what a worker runs for whoever can write to its queue."""

    def __init__(self, project: Project, folder: Folder) -> None:
        self._project, self._folder = project, folder

    def items(self) -> Iterator[Item]:
        """Every task by its name."""
        if any(True for _ in importing(self._project, "celery")):
            for module in self._project.modules.values():
                yield from self._tasks(module)

    def _tasks(self, module: Module) -> Iterator[Item]:
        for node, scope in module.functions:
            for mark in node.decorator_list:
                call = mark if isinstance(mark, ast.Call) else None
                func = call.func if call is not None else mark
                if not self._is_task(func, scope):
                    continue
                given = keyword(call, "name") if call is not None else None
                names = (
                    self._folder.texts(given, scope) if given is not None else (f"{_imported_as(module)}.{node.name}",)
                )
                for name in names:
                    said = _NO_NAME if "{?" in name else ""
                    yield Item("celery", name, (place_of(node, scope),), "celery", guard=NO_GUARD, unresolved=said)
        for made, scope in module.classes:
            binding = scope.names.get(made.name)
            if any(one in ("celery.Task", "celery.app.task.Task") for one in self._project.ancestors(binding)):
                named = self._project.member(binding, "name")
                for name in self._folder.texts(*named.values[0]) if named is not None and named.values else ():
                    yield Item("celery", name, (place_of(made, scope),), "celery", guard=NO_GUARD)

    def _is_task(self, func: ast.expr, scope: Scope) -> bool:
        thing = self._project.resolve(func, scope)
        if isinstance(thing, str):
            return thing in _SHARED
        if not isinstance(func, ast.Attribute) or func.attr != "task":
            return False
        owner = self._project.resolve(func.value, scope)
        return isinstance(owner, Binding) and self._project.kind_of(owner) in _CELERY


def _generated(scope: Scope) -> bool:
    return scope.module.path.endswith("_pb2_grpc.py")


def _imported_as(module: Module) -> str:
    """The module's name as it is imported: without a folder that is only there to hold sources."""
    return module.name.removeprefix("src.").removeprefix("lib.")
