"""A ward's records: the router's methods, tables of routes, a view, a sub-application, a websocket."""

from aiohttp import web

from .patients import table
from .reports import make_reports

routes = web.RouteTableDef()


@routes.get("/")
async def index(request):
    return web.Response()


@routes.view("/studies/{uid}")
class Study(web.View):
    async def get(self):
        return web.Response()

    async def delete(self):
        return web.Response()


async def live(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    return socket


async def anything(request):
    if not request.headers.get("Authorization"):
        raise web.HTTPUnauthorized
    return web.Response()


def make_app():
    app = web.Application()
    app.add_routes(routes)
    app.add_routes(table)
    app.router.add_get("/live", live)
    app.router.add_route("*", r"/any/{tail:.*}", anything)
    app.add_routes([web.post("/upload", anything), web.route("PUT", "/upload", anything)])
    app.add_subapp("/reports/", make_reports())
    return app


if __name__ == "__main__":
    web.run_app(make_app(), host="127.0.0.1", port=9000)
