"""Prints the application's own route table."""

import json
import re

import falcon.inspect
from clinic import make_app, make_async_app

rows = set()
for app in (make_app(), make_async_app()):
    seen = falcon.inspect.inspect_app(app)
    for route in seen.routes:
        path = re.sub(r"\{[^{}]*\}", "{}", route.path)
        for method in route.methods:
            if method.internal:
                continue
            if method.method == "WEBSOCKET":
                rows.add(f"ws:{path}")
            else:
                rows.add(f"http:{method.method} {path}")
    rows |= {f"http:* {sink.prefix}/{{}}" for sink in seen.sinks}
    rows |= {f"http:GET {static.prefix.rstrip('/')}/{{}}" for static in seen.static_routes}
print(json.dumps(sorted(rows)))
