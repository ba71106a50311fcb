"""Shapes of one flow, from a form to a shell: what can arrive is found, what cannot is left alone."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from pathlib import Path

from sdlc.formats.context_json import load_context
from sdlc.gates import static_analysis as gate
from sdlc.readings.static_analysis import Settings, read
from sdlc.tools import LocalTools
from sdlc.workspace import open_workspace

TOOLS = LocalTools(os.environ)

HEAD = """
import subprocess
from configparser import ConfigParser
from flask import Flask, request
app = Flask(__name__)

def handed(text):
    return text + "!"

@app.post("/t")
def view():
    param = request.form.get("p", "")
"""
SINK = """
subprocess.run("ls " + bar, shell=True)
return "done"
"""
ARRIVES = {
    "joined": "bar = ' '.join(['a', param])",
    "percent": "bar = 'x%sy' % param",
    "slice": "bar = param[1:]",
    "slice_computed": "whole = f'53{param}abcd'\nbar = whole[len('53'):len(whole) - 5]",
    "choice": "n = 196\nbar = 'fixed' if n > 200 else param",
    "branch": "n = 86\nif 7 * 42 - n > 200:\n    bar = param\nelse:\n    bar = 'never'",
    "match": "g = 'ABC'[0]\nmatch g:\n    case 'A':\n        bar = param\n    case _:\n        bar = 'x'",
    "list": "kept = ['safe', param, 'more']\nkept.pop(0)\nbar = kept[0]",
    "appended": "kept = []\nkept.append('safe')\nkept.append(param)\nkept.pop(0)\nbar = kept[0]",
    "appended_all": "kept = []\nkept.append(param)\nbar = ','.join(kept)",
    "mapping": "kept = {}\nkept['a'] = 'safe'\nkept['b'] = param\nbar = kept['b']",
    "settings": "kept = ConfigParser()\nkept.add_section('s')\nkept.set('s', 'b', param)\nbar = kept.get('s', 'b')",
    "encoded": "import base64\nbar = base64.b64decode(base64.b64encode(param.encode())).decode()",
    "augmented": "bar = 'x'\nbar += param",
    "function": "bar = handed(param)",
    "comprehension": "bar = ''.join(c for c in param)",
    "loop": "bar = ''\nfor c in param:\n    bar += c",
}
NEVER_ARRIVES = {
    "choice": "n = 86\nbar = 'fixed' if 7 * 42 - n > 200 else param",
    "branch": "n = 106\nif 7 * 18 + n > 200:\n    bar = 'always'\nelse:\n    bar = param",
    "match": "g = 'ABC'[1]\nmatch g:\n    case 'A' | 'C':\n        bar = param\n    case _:\n        bar = 'x'",
    "list": "kept = ['safe', param, 'more']\nkept.pop(0)\nbar = kept[1]",
    "mapping": "kept = {}\nkept['a'] = 'safe'\nkept['b'] = param\nbar = kept['a']",
    "settings": "kept = ConfigParser()\nkept.set('s', 'a', 'x')\nkept.set('s', 'b', param)\nbar = kept.get('s', 'a')",
    "replaced": "bar = 'help' + param\nbar = 'something else'",
    "number": "bar = str(int(param))",
    "quoted": "import shlex\nbar = shlex.quote(param)",
    "allowed": "if param not in ('a', 'b'):\n    return 'no'\nbar = param",
}


def test_a_flow_is_followed_through_what_the_code_means(repository: Callable[..., Path]) -> None:
    files = {
        f"{kind}/{name}.py": HEAD + textwrap.indent(body + SINK, "    ")
        for kind, shapes in (("arrives", ARRIVES), ("never", NEVER_ARRIVES))
        for name, body in shapes.items()
    }
    raw = gate.run(open_workspace(repository(files), TOOLS), TOOLS, Settings(), {})
    found = read(raw, Settings(), load_context(raw["context.json"])).findings
    assert {f.place.path for f in found if f.rule == "command-injection"} == {f"arrives/{name}.py" for name in ARRIVES}
