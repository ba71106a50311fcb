"""A ward's records: a list of routes with mounts, an endpoint that is a class, a websocket, static files."""

from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles


async def index(request):
    return PlainTextResponse("clinic")


@requires("authenticated")
async def patient(request):
    return PlainTextResponse(request.path_params["patient"])


class Studies(HTTPEndpoint):
    async def get(self, request):
        return PlainTextResponse("")

    async def post(self, request):
        return PlainTextResponse("")


async def live(socket):
    await socket.accept()


PATIENTS = [
    Route("/{patient:int}", patient, methods=["GET", "DELETE"]),
    WebSocketRoute("/{patient:int}/live", live),
]


def make_app():
    routes = [
        Route("/", endpoint=index),
        Mount("/api", routes=[Mount("/patients", routes=PATIENTS), Route("/studies", Studies)]),
    ]
    routes += [Mount("/files", StaticFiles(directory="."), name="files")]
    app = Starlette(routes=routes)
    app.add_route("/later", index, methods=["PUT"])
    app.mount("/inner", Starlette(routes=[Route("/deep", index)]))
    return app
