"""Each way in which data cross functions, with a program where they do harm."""

from __future__ import annotations

import pytest
from fakes.flowing import HELPER, follow, said

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
