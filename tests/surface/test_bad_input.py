"""What products are in the worst case: broken, circular, in loops, in other scripts, and very many."""

from __future__ import annotations

import resource
import time

import pytest

from sdlc.surface.extract import extract
from sdlc.surface.item import Surface


def read(**files: str) -> Surface:
    data = {f"{name.replace('__', '/')}.py": text.encode() for name, text in files.items()}
    return extract(data, frozenset(data)).surface


def keys(surface: Surface) -> set[str]:
    return {item.key for item in surface.items if item.kind == "http"}


def test_a_file_that_does_not_parse_hides_no_other() -> None:
    found = read(app="import flask\na = flask.Flask('x')\n@a.get('/x')\ndef f(): pass", broken="def (:", nul="x = '\0'")
    assert keys(found) == {"http:GET /x"}
    assert set(found.unparsed) == {"broken.py", "nul.py"}
    assert found.unparsed["broken.py"].startswith("line 1: ")


def test_modules_that_import_each_other() -> None:
    found = read(
        app__main="import flask\napp = flask.Flask('x')\nfrom app.pages import pages\napp.register_blueprint(pages)",
        app__pages="import flask\nfrom app.main import app\npages = flask.Blueprint('p', 'p', url_prefix='/p')\n"
        "@pages.get('/a')\ndef f(): pass\n@app.get('/b')\ndef g(): pass",
        app____init__="from app.main import app",
    )
    assert keys(found) == {"http:GET /p/a", "http:GET /b"}


def test_routes_that_are_made_in_loops() -> None:
    text = """
import flask
app = flask.Flask("x")
for known in ("a", "b"):
    app.add_url_rule(f"/known/{known}", known, lambda: "")
for name in elsewhere():
    app.add_url_rule(f"/unknown/{name}", name, lambda: "")
for name, way in {"c": "POST"}.items():
    app.add_url_rule(f"/table/{name}", name, lambda: "", methods=[way])
while more():
    app.add_url_rule("/again", "again", lambda: "")
"""
    found = read(app=text)
    assert {"http:GET /known/a", "http:GET /known/b", "http:GET /unknown/{?name}", "http:GET /again"} <= keys(found)
    assert any(item.locator.endswith("/table/{?name}") and item.unresolved for item in found.items)


def test_names_in_other_scripts() -> None:
    text = """
import flask
приложение = flask.Flask("x")
def requires_auth(ƒ): return ƒ
@приложение.get("/患者/<int:番号>")
@requires_auth
def 患者(番号): pass
@приложение.post("/\u202eevil")
def f(): pass
"""
    found = read(app=text)
    assert {item.key: item.guard for item in found.items} == {
        "http:GET /患者/{}": "requires_auth",
        "http:POST /\u202eevil": "none",
    }


@pytest.mark.slow
def test_twenty_thousand_files_are_read_in_bounds() -> None:
    """Many small files, each a route; how long real ones take is measured by bench/surface."""
    page = "from app import app\n\n@app.get('/page/{n}')\ndef page{n}(request):\n    return find(request, {n})\n"
    files = {f"pages/page{n}.py": page.replace("{n}", str(n)).encode() for n in range(20_000)}
    files["app.py"] = b"import flask\napp = flask.Flask('x')\n"
    begun = time.process_time()
    found = extract(files, frozenset(files)).surface
    assert (found.files, len(keys(found))) == (20_001, 20_000)
    assert time.process_time() - begun < 300
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20, "KiB"
