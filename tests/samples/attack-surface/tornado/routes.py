"""Prints the application's own route table."""

import json

import tornado.routing
import tornado.web
import tornado.websocket
from clinic import Application

rows = set()


def walk(rules):
    for rule in rules:
        target = rule.target
        if hasattr(target, "rules"):
            walk(target.rules)
            continue
        if not isinstance(rule.matcher, tornado.routing.PathMatches):
            continue
        path = rule.matcher._path.replace("%s", "{}")
        if issubclass(target, tornado.websocket.WebSocketHandler):
            rows.add(f"ws:{path}")
            continue
        for name in ("get", "post", "put", "patch", "delete", "options"):
            if getattr(target, name) is not getattr(tornado.web.RequestHandler, name):
                rows.add(f"http:{name.upper()} {path}")


app = Application()
walk(app.default_router.rules)
walk(app.wildcard_router.rules)
print(json.dumps(sorted(rows)))
