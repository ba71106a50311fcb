"""A ward's records on Falcon: resources with suffixes, hooks, a websocket, a sink, a static folder."""

from pathlib import Path

import falcon
import falcon.asgi

from clinic.resources import Patients, Reports, Status

BASE = "/api"


def everything_else(request, response, **rest):
    response.status = 404


def make_app():
    app = falcon.App()
    patients = Patients()
    app.add_route(f"{BASE}/patients", patients)
    app.add_route(f"{BASE}/patients/{{number:int}}", patients, suffix="one")
    app.add_route("/reports/{year}-{month}", Reports())
    add_more(app)
    app.add_sink(everything_else, r"/legacy")
    app.add_static_route("/files", str(Path(__file__).parent))
    return app


def add_more(app):
    for name in ("ready", "alive"):
        app.add_route("/" + name, Status())


class Live:
    async def on_websocket(self, request, socket, ward):
        await socket.accept()


def make_async_app():
    app = falcon.asgi.App()
    app.add_route("/live/{ward}", Live())
    return app
