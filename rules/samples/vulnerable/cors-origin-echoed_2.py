import tornado.web


class Studies(tornado.web.RequestHandler):
    def set_default_headers(self):
        self.set_header("Access-Control-Allow-Origin", self.request.headers.get("Origin", ""))
        self.set_header("Access-Control-Allow-Credentials", "true")
