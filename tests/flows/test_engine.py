"""Each way in which data cross functions, with a program where they do harm and one where they do not."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from sdlc.flows.engine import find_flows
from sdlc.flows.vocabulary import Vocabulary, read_vocabulary
from sdlc.formats import strict_json
from sdlc.formats.flows_json import FlowReport
from sdlc.scanning.rules import compiled_rules

VOCABULARY: Vocabulary = read_vocabulary(strict_json.loads_object(compiled_rules().read_bytes(), what="rules"))


def follow(files: dict[str, str]) -> FlowReport:
    """What flows in a tree of files, given by path."""
    texts = {path: dedent(text) for path, text in files.items()}
    return find_flows({path: ast.parse(text) for path, text in texts.items()}, texts, VOCABULARY)


def said(report: FlowReport) -> list[str]:
    """Rule, place and sureness of each flow."""
    return [f"{one.rule} {one.path}:{one.line}{'' if one.sure else ' ?'}" for one in report.found]


HELPER = """
    import os
    from flask import request

    def run(text):
        os.system(text)
"""

HARM = {
    "argument by place": HELPER
    + """
    def view():
        run(request.args["x"])
    """,
    "argument by name": HELPER
    + """
    def view():
        run(text=request.args["x"])
    """,
    "two functions": HELPER
    + """
    def between(value):
        run("ls " + value)

    def view():
        between(request.args.get("x"))
    """,
    "spread row": HELPER
    + """
    def view():
        row = [request.args["x"]]
        run(*row)
    """,
    "spread mapping": HELPER
    + """
    def view():
        words = {"text": request.args["x"]}
        run(**words)
    """,
    "rest of the arguments": HELPER
    + """
    def rest(first, *others, **words):
        run(others[0])

    def view():
        rest("a", request.args["x"])
    """,
    "result of a function": HELPER
    + """
    def asked():
        return request.args["x"]

    def view():
        os.system("ls " + asked())
    """,
    "one of two results": HELPER
    + """
    def pair():
        return "fixed", request.args["x"]

    def view():
        first, second = pair()
        os.system(second)
    """,
    "attribute of self": HELPER
    + """
    class Job:
        def __init__(self, name):
            self.name = name

        def run(self):
            os.system(self.name)

    def view():
        Job(request.args["x"]).run()
    """,
    "method through self": HELPER
    + """
    class Job:
        def start(self, name):
            self._run("x" + name)

        def _run(self, name):
            os.system(name)

    def view():
        job = Job()
        job.start(request.args["x"])
    """,
    "inherited method": HELPER
    + """
    class Base:
        def go(self, name):
            os.system(name)

    class Job(Base):
        def start(self, name):
            self.go(name)

    def view():
        Job().start(request.args["x"])
    """,
    "super": HELPER
    + """
    class Base:
        def __init__(self, name):
            self.name = name

    class Job(Base):
        def __init__(self, name):
            super().__init__(name)

        def run(self):
            os.system(self.name)

    def view():
        job = Job(request.args["x"])
        job.run()
    """,
    "annotated object": HELPER
    + """
    class Store:
        def find(self, name):
            os.system(name)

    def view(store: "Store | None"):
        store.find(request.args["x"])
    """,
    "object made by a function": HELPER
    + """
    class Store:
        def find(self, name):
            os.system(name)

    def store() -> Store:
        return Store()

    def view():
        store().find(request.args["x"])
    """,
    "object kept in self": HELPER
    + """
    class Store:
        def find(self, name):
            os.system(name)

    class View:
        def __init__(self):
            self.store = Store()

        def get(self):
            self.store.find(request.args["x"])
    """,
    "object of the module": HELPER
    + """
    class Store:
        def find(self, name):
            os.system(name)

    STORE = Store()

    def view():
        STORE.find(request.args["x"])
    """,
    "class method": HELPER
    + """
    class Store:
        @classmethod
        def find(cls, name):
            os.system(name)

    def view():
        Store.find(request.args["x"])
    """,
    "static method": HELPER
    + """
    class Store:
        @staticmethod
        def find(name):
            os.system(name)

    def view():
        Store().find(request.args["x"])
    """,
    "property": HELPER
    + """
    class Form:
        def __init__(self, name):
            self._name = name

        @property
        def command(self):
            return "ls " + self._name

    def view():
        os.system(Form(request.args["x"]).command)
    """,
    "data class": HELPER
    + """
    from dataclasses import dataclass

    @dataclass
    class Form:
        kind: str
        name: str

    def go(form):
        os.system(form.name)

    def view():
        go(Form("a", request.args["x"]))
    """,
    "called object": HELPER
    + """
    class Runner:
        def __call__(self, name):
            os.system(name)

    def view():
        runner = Runner()
        runner(request.args["x"])
    """,
    "closure": HELPER
    + """
    def view():
        name = request.args["x"]

        def go():
            os.system(name)

        go()
    """,
    "function that comes back": HELPER
    + """
    def maker(name):
        def go():
            os.system(name)
        return go

    def view():
        maker(request.args["x"])()
    """,
    "lambda": HELPER
    + """
    def view():
        go = lambda name: os.system(name)
        go(request.args["x"])
    """,
    "partial": HELPER
    + """
    import functools

    def two(first, second):
        os.system(second)

    def view():
        go = functools.partial(two, "a")
        go(request.args["x"])
    """,
    "decorated": HELPER
    + """
    import functools

    def logged(function):
        @functools.wraps(function)
        def inside(*args, **kwargs):
            return function(*args, **kwargs)
        return inside

    @logged
    def go(name):
        os.system(name)

    def view():
        go(request.args["x"])
    """,
    "thread": HELPER
    + """
    import threading

    def view():
        threading.Thread(target=run, args=(request.args["x"],)).start()
    """,
    "pool": HELPER
    + """
    def view(pool):
        pool.submit(run, request.args["x"])
    """,
    "map": HELPER
    + """
    def view():
        list(map(run, request.args.getlist("x")))
    """,
    "loop over a generator": HELPER
    + """
    def names():
        for one in request.args.getlist("x"):
            yield one

    def view():
        for one in names():
            os.system(one)
    """,
    "awaited": HELPER
    + """
    async def asked():
        return await request.get_json()

    async def view():
        os.system(await asked())
    """,
    "filled list": HELPER
    + """
    def fill(words):
        words.append(request.args["x"])

    def view():
        words = ["ls"]
        fill(words)
        os.system(" ".join(words))
    """,
    "entry of a mapping": HELPER
    + """
    def view():
        job = {"name": request.args["x"], "kind": "a"}
        run(job["name"])
    """,
    "recursion": HELPER
    + """
    def deeper(name, level):
        if level:
            deeper(name, level - 1)
        os.system(name)

    def view():
        deeper(request.args["x"], 3)
    """,
    "each other": HELPER
    + """
    def even(name, level):
        odd(name, level - 1) if level else os.system(name)

    def odd(name, level):
        even(name, level - 1)

    def view():
        odd(request.args["x"], 3)
    """,
    "class-based view": HELPER
    + """
    from django.views import View

    class Page(View):
        def get(self, request):
            self.go(request.GET["x"])

        def go(self, name):
            os.system(name)
    """,
}

QUIET = {
    "constant argument": HELPER
    + """
    def view():
        name = request.args["x"]
        run("ls")
    """,
    "another parameter": HELPER
    + """
    def two(first, second):
        os.system(second)

    def view():
        two(request.args["x"], "ls")
    """,
    "default": HELPER
    + """
    def go(name="ls"):
        os.system(name)

    def view():
        return go() if request.args["x"] else ""
    """,
    "cast on the way in": HELPER
    + """
    def view():
        run(str(int(request.args["x"])))
    """,
    "cast on the way back": HELPER
    + """
    def number():
        return int(request.args["x"])

    def view():
        os.system("ls " + str(number()))
    """,
    "quoted in between": HELPER
    + """
    import shlex

    def safe(name):
        return shlex.quote(name)

    def view():
        run("ls " + safe(request.args["x"]))
    """,
    "annotated number": HELPER
    + """
    def go(count: int):
        os.system(f"head -{count}")

    def view():
        go(request.args["x"])
    """,
    "another attribute": HELPER
    + """
    class Job:
        def __init__(self, name, kind):
            self.name = name
            self.kind = kind

        def run(self):
            os.system(self.kind)

    def view():
        Job(request.args["x"], "ls").run()
    """,
    "another entry": HELPER
    + """
    def view():
        job = {"name": request.args["x"], "kind": "ls"}
        run(job["kind"])
    """,
    "first of two results": HELPER
    + """
    def pair():
        return "fixed", request.args["x"]

    def view():
        first, second = pair()
        os.system(first)
    """,
    "guard with early return": HELPER
    + """
    ALLOWED = {"ls", "df"}

    def go(name):
        if name not in ALLOWED:
            return
        os.system(name)

    def view():
        go(request.args["x"])
    """,
    "guard that raises in a function": HELPER
    + """
    ALLOWED = {"ls", "df"}

    def check(name):
        if name not in ALLOWED:
            raise ValueError(name)

    def view():
        name = request.args["x"]
        check(name)
        run(name)
    """,
    "guard that answers": HELPER
    + """
    ALLOWED = {"ls", "df"}

    def good(name):
        return name in ALLOWED

    def view():
        name = request.args["x"]
        if not good(name):
            return
        run(name)
    """,
    "expression that fits all": HELPER
    + """
    import re

    def go(name):
        if not re.fullmatch("[a-z]+", name):
            raise ValueError
        os.system(name)

    def view():
        go(request.args["x"])
    """,
    "is a number": HELPER
    + """
    def go(name):
        if isinstance(name, int):
            os.system(f"head -{name}")

    def view():
        go(request.args["x"])
    """,
    "length": HELPER
    + """
    def view():
        run("ls " * len(request.args["x"]))
    """,
    "compared": HELPER
    + """
    def view():
        run(f"x {request.args['x'] == 'a'}")
    """,
    "written as a number": HELPER
    + """
    def view():
        run(f"head -{request.args['x']:d}")
    """,
    "no sink": HELPER
    + """
    def go(name):
        return name.upper()

    def view():
        return go(request.args["x"])
    """,
    "overwritten": HELPER
    + """
    def go(name):
        name = "ls"
        os.system(name)

    def view():
        go(request.args["x"])
    """,
    "never called": HELPER
    + """
    def view():
        return request.args["x"]
    """,
}


@pytest.mark.parametrize("name", HARM)
def test_a_flow_across_functions_is_found(name: str) -> None:
    report = follow({"app.py": HARM[name]})
    assert report.problems == ()
    assert [one.rule for one in report.found] == ["command-injection"], said(report)
    assert report.found[0].sure, said(report)
    steps = report.found[0].steps
    assert "comes from outside" in steps[0].text
    assert "reaches" in steps[-1].text
    assert all(step.path == "app.py" and step.line > 0 for step in steps)


@pytest.mark.parametrize("name", QUIET)
def test_what_does_no_harm_is_silent(name: str) -> None:
    report = follow({"app.py": QUIET[name]})
    assert report.problems == ()
    assert said(report) == []


SINK = "import os\n\ndef run(text):\n    os.system(text)\n"
VIEW = "from flask import request\n{}\n\ndef view():\n    {}(request.args['x'])\n"

LOCAL = "from flask import request\n\ndef view():\n    from jobs import run\n    run(request.args['x'])\n"

IMPORTS = {
    "absolute": {"app.py": VIEW.format("import jobs", "jobs.run"), "jobs.py": SINK},
    "name": {"app.py": VIEW.format("from jobs import run", "run"), "jobs.py": SINK},
    "other name": {"app.py": VIEW.format("from jobs import run as go", "go"), "jobs.py": SINK},
    "module under another name": {"app.py": VIEW.format("import jobs as j", "j.run"), "jobs.py": SINK},
    "package without a file": {"pkg/app.py": VIEW.format("import pkg.jobs", "pkg.jobs.run"), "pkg/jobs.py": SINK},
    "package": {
        "pkg/__init__.py": "",
        "pkg/app.py": VIEW.format("import pkg.jobs", "pkg.jobs.run"),
        "pkg/jobs.py": SINK,
    },
    "relative": {"pkg/__init__.py": "", "pkg/app.py": VIEW.format("from .jobs import run", "run"), "pkg/jobs.py": SINK},
    "relative module": {
        "pkg/__init__.py": "",
        "pkg/app.py": VIEW.format("from . import jobs", "jobs.run"),
        "pkg/jobs.py": SINK,
    },
    "two levels up": {
        "pkg/__init__.py": "",
        "pkg/web/app.py": VIEW.format("from ..jobs import run", "run"),
        "pkg/jobs.py": SINK,
    },
    "handed on by a package": {
        "app.py": VIEW.format("from pkg import run", "run"),
        "pkg/__init__.py": "from .jobs import run\n",
        "pkg/jobs.py": SINK,
    },
    "star": {"app.py": VIEW.format("from jobs import *", "run"), "jobs.py": SINK},
    "inside of a function": {"app.py": LOCAL, "jobs.py": SINK},
    "src folder": {
        "src/pkg/__init__.py": "",
        "src/pkg/jobs.py": SINK,
        "bin/app.py": VIEW.format("from pkg.jobs import run", "run"),
    },
    "alias in a module": {"app.py": VIEW.format("from jobs import go", "go"), "jobs.py": SINK + "\ngo = run\n"},
}


@pytest.mark.parametrize("name", IMPORTS)
def test_a_name_is_found_through_imports(name: str) -> None:
    report = follow(IMPORTS[name])
    texts = said(report)
    assert len(texts) == 1, texts
    assert texts[0].startswith("command-injection ")
    assert report.found[0].sure
