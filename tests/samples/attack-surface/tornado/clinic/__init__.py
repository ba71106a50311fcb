"""A ward's records on Tornado: lists of rules in a class, a websocket, a base class that guards, static files."""

import tornado.web
from tornado.web import URLSpec, url

from clinic import studies

PREFIX = r"/api/v1"


class Signed(tornado.web.RequestHandler):
    def prepare(self):
        if not self.get_cookie("user"):
            raise tornado.web.HTTPError(401)


class Index(tornado.web.RequestHandler):
    def get(self):
        self.write("clinic")

    @tornado.web.authenticated
    def post(self):
        self.write("taken")


class Patient(Signed):
    def get(self, number):
        self.write(number)

    def delete(self, number):
        self.write(number)


class Application(tornado.web.Application):
    def __init__(self):
        handlers = [
            (r"/", Index),
            url(PREFIX + r"/patients/([0-9]+)", Patient, name="patient"),
            URLSpec(r"/reports/(?P<name>[^/]+)\.pdf", "clinic.studies.Report"),
            (r"/files/(.*)", tornado.web.StaticFileHandler, {"path": "."}),
        ]
        handlers += studies.HANDLERS
        super().__init__(handlers, static_path="static", debug=False)
        self.add_handlers(r".*", [(r"/late", Index)])
