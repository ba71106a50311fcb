"""
Recall and precision of routes on applications of other people: `python bench/surface/recall.py [NAME …]`.

Each application is installed from the package index into an environment of its own in a temporary folder, asked for
its own route table, and its source is read as a product would be. Nothing of them is kept. Prints, for each, how many
routes it has by its own word, how many of these were found, how many that were found are right, and what was missed.

An unresolved item whose known part fits a route (`GET {?base_url}/tasks`) is counted by itself: shown, and not found.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sdlc.surface.extract import extract

FLASK = """
for rule in app.url_map.iter_rules():
    path = re.sub(r"<[^<>]*>", "{}", rule.rule)
    rows |= {f"{method} {path}" for method in rule.methods - {"HEAD", "OPTIONS"} or rule.methods - {"HEAD"}}
"""
BOTTLE = """
for route in app.routes:
    rows.add(f"{route.method} " + re.sub(r"<[^<>]*>|(?<=/):[A-Za-z_]+(#[^#]*#)?", "{}", route.rule))
"""
STARLETTE = """
def walk(routes, prefix=""):
    for route in routes:
        path = prefix + re.sub(r"\\{[^{}]*\\}", "{}", getattr(route, "path", ""))
        if hasattr(route, "methods"):
            rows.update(f"{method} {path}" for method in (route.methods or ()) if method != "HEAD")
        elif getattr(route, "routes", None):
            walk(route.routes, path)
walk(app.routes)
"""
TORNADO = """
import tornado.web
def walk(rules):
    for rule in rules:
        target = rule.target
        if hasattr(target, "rules"):
            walk(target.rules)
        elif hasattr(rule.matcher, "_path") and rule.matcher._path and isinstance(target, type):
            for name in ("get", "post", "put", "patch", "delete", "options"):
                if getattr(target, name) is not getattr(tornado.web.RequestHandler, name):
                    rows.add(f"{name.upper()} " + re.sub(r"^\\.\\*", "/{}", rule.matcher._path.replace("%s", "{}")))
walk(app.default_router.rules)
walk(app.wildcard_router.rules)
"""
DATASETTE = r"""
for rule, view in app._routes():
    path = re.sub(r"\(\?P<[^>]*>(?:[^()]|\([^()]*\))*\)", "{}", getattr(rule, "pattern", rule))
    rows.add("* " + path.removeprefix("^").removesuffix("$"))
"""


@dataclass(frozen=True)
class Application:
    """What to install, the folder of its source, how its application is made, and how that is asked for its routes."""

    install: tuple[str, ...]
    package: str
    make: str
    ask: str


APPLICATIONS = {
    "httpbin": Application(("httpbin", "setuptools<80"), "httpbin", "from httpbin import app", FLASK),
    "sqlite-web": Application(("sqlite-web",), "sqlite_web", "from sqlite_web.sqlite_web import app", FLASK),
    "locust": Application(
        ("locust",),
        "locust",
        "from locust.env import Environment\nfrom locust.web import WebUI\n"
        "WebUI.start = lambda self: None\napp = WebUI(Environment(), '127.0.0.1', 8089).app",
        FLASK,
    ),
    "pypiserver": Application(
        ("pypiserver", "setuptools<80"),
        "pypiserver",
        "import pypiserver, tempfile\napp = pypiserver.app(roots=[tempfile.mkdtemp()])",
        BOTTLE,
    ),
    "optuna-dashboard": Application(
        ("optuna-dashboard",),
        "optuna_dashboard",
        "import optuna\nfrom optuna_dashboard._app import create_app\n"
        "app = create_app(optuna.storages.InMemoryStorage())",
        BOTTLE,
    ),
    "flower": Application(
        ("flower",),
        "flower",
        "import celery\nfrom flower.app import Flower\nfrom flower.urls import settings\nimport flower.options\n"
        "from tornado.options import options\napp = Flower(capp=celery.Celery(), options=options, **settings)",
        TORNADO,
    ),
    "marimo": Application(
        ("marimo",),
        "marimo",
        "from marimo._server.main import create_starlette_app\napp = create_starlette_app(base_url='')",
        STARLETTE,
    ),
    "fava": Application(("fava",), "fava", "from fava.application import create_app\napp = create_app([])", FLASK),
    "rq-dashboard": Application(
        ("rq-dashboard", "six"),
        "rq_dashboard",
        "from rq_dashboard.cli import make_flask_app\napp = make_flask_app(None, None, None, '')",
        FLASK,
    ),
    "datasette": Application(
        ("datasette", "setuptools<80"),
        "datasette",
        "from datasette.app import Datasette\napp = Datasette(memory=True)",
        DATASETTE,
    ),
}


def main() -> int:
    """0 when all that were asked for could be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("names", nargs="*", choices=[*APPLICATIONS, []], metavar="NAME")
    names = parser.parse_args().names or list(APPLICATIONS)
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="sdlc-recall-") as folder:
            try:
                measure(name, APPLICATIONS[name], Path(folder))
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                said = error.stderr or b""
                print(f"{name}: not measured: {said.decode(errors='replace').strip().splitlines()[-1:] or error}")
                failed += 1
    return 1 if failed else 0


def measure(name: str, application: Application, folder: Path) -> None:
    """Install, ask, read, compare, print."""
    uv = str(Path(sys.executable).parent / "uv")
    python = str(folder / "env" / "bin" / "python")
    run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "env")], folder)
    run([uv, "pip", "install", "--quiet", "--python", python, "--only-binary", ":all:", *application.install], folder)
    told = "print('ROUTES' + json.dumps(sorted(rows)))"
    script = f"import json, re\nrows = set()\n{application.make}\n{application.ask}\n{told}"
    said = run([python, "-c", script], folder).decode()
    theirs = set(json.loads(said.rpartition("ROUTES")[2]))
    source = next((folder / "env").glob(f"lib/python*/site-packages/{application.package}"))
    files = {f"{application.package}/{one.relative_to(source).as_posix()}": one for one in sorted(source.rglob("*"))}
    found = extract(
        {path: one.read_bytes() for path, one in files.items() if path.endswith(".py")}, frozenset(files)
    ).surface
    http = [item for item in found.items if item.kind == "http"]
    ours = {item.locator for item in http if not item.unresolved}
    right = {one for one in ours if one in theirs or any_method(one, theirs)}
    met = {one for one in theirs if one in ours or f"* {one.partition(' ')[2]}" in ours}
    recall = len(met) / len(theirs) if theirs else 0.0
    precision = len(right) / len(ours) if ours else 0.0
    unresolved = [item.locator for item in http if item.unresolved]
    holes = [fitting(one) for one in unresolved]
    shown = {one for one in theirs - met if any(re.fullmatch(hole, one) for hole in holes)}
    hole = f"{len(shown) / len(theirs):.1%} with a hole"
    print(f"{name}: {len(theirs)} routes, recall {recall:.1%}, precision {precision:.1%}, {hole}")
    for title, rows in (("missed", theirs - met - shown), ("wrong", ours - right), ("unresolved", set(unresolved))):
        if rows:
            some = sorted(rows)
            print(f"  {title}: {', '.join(some[:12])}{f' and {len(some) - 12} more' if len(some) > 12 else ''}")


def fitting(locator: str) -> str:
    """An expression for the routes that an unresolved locator may stand for."""
    parts = re.split(r"(\{\?\w+\})", locator.removeprefix("* "))
    known = "".join(".*" if part.startswith("{?") else re.escape(part) for part in parts)
    return rf"\S+ {known}" if locator.startswith("* ") else known


def any_method(route: str, theirs: set[str]) -> bool:
    """True for `* /x` where the application has `/x` with any method."""
    method, _, path = route.partition(" ")
    return method == "*" and any(re.fullmatch(rf"\S+ {re.escape(path)}", one) for one in theirs)


def run(command: list[str], folder: Path) -> bytes:
    """Standard output; raises CalledProcessError or TimeoutExpired."""
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300).stdout


if __name__ == "__main__":
    sys.exit(main())
