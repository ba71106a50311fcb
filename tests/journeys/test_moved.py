"""A pull request that moves and reformats everything brings nothing new; one vulnerable line is exactly one finding."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import commit, git, run_sdlc

VIEW = """\
import subprocess
from flask import Flask, request, redirect

app = Flask(__name__)


@app.get('/run')
def run():
    name = request.args['name']
    subprocess.run(f'convert {name}', shell=True, check=True)
    return redirect(request.args['next'])
"""
REFORMATTED = """\
import subprocess

from flask import Flask, request, redirect
app = Flask(__name__)
@app.get("/run")
def run(  ):
    name = request.args[ "name" ]

    subprocess.run(
        f"convert {name}",
        shell = True,
        check = True,
    )
    return redirect(
        request.args["next"],
    )
"""
STORE = """\
import sqlite3


def find(request):
    rows = sqlite3.connect('a.db').execute('SELECT * FROM p WHERE n = ' + request.args['n'])
    return rows.fetchall()
"""
NEW = "\n\ndef remove(request):\n    sqlite3.connect('a.db').execute('DELETE FROM p WHERE n = ' + request.args['n'])\n"
POLICY = """\
schema = "sdlc.policy/1"
id = "p"
[[rules]]
id = "no-weakness"
type = "required"
gate = "static-analysis"
severity = "low"
confidence = "low"
"""


def verdict(root: Path) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    done = run_sdlc("check", "--since", "HEAD~1", "--gate", "static-analysis", "--format", "json", cwd=root)
    document = json.loads(done.stdout)
    blocking = [one for rule in document["verdict"]["rules"] if rule["state"] == "blocked" for one in rule["findings"]]
    return done.returncode, blocking, document["gates"][0]


def test_moved_and_reformatted_is_not_new_and_one_line_is_one(repository: Callable[..., Path]) -> None:
    root = repository(
        {"app/view.py": VIEW, "app/store.py": STORE, ".sdlc/policy.toml": POLICY, ".gitignore": ".sdlc/out/\n"}
    )
    git(root, "mv", "app", "service")
    git(root, "mv", "service/store.py", "service/patients.py")
    commit(root, {"service/view.py": REFORMATTED, "service/patients.py": STORE.replace("'", '"')}, "Move and reformat")
    code, blocking, gate = verdict(root)
    assert len(gate["findings"]) >= 3, "there is something that could look new"
    assert (code, blocking) == (0, [])

    commit(root, {"service/patients.py": STORE.replace("'", '"') + NEW}, "One more statement")
    code, blocking, _ = verdict(root)
    assert code == 1
    assert [(one["rule"], one["place"]["path"], one["place"]["line"]) for one in blocking] == [
        ("sql-injection", "service/patients.py", 10)
    ]
