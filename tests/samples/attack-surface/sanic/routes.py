"""Prints the application's own route table."""

import json
import re

from clinic import make_app

app = make_app()
app.finalize()
rows = set()
for route in app.router.routes:
    path = "/" + re.sub(r"<[^<>]*>", "{}", route.path).lstrip("/")
    if route.extra.websocket:
        rows.add(f"ws:{path}")
    else:
        rows |= {f"http:{method} {path}" for method in route.methods if path.endswith("/health") or method != "HEAD"}
print(json.dumps(sorted(rows)))
