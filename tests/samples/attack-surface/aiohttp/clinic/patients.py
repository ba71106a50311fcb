from aiohttp import web

table = web.RouteTableDef()
PREFIX = "/patients"


@table.get(PREFIX + "/{patient}")
async def patient(request):
    return web.Response()


@table.patch(PREFIX + "/{patient}")
async def change(request):
    return web.Response()
