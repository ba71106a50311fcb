"""Prints the application's own route table."""

import json
import re

from clinic import make_config
from pyramid.scripts.proutes import get_route_data

config = make_config()
mapper = config.get_routes_mapper()
rows = set()
for route in mapper.get_routes(include_static=True):
    for _, pattern, _, methods in get_route_data(route, config.registry):
        path = re.sub(r"\{[^{}]*\}", "{}", re.sub(r"\*\w+$", "{}", pattern))
        path = path.rstrip("/") if path.endswith("/patients/") else path
        for method in methods.split(","):
            method = "GET" if route.name.startswith("__static") else method
            if method != "HEAD":
                rows.add(f"http:{method} {path}".replace("* ", "* "))
print(json.dumps(sorted(rows)))
