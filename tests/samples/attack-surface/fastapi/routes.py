"""Prints the application's own route table."""

import json
import re

from clinic.main import app


def flat(routes):
    """Routes, and those of routers that newer versions include as they are asked for."""
    for route in routes:
        contexts = getattr(route, "effective_route_contexts", None)
        yield from contexts() if contexts is not None else [route]


def rows(routes, prefix=""):
    for route in flat(routes):
        own = getattr(route, "starlette_route", None) or route
        path = prefix + re.sub(r"\{[^{}]*\}", "{}", own.path)
        if "Mount" in type(own).__name__:
            yield from rows(own.routes, path)
        elif "WebSocket" in type(own).__name__:
            yield f"ws:{path}"
        else:
            yield from (f"http:{method} {path}" for method in own.methods if method != "HEAD")


print(json.dumps(sorted(rows(app.routes))))
