"""Prints what CherryPy would find: it asks each object of its tree for what is exposed, as its dispatcher does."""

import json

import cherrypy
from clinic import mount

mount()
rows = set()


def walk(node, path, by_method):
    if by_method:
        rows.update(f"http:{name} {path}" for name in ("GET", "POST", "PUT", "DELETE") if hasattr(node, name))
        return
    for name in dir(node):
        child = getattr(node, name)
        if name.startswith("__"):
            continue
        if getattr(child, "exposed", False) and callable(child):
            below = {"index": path or "/", "default": f"{path}/{{}}"}.get(name, f"{path}/{name}")
            allowed = {"methods": ["*"]} | dict(getattr(child, "_cp_config", {}))
            for method in allowed.get("tools.allow.methods", ["*"]):
                rows.add(f"http:{method} {below}")
        elif hasattr(child, "__dict__") and type(child).__module__.startswith("clinic"):
            walk(child, f"{path}/{name}", False)


for script, app in cherrypy.tree.apps.items():
    walk(app.root, script, "request.dispatch" in app.config.get("/", {}))
print(json.dumps(sorted(rows)))
