from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler


class Study(RequestHandler):
    async def get(self, uid):
        self.write(uid)

    async def put(self, uid):
        self.write(uid)


class Report(RequestHandler):
    def get(self, name):
        self.write(name)


class Live(WebSocketHandler):
    def open(self):
        pass


HANDLERS = [(r"/studies/([0-9.]+)", Study), (r"/live", Live)]
