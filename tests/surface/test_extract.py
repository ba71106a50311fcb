"""Small programs and what is read from them; anything at all is read without an exception."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sdlc.surface.extract import extract
from sdlc.surface.item import Item, Surface, dump_surface, load_surface


def read(text: str | bytes, **more: str) -> tuple[Item, ...]:
    """The items of one file `app.py`, and of more by name."""
    files = {"app.py": text if isinstance(text, bytes) else text.encode()}
    files |= {name.replace("__", "/") + ".py": content.encode() for name, content in more.items()}
    return extract(files, frozenset(files)).surface.items


def shown(items: tuple[Item, ...]) -> set[str]:
    """Key, and what is known of guard, bind and TLS."""
    return {" ".join(filter(None, (item.key, item.guard, item.bind, item.tls))) for item in items}


LISTENERS = [
    ("import socket\ns = socket.socket()\ns.bind(('', 104))", "listen:tcp/104 0.0.0.0 off"),
    ("from socket import create_server as c\nc(('::1', 9))", "listen:tcp/9 ::1 off"),
    (
        "import socketserver\nclass S(socketserver.ThreadingTCPServer): pass\nS(('127.0.0.1', 7), None)",
        "listen:tcp/7 127.0.0.1 off",
    ),
    ("import socketserver\nsocketserver.UDPServer(('0.0.0.0', 53), None)", "listen:udp/53 0.0.0.0 off"),
    (
        "import asyncio, ssl\nasync def f(c):\n"
        "    await asyncio.start_server(c, '127.0.0.1', 1, ssl=ssl.create_default_context())",
        "listen:tcp/1 127.0.0.1 on",
    ),
    ("import uvicorn\nuvicorn.run('app:app')", "listen:tcp/8000 127.0.0.1 off"),
    ("import os, uvicorn\nuvicorn.run('a', port=int(os.environ.get('PORT', '81')))", "listen:tcp/81 127.0.0.1 off"),
    ("import uvicorn\nHOST = '0.0.0.0'\nuvicorn.run('a', host=HOST, ssl_keyfile='k')", "listen:tcp/8000 0.0.0.0 on"),
    ("import waitress\nwaitress.serve(1, listen='x', port=3)", "listen:tcp/3 0.0.0.0 off"),
    (
        "import argparse, uvicorn\np = argparse.ArgumentParser()\np.add_argument('--port', default=5)\n"
        "o = p.parse_args()\nuvicorn.run(1, port=o.port)",
        "listen:tcp/5 127.0.0.1 off",
    ),
    ("from aiohttp import web\nweb.run_app(None, host=None)", "listen:tcp/8080 0.0.0.0 off"),
    ("import uvicorn\ndef f(port):\n    uvicorn.run(1, port=port)", "listen:tcp/{?port} 127.0.0.1 off"),
    (
        "from http.server import HTTPServer, BaseHTTPRequestHandler\nclass H(BaseHTTPRequestHandler):\n"
        "    def do_POST(self):\n        pass\nHTTPServer(('localhost', 8), H)",
        "http:POST /** none",
    ),
    (
        "from http.server import BaseHTTPRequestHandler as B\nclass H(B):\n    def do_GET(self):\n"
        "        if self.path == '/a': pass",
        "http:GET /a none",
    ),
]
DICOM = """
from pynetdicom import AE, evt, VerificationPresentationContexts
from pynetdicom.sop_class import Verification, CTImageStorage
def on(event): return 0
HANDLERS = [(evt.EVT_C_STORE, on), (evt.EVT_C_MOVE, on, [1]), (evt.EVT_ACCEPTED, on)]
def serve(context=None):
    ae = AE()
    ae.add_supported_context(Verification)
    ae.require_calling_aet = ["CT1"]
    ae.start_server(("", 11112), evt_handlers=HANDLERS)
"""
COMMANDS = """
import argparse
def main():
    parser = argparse.ArgumentParser(prog="box")
    parser.add_argument("-v", "--verbose")
    below = parser.add_subparsers()
    put = below.add_parser("put")
    fill(put)
def fill(parser):
    parser.add_argument("file")
"""
CLICK = """
import click
@click.group()
def box(): pass
@box.command()
@click.option("--force/--gentle")
@click.argument("file")
def put_in(file): pass
@click.command("take")
def takes(): pass
box.add_command(takes)
"""


@pytest.mark.parametrize(("text", "expected"), LISTENERS)
def test_listeners(text: str, expected: str) -> None:
    assert expected in shown(read(text))


def test_dicom_services_with_port_caller_and_echo() -> None:
    end = "require_calling_aet 0.0.0.0 off"
    assert shown(read(DICOM)) == {
        f"dicom-scp:tcp/11112 C-STORE {end}",
        f"dicom-scp:tcp/11112 C-MOVE {end}",
        f"dicom-scp:tcp/11112 C-ECHO {end}",
    }


@pytest.mark.parametrize("empty", ["[]", "()"])
def test_a_service_that_anybody_may_call(empty: str) -> None:
    items = read(DICOM.replace('["CT1"]', empty))
    assert {item.guard for item in items} == {"none"}


def test_handlers_that_are_made_at_run_time_are_visible() -> None:
    items = read(DICOM.replace("evt_handlers=HANDLERS", "evt_handlers=make()"))
    assert "dicom-scp:tcp/11112 {?service}" in {item.key for item in items if item.unresolved}


def test_commands_of_argparse() -> None:
    assert shown(read(COMMANDS)) == {"cli:box", "cli:box --verbose", "cli:box/put", "cli:box/put <file>"}


def test_commands_of_click() -> None:
    keys = {
        "cli:{}/box",
        "cli:{}/box/put-in",
        "cli:{}/box/put-in --force",
        "cli:{}/box/put-in <file>",
        "cli:{}/box/take",
    }
    assert shown(read(CLICK)) == keys


def test_a_console_script_names_its_commands() -> None:
    files = {"app.py": CLICK.encode(), "pyproject.toml": b'[project.scripts]\ncrate = "app:box"\nother = "app:none"\n'}
    keys = {item.key for item in extract(files, frozenset(files)).surface.items}
    assert {"cli:crate", "cli:crate/put-in", "cli:crate/take", "cli:other"} <= keys


CAPABILITIES = [
    ("import os\nos.system('x')", "exec:shell"),
    ("from subprocess import run as go\ngo(['/usr/bin/dcmodify', 'x'])", "exec:dcmodify"),
    ("import subprocess\nsubprocess.run(command())", "exec:?"),
    ("import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'x'])", "exec:python"),
    ("import subprocess\nsubprocess.run('ls', shell=flag)", "exec:shell"),
    ("import os\ngetattr(os, 'system')(x)", "exec:shell"),
    ("import os\nrun = os.system\nmap(run, x)", "exec:shell"),
    ("__import__('pickle').loads(x)", "deser:pickle"),
    ("import yaml\nyaml.load(x)", "deser:yaml"),
    ("import torch\ntorch.load(x)", "deser:torch"),
    ("import requests\nrequests.get('https://pacs.example/x')", "outbound:pacs.example"),
    ("import requests\nrequests.get(url)", "outbound:?"),
    ("import requests\nrequests.get('https://a.example', verify=False)", "tls:verify-off"),
    ("import ssl\nc = ssl.create_default_context()\nc.verify_mode = ssl.CERT_NONE", "tls:verify-off"),
    ("import os\nos.environ['TOKEN']", "env:TOKEN"),
    ("import os\nos.getenv('TOKEN', 'x')", "env:TOKEN"),
    ("import importlib\nimportlib.import_module(name)", "dynimport:importlib.import_module"),
    ("eval(x)", "eval:eval"),
    ("import ctypes", "native:ctypes"),
    ("import sqlite3\ndef f(c, n):\n    c.execute(f'SELECT * FROM {n}')", "db:raw-sql"),
    ("import flask\na = flask.Flask('x')\na.run(debug=True)", "debug:on"),
    ("import fastapi\na = fastapi.FastAPI(debug=True)", "debug:on"),
    ("DEBUG = True\nROOT_URLCONF = 'x'", "debug:on"),
    ("import jinja2\njinja2.Environment()", "template:autoescape-off"),
]
HARMLESS = [
    "import yaml\nyaml.safe_load(x)",
    "import yaml\nyaml.load(x, Loader=yaml.SafeLoader)",
    "import torch\ntorch.load(x, weights_only=True)",
    "import importlib\nimportlib.import_module('json')",
    "import sqlite3 as s\ndef f(c, n):\n    c.execute('SELECT * FROM t WHERE n = ?', n)",
    "def eval(x): pass\neval(1)",
    "class A:\n    def system(self): pass\nA().system()",
    "DEBUG = True",
    "# os.system('x')\n'''subprocess.run(x)'''",
]


@pytest.mark.parametrize(("text", "expected"), CAPABILITIES)
def test_capabilities(text: str, expected: str) -> None:
    assert expected in {item.key for item in read(text)}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_capability(text: str) -> None:
    assert {item.key for item in read(text)} <= {"db:sqlite3"}


@pytest.mark.parametrize("name", ["hug", "rq", "paho", "nicegui", "flask_restful", "channels"])
def test_a_framework_that_is_not_read_is_visible(name: str) -> None:
    (item,) = read(f"import {name}.web")
    assert item.unresolved == f"{name} is imported, and what it lets in is not read"


@pytest.mark.parametrize("name", ["tornado", "sanic", "grpc", "celery"])
def test_a_framework_of_which_nothing_is_found_is_visible(name: str) -> None:
    (item,) = read(f"import {name}.web")
    assert item.unresolved == f"{name} is used, and nothing that it lets in was found"


UNRESOLVED = [
    "import flask\na = flask.Flask('x')\n@a.route(path())\ndef f(): pass",
    "import flask\nb = flask.Blueprint('b', 'b')\n@b.route('/x')\ndef f(): pass",
    "import flask\na = flask.Flask('x')\na.add_url_rule(*rule)",
    "import flask\na = flask.Flask('x')\na.register_blueprint(load())",
    "import flask\na = flask.Flask('x')\n@a.route('/x', methods=some())\ndef f(): pass",
    "import fastapi\nr = fastapi.APIRouter()\n@r.get('/x')\ndef f(): pass",
    "import fastapi\na = fastapi.FastAPI(openapi_url=None)\na.include_router(load())",
    "from starlette.applications import Starlette\na = Starlette(routes=load())",
    "from starlette import routing, applications\na = applications.Starlette(routes=[routing.Mount('/x', y)])",
    "from django.urls import path, include\nurlpatterns = [path('x/', include('elsewhere.urls'))]",
    "from django.urls import path\nurlpatterns = load()",
    "from aiohttp import web\na = web.Application()\na.add_routes(load())",
    "from aiohttp import web\nt = web.RouteTableDef()\n@t.get('/x')\nasync def f(r): pass",
]


@pytest.mark.parametrize("text", UNRESOLVED)
def test_what_is_not_known_stays_visible(text: str) -> None:
    items = [item for item in read(text) if item.kind == "http"]
    assert items
    assert all(item.unresolved and "{?" in item.locator for item in items), items


def test_a_file_that_is_called_like_a_library_hides_nothing() -> None:
    text = "import flask\na = flask.Flask('x')\n@a.route('/x')\ndef f(): pass"
    assert "http:GET /x" in {item.key for item in read(text, flask="class Flask: pass", lib__flask="Flask = None")}


def test_an_option_that_several_commands_share() -> None:
    text = "import click\nOUT = click.option('--out')\n@click.command(name='put')\n@OUT\ndef f(out): pass"
    assert {item.key for item in read(text)} == {"cli:{}/put", "cli:{}/put --out"}


def test_classes_that_are_their_own_ancestors_end() -> None:
    text = "class A(A): pass\nclass B(C): pass\nclass C(B): pass\nfrom celery import Celery\nfrom flask import Flask\n"
    many = "class D0: pass\n" + "".join(f"class D{n}(D{n - 1}, D{n - 1}): pass\n" for n in range(1, 60))
    read(text + many + "app = D59()\n@app.route('/x')\ndef f(): pass")


def test_circles_end() -> None:
    one = "from two import b as a\nimport flask\n@a.route('/x')\ndef f(): return f()\nx = y\ny = x\nclass A(B): pass"
    two = "from app import a as b\nclass B(A): pass\ndef g(p=g()): return g(p)\nz = g(z)"
    read(one, two=two)
    read("import flask\nb = flask.Blueprint('b', 'b')\nb.register_blueprint(b)\n@b.get('/x')\ndef f(): pass")
    deep = "import flask\n" + "\n".join(f"a{n} = a{n + 1}" for n in range(3000)) + "\n@a0.route('/x')\ndef f(): pass"
    read(deep)
    read("x = " + " + ".join(["'a'"] * 3000) + "\nimport flask\na = flask.Flask(x)\na.add_url_rule(x, view_func=x)")


def test_the_order_of_files_is_of_no_importance() -> None:
    files = {f"m{n}.py": f"import os\nos.getenv('A{n}')\nimport m{n - 1}".encode() for n in range(5)}
    turned = dict(reversed(files.items()))
    assert dump_surface(extract(files, frozenset()).surface) == dump_surface(extract(turned, frozenset()).surface)


def test_names_in_other_scripts_and_other_encodings() -> None:
    text = "import flask\nприложение = flask.Flask('x')\n@приложение.route('/患者/<番号>')\ndef 見る(番号): pass"
    assert {item.key for item in read(text)} == {"http:GET /患者/{}"}
    latin = "# -*- coding: latin-1 -*-\nimport os\nos.getenv('\xe9')".encode("latin-1")
    assert {item.key for item in read(latin)} == {"env:é"}


@pytest.mark.parametrize("data", [b"def (:", b"\xff\xfe", b"x = '\x00'", b"(" * 500, b"-" * 200_000 + b"1"])
def test_what_is_no_python_has_a_reason(data: bytes) -> None:
    surface = extract({"app.py": data}, frozenset()).surface
    assert (surface.files, list(surface.unparsed)) == (0, ["app.py"])
    assert surface.unparsed["app.py"]


PIECES = st.sampled_from(
    [text for text, _ in (*LISTENERS, *CAPABILITIES)]
    + UNRESOLVED
    + [DICOM, COMMANDS, CLICK, "x", "(", "\n", "    ", "@a"]
)


@given(st.lists(PIECES, max_size=4), st.text(max_size=40))
@example(["import flask\n"], "\ud800")
def test_any_text_gives_items_that_are_read_back(pieces: list[str], tail: str) -> None:
    data = ("\n".join(pieces) + tail).encode("utf-8", "surrogatepass")
    surface = extract({"app.py": data, "b.py": data[::-1]}, frozenset({"app.py"})).surface
    assert load_surface(dump_surface(surface)) == surface


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=10)


@given(st.dictionaries(TEXTS, st.integers(0, 9), max_size=3), st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_a_table_is_read_back(excluded: dict[str, int], unparsed: dict[str, str]) -> None:
    surface = Surface((), 3, excluded, unparsed)
    assert load_surface(dump_surface(surface)) == surface
