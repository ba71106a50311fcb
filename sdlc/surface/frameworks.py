"""Libraries that make routes, listeners or tasks and that no extractor reads: their use is visible, never silence."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.item import UNKNOWN_GUARD, Item
from sdlc.surface.module import Module
from sdlc.surface.project import Project
from sdlc.surface.routes import place_of

HTTP = frozenset(
    word
    for line in (
        "hug responder masonite robyn blacksheep emmett morepath",
        "flask_restful flask_restx flask_restplus flask_appbuilder flask_admin flask_classful flask_smorest",
        "flask_rebar apiflask connexion ninja strawberry graphene ariadne flask_graphql spyne webpy web2py microdot",
        "nicegui dash streamlit gradio fastapi_users fastapi_utils piccolo_api starlette_admin sqladmin xmlrpc.server",
        "jsonrpcserver twisted.web klein zope.publisher flask_security flask_user allauth oauth2_provider",
        "graphene_django",
    )
    for word in line.split()
)
WEBSOCKETS = frozenset({"flask_socketio", "socketio", "channels", "websockets", "flask_sock", "autobahn"})
TASKS = frozenset({"rq", "dramatiq", "huey", "apscheduler", "arq"})
OTHERS = frozenset({"hl7apy", "hl7", "aiomqtt", "paho", "pika", "aio_pika", "kombu", "twisted.internet"})


READ = ("tornado", "sanic", "falcon", "bottle", "pyramid", "cherrypy", "litestar", "grpc", "celery")
"""Frameworks that are read: who imports one and lets nothing in by it that was found is visible too."""

SERVERS = frozenset({"uvicorn", "hypercorn", "daphne", "granian", "waitress", "gunicorn", "cheroot", "bjoern"})
"""Programs that answer HTTP for an application: who imports one and has no route has a framework of its own."""


class Frameworks:
    """Reads one project; `seen` are the frameworks of which something was found, `served` says that routes were."""

    def __init__(self, project: Project, seen: frozenset[str] = frozenset(), served: bool = True) -> None:
        self._project, self._seen, self._served = project, seen, served

    def items(self) -> Iterator[Item]:
        """One item for every library of these, with every file that imports it."""
        for module in self._project.modules.values():
            yield from self._not_understood(module)
            if not self._served:
                yield from self._own(module)
            for name in sorted(module.imported):
                parts = name.split(".")
                for known in {".".join(parts[:length]) for length in (1, 2)}:
                    kind = _kind(known)
                    if kind and self._project.find_module(known, module) is None:
                        said = f"{known} is imported, and what it lets in is not read"
                        yield Item(kind, f"{{?{known}}}", (place_of(ast.Pass(), module),), known,
                                   guard=UNKNOWN_GUARD, unresolved=said)  # fmt: skip

    def _own(self, module: Module) -> Iterator[Item]:
        for server in sorted({name.partition(".")[0] for name in module.imported} & SERVERS):
            if self._project.find_module(server, module) is None:
                said = f"{server} serves an application of which no route was found"
                yield Item("http", "{?application}", (place_of(ast.Pass(), module),), server,
                           guard=UNKNOWN_GUARD, unresolved=said)  # fmt: skip

    def _not_understood(self, module: Module) -> Iterator[Item]:
        """A framework that somebody makes something with, and of which nothing was found."""
        for framework in sorted({name.partition(".")[0] for name in module.imported} & (set(READ) - self._seen)):
            if self._project.find_module(framework, module) is None:
                kind = {"grpc": "grpc", "celery": "celery"}.get(framework, "http")
                said = f"{framework} is used, and nothing that it lets in was found"
                spot = place_of(ast.Pass(), module)
                yield Item(kind, f"{{?{framework}}}", (spot,), framework, guard=UNKNOWN_GUARD, unresolved=said)


def _kind(name: str) -> str:
    if name in HTTP:
        return "http"
    if name in WEBSOCKETS:
        return "ws"
    return "task" if name in TASKS else "listen" if name in OTHERS else ""
