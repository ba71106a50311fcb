import aiohttp
from aiohttp import web


async def fetch(request):
    address = request.query["address"]
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://{address}/status") as answer:
            return web.json_response(await answer.json())
