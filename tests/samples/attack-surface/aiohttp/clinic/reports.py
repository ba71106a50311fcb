from aiohttp import web


class Pages:
    async def show(self, request):
        return web.Response()


def make_reports():
    pages = Pages()
    reports = web.Application()
    reports.router.add_get("/{report}", pages.show)
    return reports
