"""Prints the application's own route table."""

import json
import re

from clinic import make_app
from litestar.routes import WebSocketRoute

rows = set()
for route in make_app().routes:
    path = re.sub(r"\{[^{}]*\}", "{}", route.path)
    if isinstance(route, WebSocketRoute):
        rows.add(f"ws:{path}")
    else:
        rows |= {f"http:{method} {path}" for method in route.methods if method not in ("OPTIONS", "HEAD")}
print(json.dumps(sorted(rows)))
