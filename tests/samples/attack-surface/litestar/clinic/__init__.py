"""A ward's records on Litestar: nested routers, a controller, guards of three layers, a websocket, static files."""

from litestar import HttpMethod, Litestar, Router, get, route, websocket
from litestar.static_files import create_static_files_router

from clinic.patients import PatientController, must_be_signed_in


@get("/")
async def index() -> str:
    return "clinic"


@get(["/health", "/ready"])
async def health() -> str:
    return "well"


@route("/meta/{name:str}", http_method=[HttpMethod.GET, "POST"])
async def meta(name: str) -> str:
    return name


@websocket("/live")
async def live(socket: object) -> None:
    return None


@get("/version", guards=[must_be_signed_in])
async def version() -> str:
    return "1"


inner = Router(path="/v1", route_handlers=[PatientController, version])
api = Router("/api", route_handlers=[inner, meta])


def make_app():
    files = create_static_files_router(path="/static", directories=["."])
    return Litestar([index, health, api, live, files], openapi_config=None)
