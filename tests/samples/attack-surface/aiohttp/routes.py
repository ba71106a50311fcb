"""Prints the application's own route table."""

import json
import re

from clinic import Study, live, make_app

rows = set()
for route in make_app().router.routes():
    path = re.sub(r"\{[^{}]*\}", "{}", route.resource.canonical)
    if route.handler is live:
        rows.add(f"ws:{path}")
    elif route.handler is Study:
        rows |= {f"http:{name.upper()} {path}" for name in ("get", "delete")}
    elif route.method != "HEAD":
        rows.add(f"http:{route.method} {path}")
print(json.dumps(sorted(rows)))
