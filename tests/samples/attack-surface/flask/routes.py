"""Prints the application's own route table."""

import json
import re

from clinic import make_app

rows = []
for rule in make_app().url_map.iter_rules():
    path = re.sub(r"<[^<>]*>", "{}", rule.rule)
    rows += [f"http:{method} {path}" for method in rule.methods - {"HEAD", "OPTIONS"}]
print(json.dumps(sorted(rows)))
