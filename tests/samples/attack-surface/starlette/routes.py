"""Prints the application's own route table."""

import json
import re

from clinic import make_app


def rows(routes, prefix=""):
    for route in routes:
        path = prefix + re.sub(r"\{[^{}]*\}", "{}", route.path)
        kind = type(route).__name__
        if kind == "Mount" and type(route.app).__name__ == "StaticFiles":
            yield f"http:GET {path}/{{}}"
        elif kind == "Mount":
            yield from rows(route.routes, path)
        elif kind == "WebSocketRoute":
            yield f"ws:{path}"
        else:
            methods = route.methods or {name.upper() for name in ("get", "post") if hasattr(route.endpoint, name)}
            yield from (f"http:{method} {path}" for method in methods - {"HEAD"})


print(json.dumps(sorted(rows(make_app().routes))))
