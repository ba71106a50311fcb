import importlib

from flask import request

PLUGINS = frozenset({"csv", "json"})


def load():
    name = request.args["plugin"]
    if name not in PLUGINS:
        return "unknown", 404
    return importlib.import_module(name).__doc__
