"""gRPC, Celery and the newer web frameworks where something is not written down: visible, never silence."""

from __future__ import annotations

import pytest

from sdlc.surface.extract import extract


def seen(text: str, **more: str) -> dict[str, str]:
    """Key of every entry point in `app.py` to why it is not resolved."""
    files = {"app.py": text.encode()} | {f"{name}.py": content.encode() for name, content in more.items()}
    return {item.key: item.unresolved for item in extract(files, frozenset(files)).surface.items if item.is_entry}


UNRESOLVED = {
    "tornado list": ("import tornado.web\nfrom x import rules\ntornado.web.Application(rules())", "http:* /{?route}"),
    "tornado class": ("import tornado.web\nfrom x import H\ntornado.web.Application([('/a', H)])", "http:* /a"),
    "tornado unused": ("import tornado.web\ndef f(a): return a", "http:{?tornado}"),
    "sanic path": ("from sanic import Sanic\nimport x\napp = Sanic('a')\n@app.get(x.PATH)\ndef f(r): pass",
                   "http:GET {?PATH}"),
    "sanic blueprint": ("from sanic import Sanic\nimport x\napp = Sanic('a')\napp.blueprint(x.make())",
                        "http:* /{?blueprint}"),
    "sanic nowhere": ("from sanic import Blueprint\nb = Blueprint('b')\n@b.get('/a')\ndef f(r): pass",
                      "http:GET /{?mount}/a"),
    "falcon resource": ("import falcon, x\napp = falcon.App()\napp.add_route('/a', x.R())", "http:* /a"),
    "bottle mount": ("from bottle import Bottle\nimport x\nb = Bottle()\nb.mount('/a', x.app)",
                     "http:* /a/{?application}"),
    "pyramid view": ("from pyramid.config import Configurator as C\nc = C()\nc.add_route('a', '/a')", "http:* /a"),
    "pyramid traversal": ("from pyramid.view import view_config\n@view_config(name='x')\ndef f(r): pass",
                          "http:* /{?traversal}"),
    "cherrypy root": ("import cherrypy, x\ncherrypy.quickstart(x.Root())", "http:* /{?application}"),
    "cherrypy graft": ("import cherrypy, x\ncherrypy.tree.graft(x.app, '/a')", "http:* /a/{?application}"),
    "litestar handler": ("from litestar import Litestar\nimport x\nLitestar([x.f()], openapi_config=None)",
                         "http:* /{?handler}"),
    "grpc without its file": ("from x import add_WardServicer_to_server\nclass W:\n    def Admit(self, r, c): pass\n"
                              "add_WardServicer_to_server(W(), None)", "grpc:{?package}.Ward/Admit"),
    "grpc by hand": ("import grpc, x\ngrpc.server(None).add_generic_rpc_handlers((x.HANDLER,))",
                     "grpc:{?service}/{?method}"),
    "celery name": ("from celery import shared_task\nimport x\n@shared_task(name=x.NAME)\ndef f(): pass",
                    "celery:{?NAME}"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(UNRESOLVED))
def test_what_cannot_be_resolved_is_visible(name: str) -> None:
    code, key = UNRESOLVED[name]
    found = seen(code)
    assert found.get(key), found


def test_an_interceptor_is_a_guard_that_nobody_can_be_sure_of() -> None:
    code = """
import grpc
from ward_pb2_grpc import add_WardServicer_to_server
class W:
    def Admit(self, request, context): pass
server = grpc.server(None, interceptors=[object()])
add_WardServicer_to_server(W(), server)
server.add_insecure_port(f"0.0.0.0:{7}")
"""
    generated = """
import grpc
def add_WardServicer_to_server(servicer, server):
    table = {"Admit": grpc.unary_unary_rpc_method_handler(servicer.Admit)}
    grpc.method_handlers_generic_handler("ward.Ward", table)
"""
    files = {"app.py": code.encode(), "ward_pb2_grpc.py": generated.encode()}
    items = extract(files, frozenset(files)).surface.items
    assert {(item.key, item.guard, item.bind) for item in items if item.is_entry} == {
        ("grpc:ward.Ward/Admit", "unknown", ""),
        ("listen:tcp/7", "", "0.0.0.0"),
    }


def test_rules_of_tornado_that_are_handed_on_by_keyword() -> None:
    text = """
import tornado.web
class Page(tornado.web.RequestHandler):
    def get(self): pass
RULES = [("/a", Page)]
class App(tornado.web.Application):
    def __init__(self, prefix="", **more):
        rules = RULES
        if prefix:
            rules = [moved(one) for one in rules]
        more.update(handlers=rules)
        super().__init__(**more)
class Other(tornado.web.Application):
    def __init__(self, **more):
        super().__init__(**more)
"""
    found = seen(text)
    assert found == {"http:GET /a": "", "http:* /{?route}": "a rule of this list is not a constant"}


def test_a_list_that_a_function_makes() -> None:
    text = """
from starlette.applications import Starlette
from starlette.routing import Route
def page(request): pass
def routes():
    return [Route("/a", page)]
app = Starlette(routes=routes())
"""
    assert seen(text) == {"http:GET /a": ""}


def test_a_static_folder_that_is_joined() -> None:
    text = "import os, flask\nH = os.path.dirname('a')\napp = flask.Flask('a', static_folder=os.path.join(H, 'f'))"
    files = {"app.py": text.encode()}
    keys = {item.key: item.unresolved for item in extract(files, frozenset(files)).surface.items}
    assert keys == {"http:GET /f/{}": ""}


def test_what_a_framework_serves_by_itself() -> None:
    files = {"app.py": b"from litestar import Litestar\napp = Litestar([])"}
    keys = {item.key for item in extract(files, frozenset(files)).surface.items}
    assert "http:GET /schema" in keys
