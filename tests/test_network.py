"""The one client: it times out on nobody here, but it follows no redirect, reads no flood, and names every failure."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler

import pytest
from fakes.time_authority import served_by

from sdlc import network
from sdlc.errors import ToolError, UsageError
from sdlc.network import OFFLINE, Network


class Server(BaseHTTPRequestHandler):
    """`/echo` answers what it got; the others misbehave."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/echo":
            self._answer(200, self.headers["Content-Type"].encode() + b" " + body)
        elif self.path == "/away":
            self.send_response(307)
            self.send_header("Location", "/echo")
            self.end_headers()
        elif self.path == "/flood":
            self._answer(200, b"x" * (network.MAX_ANSWER + 1))
        elif self.path == "/broken":
            self.wfile.write(b"\x00\x01 no HTTP\r\n")
        else:
            self._answer(404, b"nothing")

    def do_GET(self) -> None:
        if self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b".")
                time.sleep(0.05)
        elif self.path == "/away":
            self.send_response(307)
            self.send_header("Location", "/file")
            self.end_headers()
        else:
            self._answer(200, b"x" * 1000)

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


def test_what_is_posted_arrives() -> None:
    with served_by(Server) as address:
        assert Network().post(f"{address}echo", b"body", "text/x") == b"text/x body"


@pytest.mark.parametrize(
    ("path", "said"),
    [("away", "answered 307"), ("flood", "more than"), ("broken", "does not answer"), ("else", "answered 404")],
)
def test_what_misbehaves_is_named(path: str, said: str) -> None:
    with served_by(Server) as address, pytest.raises(ToolError, match=said):
        Network().post(f"{address}{path}", b"body", "text/x")


def test_nobody_is_there() -> None:
    with served_by(Server) as address:
        pass
    with pytest.raises(ToolError, match="does not answer"):
        Network().post(address, b"body", "text/x")


def test_a_proxy_of_the_environment_is_asked() -> None:
    with served_by(Server) as address, pytest.raises(ToolError, match="answered 404"):
        Network({"HTTP_PROXY": address}).post("http://somewhere.example/echo", b"body", "text/x")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/", "a.example", ""])
def test_another_kind_of_address(url: str) -> None:
    with pytest.raises(UsageError):
        Network().post(url, b"", "text/x")


def test_what_is_got_is_whole_and_bounded() -> None:
    with served_by(Server) as address:
        assert Network().get(f"{address}file", 1000) == b"x" * 1000
        with pytest.raises(ToolError, match="more than 999 bytes"):
            Network().get(f"{address}file", 999)
        with pytest.raises(ToolError, match="answered 307"):
            Network().get(f"{address}away", 1000)


def test_a_server_that_drips_is_left() -> None:
    with served_by(Server) as address, pytest.raises(ToolError, match=r"needs more than 0\.2 seconds"):
        Network(deadline=0.2).get(f"{address}drip", 1000)


@pytest.mark.parametrize(("value", "refused"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_offline_switch(value: str, refused: bool) -> None:
    network = Network({OFFLINE: value})
    with served_by(Server) as address:
        if refused:
            with pytest.raises(UsageError, match="is set"):
                network.get(f"{address}file", 1000)
            with pytest.raises(UsageError, match="is set"):
                network.post(f"{address}echo", b"", "text/x")
        else:
            assert network.get(f"{address}file", 1000)
