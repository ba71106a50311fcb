"""Prints the application's own route table."""

import json
import re

from clinic import make_app

rows = set()
for route in make_app().routes:
    path = re.sub(r"<[^<>]*>|:\w+", "{}", route.rule)
    rows.add(f"http:{route.method} {path}")
print(json.dumps(sorted(rows)))
