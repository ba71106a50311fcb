"""What is declared beside what is used: by name, with every way in which something can be used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats.wheel_metadata import WheelMetadata
from sdlc.hardening.declared import Declared, declared_in
from sdlc.hardening.evidence import dump_seen, load_seen
from sdlc.hardening.footprint import Provided, Seen, judge_footprint, rows_of
from sdlc.hardening.imports import is_own, own_modules, used_by
from sdlc.model.finding import Confidence

INSTALLED = (
    Provided("pillow", "11", ("PIL",)),
    Provided("requests", "2", ("requests",), requires=("urllib3>=2", "idna; extra == 'x'", "socks; extra == 'socks'")),
    Provided("urllib3", "2", ("urllib3",)),
    Provided("left-pad", "1", ("left_pad",), requires=("deep-pad",)),
    Provided("deep-pad", "1", ("deep_pad",)),
    Provided("gunicorn", "23", ("gunicorn",), scripts=("gunicorn",)),
    Provided("flask", "3", ("flask",)),
    Provided("flask-plug", "3", ("flask_plug",), groups=("flask.commands",)),
    Provided("types-requests", "2", (), only_types=True),
    Provided("whitenoise", "6", ("whitenoise",)),
    Provided("google-cloud-storage", "2", ("google.cloud.storage",)),
    Provided("google-cloud-tasks", "2", ("google.cloud.tasks",)),
    Provided("socks", "1", ("socks",)),
    Provided("tzdata", "1", ("tzdata",)),
    Provided("psycopg", "3", ("psycopg",)),
)


def seen(code: str, *names: str, programs: frozenset[str] = frozenset()) -> Seen:
    """A product whose one module is `code`, and which declares `names`."""
    used = used_by({"app/main.py": code.encode()})
    assert not used.unparsed
    own = own_modules(["app/__init__.py", "app/main.py"])
    declared = tuple(Declared(name, "", "", "pyproject.toml", number) for number, name in enumerate(names, 5))
    imports = tuple(one for one in used.imports if not is_own(one.name, one.path, own))
    return Seen(declared, INSTALLED, imports, frozenset(used.texts), used.programs | programs, "3.12", "pyproject.toml")


def said(of: Seen, allowed: dict[str, str] | None = None) -> list[tuple[str, str]]:
    rows, unknown = rows_of(of)
    assert not unknown
    return [(one.rule, one.subject) for one in judge_footprint(of, rows, allowed or {})]


def test_a_dependency_that_nothing_uses_is_reported_by_name_with_what_it_brings() -> None:
    of = seen("import requests\n", "requests", "left-pad")
    rows, _ = rows_of(of)
    (one,) = judge_footprint(of, rows, {})
    assert (one.rule, one.subject, str(one.place)) == ("HARD-UNUSED", "left-pad", "pyproject.toml:6")
    assert one.message == "left-pad is declared, and nothing uses it; it brings deep-pad"
    assert one.confidence is Confidence.HIGH
    assert [row.needed for row in rows] == ["", "imported at app/main.py:1"]
    assert said(of, {"left-pad": "loaded by operators"}) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("pillow", "from PIL import Image\n"),
        ("google-cloud-storage", "from google.cloud import storage\n"),
        ("gunicorn", "import subprocess\nsubprocess.run(['gunicorn', 'app'])\n"),
        ("gunicorn", "COMMAND = 'gunicorn --bind 127.0.0.1:8000 app'\n"),
        ("whitenoise", "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n"),
        ("whitenoise", "INSTALLED_APPS = ['whitenoise']\n"),
        ("psycopg", "URL = 'postgresql+psycopg://db/app'\n"),
        ("requests", "import importlib\nimportlib.import_module('requests')\n"),
        ("requests", "def late():\n    import requests\n"),
        ("requests", "try:\n    import requests\nexcept ImportError:\n    requests = None\n"),
        ("types-requests", "x = 1\n"),
        ("tzdata", "x = 1\n"),
    ],
)
def test_ways_to_use_a_dependency(name: str, code: str) -> None:
    assert said(seen(code, name)) == []
    assert said(seen("x = 1\n", name)) == ([] if name in ("types-requests", "tzdata") else [("HARD-UNUSED", name)])


def test_another_of_the_same_namespace_is_not_it() -> None:
    assert said(seen("from google.cloud import storage\n", "google-cloud-storage", "google-cloud-tasks")) == [
        ("HARD-UNUSED", "google-cloud-tasks")
    ]


def test_what_is_needed_needs() -> None:
    assert said(seen("import requests\n", "requests", "urllib3")) == []  # required by it
    assert said(seen("import flask\n", "flask", "flask-plug")) == []  # a plug-in of it
    assert said(seen("x = 1\n", "flask", "flask-plug")) == [("HARD-UNUSED", "flask"), ("HARD-UNUSED", "flask-plug")]
    assert said(seen("x = 1\n", "gunicorn", programs=frozenset({"gunicorn"}))) == []  # started by a container


def test_what_only_an_extra_speaks_of_is_unsure() -> None:
    of = seen("import requests\n", "requests", "socks")
    (one,) = judge_footprint(of, rows_of(of)[0], {})
    assert (one.subject, one.confidence) == ("socks", Confidence.LOW)
    assert "an extra of requests speaks of it" in one.message


def test_an_import_of_what_only_came_along_is_reported_once_with_its_place() -> None:
    of = seen("import requests\n\nimport urllib3\nfrom urllib3 import util\n", "requests")
    (one,) = judge_footprint(of, rows_of(of)[0], {})
    assert (one.rule, one.subject, str(one.place)) == ("HARD-UNDECLARED", "urllib3", "app/main.py:3")


def test_an_import_of_what_nobody_gives() -> None:
    assert said(seen("import nothing_like_it\n")) == [("HARD-UNKNOWN-IMPORT", "nothing_like_it")]
    for quiet in (
        "try:\n    import nothing_like_it\nexcept ModuleNotFoundError:\n    pass\n",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import nothing_like_it\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nothing_like_it\n",
        "from . import other\nfrom .deep import other\nimport app\n",
        "import sys\nif sys.platform == 'win32':\n    import nothing_like_it\n",
        "import sys\nif sys.version_info < (3, 12):\n    x = 1\nelse:\n    import nothing_like_it\n",
        "try:\n    import json\nexcept ImportError:\n    import nothing_like_it\n",
    ):
        assert "HARD-UNKNOWN-IMPORT" not in [rule for rule, name in said(seen(quiet)) if name == "nothing_like_it"]


def test_an_unknown_import_in_a_function_weighs_less() -> None:
    of = seen("def later():\n    import nothing_like_it\n")
    (one,) = judge_footprint(of, rows_of(of)[0], {})
    assert (one.rule, one.severity) == ("HARD-UNKNOWN-IMPORT", "low")


def test_which_modules_are_the_products_own() -> None:
    own = own_modules(
        ["src/app/__init__.py", "src/app/yaml.py", "jobs/run.py", "jobs/more.py", "space/mine/__init__.py"]
    )
    assert is_own("app.yaml", "src/app/main.py", own)
    assert not is_own("yaml", "src/app/main.py", own)  # a module of a package is imported by its whole name
    assert is_own("more", "jobs/run.py", own)
    assert not is_own("more", "src/app/main.py", own)
    assert is_own("space.mine.x", "jobs/run.py", own)
    assert not is_own("space.theirs", "jobs/run.py", own)  # a namespace is shared
    assert is_own("os.path", "jobs/run.py", own)


def test_a_dependency_of_another_platform_and_one_that_is_not_installed() -> None:
    of = seen("x = 1\n")
    other = Declared("pywin32", "sys_platform == 'win32'", "", "pyproject.toml", 1)
    assert rows_of(Seen((other,), *list(vars(of).values())[1:])) == ((), ())
    missing = Declared("not-there", "", "", "pyproject.toml", 1)
    assert rows_of(Seen((missing,), *list(vars(of).values())[1:])) == ((), ("not-there",))


def test_where_dependencies_are_declared() -> None:
    project = b"""\
[project]
name = "app"
dependencies = [
  "Requests>=2",  # http
  "left_pad; python_version < '4'",
]
[project.optional-dependencies]
fast = ["uvloop", "app[slow]"]
"""
    rows, where = declared_in({"pyproject.toml": project}, [])
    assert [(one.name, one.extra, one.line) for one in rows] == [
        ("left-pad", "", 5),
        ("requests", "", 4),
        ("uvloop", "fast", 8),
    ]
    assert where == "pyproject.toml"
    wheel = WheelMetadata("app", "1", "", ("click>=8", "rich; extra == 'color'"), ("color",), ())
    dynamic = b'[project]\nname = "app"\ndynamic = ["dependencies"]\n'
    rows, where = declared_in({"pyproject.toml": dynamic}, [wheel])
    assert [(one.name, one.extra) for one in rows] == [("click", ""), ("rich", "color")]
    assert where == "the built wheel"
    rows, where = declared_in({"requirements.txt": b"# all\nflask==3.0 # web\n-r other.txt\n"}, [])
    assert [(one.name, one.line, where) for one in rows] == [("flask", 2, "requirements.txt")]
    poetry = b'[tool.poetry.dependencies]\npython = "^3.11"\nflask = "^3"\n'
    assert [one.name for one in declared_in({"pyproject.toml": poetry}, [])[0]] == ["flask"]
    with pytest.raises(ValueError, match=r"pyproject\.toml"):
        declared_in({"pyproject.toml": b"[["}, [])


def test_the_evidence_says_what_was_seen() -> None:
    of = seen("import requests\n", "requests", "left-pad")
    assert load_seen(dump_seen(of)) == of


@given(st.text(max_size=120))
def test_any_source_is_used_or_named(text: str) -> None:
    used = used_by({"a.py": text.encode("utf-8", "replace")})
    assert bool(used.files) != bool(used.unparsed)
