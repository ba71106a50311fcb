import importlib

from flask import request


def load():
    module = importlib.import_module("plugins." + request.args["plugin"])
    return module.run()
