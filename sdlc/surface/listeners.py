"""Whatever listens: sockets, socketserver, http.server, asyncio, and what runs web applications."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from sdlc.surface.folding import Folder, Hole, Value, is_known
from sdlc.surface.guard import Guards
from sdlc.surface.item import NO_GUARD, Item, Spot
from sdlc.surface.module import Binding, Scope
from sdlc.surface.project import Project
from sdlc.surface.routes import keyword, place_of

EVERYWHERE = "0.0.0.0"  # noqa: S104 - this is what is looked for
NO_PORT = "the port is not a constant"


@dataclass(frozen=True)
class Listener:
    """How a call says where it listens: number or name of the arguments, and what holds where they are silent.

    `pair` is the number of an argument that is an address and a port together. `tls` are arguments that switch TLS on.
    """

    pair: int | None = None
    host: tuple[str, int | None] = ("host", None)
    port: tuple[str, int | None] = ("port", None)
    default_host: str = EVERYWHERE
    default_port: int | None = None
    tls: tuple[str, ...] = ()
    protocol: str = "tcp"


_UVICORN = Listener(
    None, ("host", None), ("port", None), "127.0.0.1", 8000, ("ssl_keyfile", "ssl_certfile", "ssl_context")
)
CALLS = {
    "uvicorn.run": _UVICORN,
    "uvicorn.Config": _UVICORN,
    "uvicorn.config.Config": _UVICORN,
    "waitress.serve": Listener(default_host=EVERYWHERE, default_port=8080),
    "werkzeug.serving.run_simple": Listener(
        None, ("hostname", 0), ("port", 1), "127.0.0.1", None, tls=("ssl_context",)
    ),
    "aiohttp.web.run_app": Listener(default_port=8080, tls=("ssl_context",)),
    "aiohttp.web.TCPSite": Listener(None, ("host", 1), ("port", 2), EVERYWHERE, 8080, ("ssl_context",)),
    "asyncio.start_server": Listener(None, ("host", 1), ("port", 2), tls=("ssl",)),
    "wsgiref.simple_server.make_server": Listener(None, ("host", 0), ("port", 1)),
    "websockets.serve": Listener(None, ("host", 1), ("port", 2), tls=("ssl", "ssl_context")),
    "websockets.asyncio.server.serve": Listener(None, ("host", 1), ("port", 2), tls=("ssl",)),
    "socket.create_server": Listener(0),
    "hypercorn.config.Config": Listener(),
}
"""Functions of libraries that listen."""

SERVERS = {
    **{f"socketserver.{name}": Listener(0) for name in ("TCPServer", "ThreadingTCPServer", "ForkingTCPServer")},
    **{
        f"socketserver.{name}": Listener(0, protocol="udp")
        for name in ("UDPServer", "ThreadingUDPServer", "ForkingUDPServer")
    },
    **{f"http.server.{name}": Listener(0) for name in ("HTTPServer", "ThreadingHTTPServer", "HTTPSServer")},
    "wsgiref.simple_server.WSGIServer": Listener(0),
    "xmlrpc.server.SimpleXMLRPCServer": Listener(0),
}
"""Classes of libraries that listen once they are made, and those that are derived from them."""

METHODS = {
    "flask.Flask.run": Listener(None, ("host", 0), ("port", 1), "127.0.0.1", 5000, ("ssl_context",)),
    "flask.app.Flask.run": Listener(None, ("host", 0), ("port", 1), "127.0.0.1", 5000, ("ssl_context",)),
    "quart.Quart.run": Listener(None, ("host", 0), ("port", 1), "127.0.0.1", 5000, ("certfile", "keyfile")),
    "socket.socket.bind": Listener(0),
}
"""Methods of library classes that listen."""

_HANDLERS = ("http.server.BaseHTTPRequestHandler", "http.server.SimpleHTTPRequestHandler")


class Listeners:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards

    def items(self) -> Iterator[Item]:
        """Every listener, and the methods that handlers of http.server answer."""
        for module in self._project.modules.values():
            for call, scope in module.calls:
                listener = self._listener(call, scope)
                if listener is not None:
                    yield from self._listening(call, scope, listener)
            for node, scope in module.classes:
                yield from self._handler(node, scope)

    def _listener(self, call: ast.Call, scope: Scope) -> Listener | None:
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in (
            "create_server",
            "start_unix_server",
            "create_unix_server",
        ):
            return self._of_loop(call, scope)
        called = self._project.resolve(func, scope)
        if isinstance(called, str):
            return CALLS.get(called) or SERVERS.get(called)
        if isinstance(called, Binding) and isinstance(called.node, ast.ClassDef):
            found = next((one for one in self._project.ancestors(called) if one in SERVERS), "")
            return SERVERS.get(found)
        if isinstance(func, ast.Attribute) and func.attr in ("run", "bind"):
            kind = self._project.kind_of(self._project.resolve(func.value, scope))
            return METHODS.get(f"{kind}.{func.attr}")
        return None

    def _of_loop(self, call: ast.Call, scope: Scope) -> Listener | None:
        called = self._project.resolve(call.func, scope)
        if called == "socket.create_server":
            return CALLS["socket.create_server"]
        if isinstance(call.func, ast.Attribute) and call.func.attr == "create_server":
            return (
                Listener(None, ("host", 1), ("port", 2), tls=("ssl",))
                if len(call.args) + len(call.keywords) > 1
                else None
            )
        return Listener(protocol="unix")

    def _listening(self, call: ast.Call, scope: Scope, how: Listener) -> Iterator[Item]:
        spot = place_of(call, scope)
        pair = call.args[how.pair] if how.pair is not None and how.pair < len(call.args) else None
        if how.pair is not None:
            pair = pair if pair is not None else keyword(call, "server_address") or keyword(call, "address")
            for value in self._folder.values(pair, scope):
                yield from self._addressed(value, self._tls(call, scope, how), how.protocol, spot)
            return
        if how.protocol == "unix":
            yield Item("listen", "unix/{}", (spot,), "listeners", bind="unix:", tls="off")
            return
        hosts = self._given(call, scope, how.host, how.default_host)
        ports = self._given(call, scope, how.port, how.default_port)
        for host in hosts:
            for port in ports:
                yield from self._addressed((host, port), self._tls(call, scope, how), how.protocol, spot)

    def _given(self, call: ast.Call, scope: Scope, name: tuple[str, int | None], default: Value) -> tuple[Value, ...]:
        given = keyword(call, *name)
        if given is not None:
            return self._folder.values(given, scope)
        hidden = any(word.arg is None for word in call.keywords) or any(isinstance(o, ast.Starred) for o in call.args)
        return (Hole(name[0]),) if hidden or default is None else (default,)

    def _addressed(self, value: object, tls: str, protocol: str, spot: Spot) -> Iterator[Item]:
        if isinstance(value, str) and is_known(value):
            yield Item("listen", "unix/{}", (spot,), "listeners", bind="unix:", tls="off")
            return
        known = isinstance(value, tuple) and len(value) >= 2
        host, port = (value[0], value[1]) if isinstance(value, tuple) and known else (Hole("host"), Hole("port"))
        yield Item("listen", f"{protocol}/{_port(port)}", (spot,), "listeners", bind=bound(host), tls=tls,
                   unresolved="" if isinstance(port, int) else NO_PORT)  # fmt: skip

    def _tls(self, call: ast.Call, scope: Scope, how: Listener) -> str:
        given = [keyword(call, name) for name in how.tls]
        if any(one is not None for one in given):
            values = [self._folder.value(one, scope) for one in given if one is not None]
            if all(value is None for value in values):
                return "off"
            conditional = any(isinstance(one, ast.IfExp) for one in given)
            return "unknown" if conditional else "on"
        if any(word.arg is None for word in call.keywords):
            return "unknown"
        wrapped = any(isinstance(c.func, ast.Attribute) and c.func.attr == "wrap_socket" for c, _ in scope.module.calls)
        return "on" if wrapped else "off"

    def _handler(self, node: ast.ClassDef, scope: Scope) -> Iterator[Item]:
        """`do_GET` and its like: every path, and those that the code compares the path with."""
        made = scope.names.get(node.name)
        kinds = set(self._project.ancestors(made))
        if made is None or not kinds & set(_HANDLERS):
            return
        found = False
        for one in self._project.lineage(made):
            for name, binding in one.inner.names.items() if one.inner is not None else ():
                if name.startswith("do_") and isinstance(binding.node, ast.FunctionDef):
                    found = True
                    guard = self._guards.of_handler(binding.node, binding.scope)
                    for path in _compared(binding.node) or ("/**",):
                        locator = f"{name[3:].upper()} {path}"
                        yield Item("http", locator, (place_of(binding.node, binding.scope),), "http.server", guard)
        if not found and "http.server.SimpleHTTPRequestHandler" in kinds:
            yield Item("http", "GET /**", (place_of(node, scope),), "http.server", NO_GUARD)


def bound(host: object) -> str:
    """The address that `host` binds to: empty and None are every interface, `?` is not known."""
    if host in ("", None, "::"):
        return EVERYWHERE
    return host if isinstance(host, str) and is_known(host) else "?"


def _port(port: object) -> str:
    return str(port) if isinstance(port, int) and not isinstance(port, bool) else "{?port}"


def _compared(node: ast.FunctionDef) -> tuple[str, ...]:
    """Paths that a handler compares the request's with; where it does, `/**` stands for all others."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Compare):
            for side in [one.left, *one.comparators]:
                values = side.elts if isinstance(side, (ast.Tuple, ast.List, ast.Set)) else [side]
                found |= {v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)}
        elif isinstance(one, ast.MatchValue) and isinstance(one.value, ast.Constant):
            found.add(str(one.value.value))
    paths = sorted(path for path in found if path.startswith("/"))
    return (*paths, "/**") if paths else ()
