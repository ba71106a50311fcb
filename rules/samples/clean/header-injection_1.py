from http.server import BaseHTTPRequestHandler


class Echo(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("X-Path", repr(self.path))
        self.end_headers()
