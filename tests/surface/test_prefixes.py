"""Routes whose application lies behind something: a copy of a framework, an option of another file, a lent list."""

from __future__ import annotations

import pytest

from sdlc.surface.extract import extract

COPY = "class Router: pass\ndef static_file(name, root): pass\nclass Bottle:\n    def route(self, path): pass\n"
USER = "app = Bottle()\n@app.route('/scans/<number>')\ndef scan(number): return number\n"


def routes(files: dict[str, str]) -> set[str]:
    """The routes, those that are not resolved with a question mark before them."""
    found = extract({path: text.encode() for path, text in files.items()}, frozenset(files)).surface
    assert not found.unparsed
    return {"?" * bool(item.unresolved) + item.locator for item in found.items if item.kind == "http"}


@pytest.mark.parametrize(
    ("files", "imported"),
    [
        ({"clinic/web/bottle.py": COPY}, "from clinic.web.bottle import Bottle"),
        ({"clinic/web/bottle.py": COPY}, "from .web.bottle import Bottle"),
        ({"clinic/web/bottle.py": COPY, "clinic/web/__init__.py": "from .bottle import *"}, "from .web import Bottle"),
        ({"clinic/web/bottle.py": COPY, "clinic/web/__init__.py": "from .bottle import Bottle"},
         "from clinic.web import Bottle"),
        ({"clinic/_vendor/bottle.py": COPY}, "from clinic._vendor.bottle import Bottle"),
        ({"clinic/_vendor/bottle.py": COPY}, "from ._vendor.bottle import Bottle"),
    ],
)  # fmt: skip
def test_a_copy_of_a_framework_is_the_framework(files: dict[str, str], imported: str) -> None:
    every = {"clinic/__init__.py": "", "clinic/main.py": f"{imported}\n{USER}", **files}
    assert routes(every) == {"GET /scans/{}"}


def test_a_module_that_is_only_called_like_a_framework_is_no_copy() -> None:
    files = {
        "clinic/__init__.py": "",
        "clinic/bottle.py": "class Glass:\n    def route(self, path): pass\n",
        "clinic/main.py": "from clinic.bottle import Glass\napp = Glass()\n@app.route('/x')\ndef x(): pass\n",
    }
    assert routes(files) == set()


PAGES = """
from flask import Blueprint, Flask
class Pages:
    def __init__(self, below: str | None = None):
        self.app = Flask("clinic")
        pages = Blueprint("pages", "clinic", url_prefix=below)
        @pages.route("/wards")
        def wards(): return "wards"
        self.app.register_blueprint(pages)
"""
OPTIONS = """
import argparse
def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--below", default="{}")
    return parser.parse_args()
"""
MAIN = "from pages import Pages\nfrom options import parse\ngiven = parse()\nweb = Pages(below=given.below)\n"


@pytest.mark.parametrize(("default", "expected"), [("", {"GET /wards"}), ("/a", {"GET /wards", "GET /a/wards"})])
def test_a_prefix_may_be_an_option_of_another_file(default: str, expected: set[str]) -> None:
    """None, the default of the parameter, is no prefix."""
    assert routes({"pages.py": PAGES, "options.py": OPTIONS.format(default), "main.py": MAIN}) == expected


def test_an_option_that_two_files_have_is_not_known() -> None:
    files = {"pages.py": PAGES, "options.py": OPTIONS.format("/a"), "other.py": OPTIONS.format("/b"), "main.py": MAIN}
    assert routes(files) == {"GET /wards", "?GET {?below}/wards"}


def test_an_attribute_of_an_object_of_the_product_is_no_option() -> None:
    main = "from pages import Pages\nclass Given: pass\ngiven = Given()\nweb = Pages(below=given.below)\n"
    files = {"pages.py": PAGES, "options.py": OPTIONS.format("/a"), "main.py": main}
    assert routes(files) == {"GET /wards", "?GET {?below}/wards"}


LENT = """
from starlette.applications import Starlette
from starlette.routing import Router
studies = Router()
@studies.route("/studies")
async def listed(request): ...
def all_routes():
    return studies.routes
"""


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("Starlette(routes=studies.routes)", {"GET /studies"}),
        ("Starlette(routes=all_routes())", {"GET /studies"}),
        ("Starlette(routes=[*unknown()])", {"?* /{?route}", "?GET /{?mount}/studies"}),
    ],
)
def test_an_application_serves_the_routes_that_a_router_lends(made: str, expected: set[str]) -> None:
    assert routes({"main.py": f"{LENT}\napp = {made}\n"}) == expected


def test_a_server_of_an_application_that_nobody_reads_is_visible() -> None:
    own = "import uvicorn\nfrom app import answer\ndef main():\n    uvicorn.run(answer)\n"
    app = "async def answer(scope, receive, send):\n    await send({'type': 'http.response.start'})\n"
    assert routes({"main.py": own, "app.py": app}) == {"?{?application}"}
    known = "from starlette.applications import Starlette\nfrom starlette.routing import Route\n"
    known += "async def home(request): ...\nanswer = Starlette(routes=[Route('/', home)])\n"
    assert routes({"main.py": own, "app.py": known}) == {"GET /"}
