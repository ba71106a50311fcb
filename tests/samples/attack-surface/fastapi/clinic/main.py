"""A ward's records: routers in routers, dependencies of several levels, a sub-application, websockets."""

from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import PlainTextResponse

from clinic.api import api
from clinic.security import current_user
from clinic.settings import settings

app = FastAPI(title="clinic", redoc_url=None)
internal = FastAPI(openapi_url=None, dependencies=[Depends(current_user)])


@app.get("/health")
def health():
    return "ok"


@app.websocket("/live/{ward}")
async def live(socket: WebSocket, ward: str):
    await socket.accept()


async def raw(request):
    return PlainTextResponse("raw")


@internal.api_route("/reload", methods=["POST", "PUT"])
def reload():
    return "again"


app.include_router(api, prefix=settings.prefix)
app.add_api_route("/added", health, methods=["GET", "DELETE"])
app.add_route("/raw", raw)
app.mount("/internal", internal)
