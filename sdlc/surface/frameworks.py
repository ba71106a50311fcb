"""Libraries that make routes, listeners or tasks and that no extractor reads: their use is visible, never silence."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.item import UNKNOWN_GUARD, Item
from sdlc.surface.project import Project
from sdlc.surface.routes import place_of

HTTP = frozenset(
    word
    for line in (
        "tornado sanic falcon bottle pyramid cherrypy litestar hug responder masonite robyn blacksheep emmett morepath",
        "flask_restful flask_restx flask_restplus flask_appbuilder flask_admin flask_classful flask_smorest",
        "flask_rebar apiflask connexion ninja strawberry graphene ariadne flask_graphql spyne webpy web2py microdot",
        "nicegui dash streamlit gradio fastapi_users fastapi_utils piccolo_api starlette_admin sqladmin xmlrpc.server",
        "jsonrpcserver twisted.web klein zope.publisher flask_security flask_user allauth oauth2_provider",
        "graphene_django",
    )
    for word in line.split()
)
WEBSOCKETS = frozenset({"flask_socketio", "socketio", "channels", "websockets", "flask_sock", "autobahn"})
TASKS = frozenset({"celery", "rq", "dramatiq", "huey", "apscheduler", "arq"})
OTHERS = frozenset({"grpc", "hl7apy", "hl7", "aiomqtt", "paho", "pika", "aio_pika", "kombu", "twisted.internet"})


class Frameworks:
    """Reads one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def items(self) -> Iterator[Item]:
        """One item for every library of these, with every file that imports it."""
        for module in self._project.modules.values():
            for name in sorted(module.imported):
                parts = name.split(".")
                for known in {".".join(parts[:length]) for length in (1, 2)}:
                    kind = _kind(known)
                    if kind and self._project.find_module(known, module) is None:
                        said = f"{known} is imported, and what it lets in is not read"
                        yield Item(kind, f"{{?{known}}}", (place_of(ast.Pass(), module),), known,
                                   guard=UNKNOWN_GUARD, unresolved=said)  # fmt: skip


def _kind(name: str) -> str:
    if name in HTTP:
        return "http"
    if name in WEBSOCKETS:
        return "ws"
    return "task" if name in TASKS else "listen" if name in OTHERS else ""
