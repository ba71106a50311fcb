"""What does no harm: each way in which data cross functions with a program that checks, cleans or drops them."""

from __future__ import annotations

import pytest
from fakes.flowing import HELPER, follow, said

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


@pytest.mark.parametrize("name", QUIET)
def test_what_does_no_harm_is_silent(name: str) -> None:
    report = follow({"app.py": QUIET[name]})
    assert report.problems == ()
    assert said(report) == []
