"""Command lines that start a server: where it will listen, from the words that a container or a unit is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

EVERYWHERE = "0.0.0.0"  # noqa: S104 - this is what is looked for


@dataclass(frozen=True)
class Listening:
    """One address; `port` is a number as text, or a hole."""

    port: str
    bind: str
    tls: str = "off"
    protocol: str = "tcp"


@dataclass(frozen=True)
class _Server:
    """Options of a program: those that name host, port, both together, and those that switch TLS on."""

    host: tuple[str, ...] = ("--host",)
    port: tuple[str, ...] = ("--port",)
    both: tuple[str, ...] = ()
    tls: tuple[str, ...] = ()
    default: tuple[str, str] = ("127.0.0.1", "8000")


_BOTH = _Server((), (), ("-b", "--bind"), ("--certfile", "--keyfile"))
SERVERS = {
    "uvicorn": _Server(tls=("--ssl-keyfile", "--ssl-certfile")),
    "gunicorn": _BOTH,
    "hypercorn": _BOTH,
    "flask": _Server(("-h", "--host"), ("-p", "--port"), (), ("--cert",), ("127.0.0.1", "5000")),
    "quart": _Server(("-h", "--host"), ("-p", "--port"), (), ("--cert", "--certfile"), ("127.0.0.1", "5000")),
    "fastapi": _Server(default=(EVERYWHERE, "8000")),
    "granian": _Server(tls=("--ssl-certificate",)),
    "daphne": _Server(("-b", "--bind"), ("-p", "--port")),
    "waitress-serve": _Server(both=("--listen",), default=(EVERYWHERE, "8080")),
    "sanic": _Server(("-H", "--host"), ("-p", "--port"), (), ("--cert", "--tls")),
    "litestar": _Server(("-H", "--host"), ("-p", "--port"), (), ("--ssl-certfile",)),
    "streamlit": _Server(("--server.address",), ("--server.port",), (), (), (EVERYWHERE, "8501")),
    "http.server": _Server(("-b", "--bind"), (), (), ("--tls-cert",), (EVERYWHERE, "8000")),
    "runserver": _Server((), (), (), (), ("127.0.0.1", "8000")),
    "storescp": _Server((), (), (), ("+tls",), (EVERYWHERE, "")),
}
"""What starts servers, by the word that says so."""

_STARTING = {"flask": "run", "fastapi": "run", "quart": "run", "litestar": "run", "streamlit": "run"}
_NUMBER = re.compile(r"\d{1,5}\Z")


def listening_of(words: Sequence[str]) -> list[Listening]:
    """Where the command that `words` are would listen; empty when nothing of it is known to."""
    texts = [defaulted(word) for word in words]
    for index, word in enumerate(texts):
        name = word.rpartition("/")[2]
        if name not in SERVERS or (name in _STARTING and _STARTING[name] not in texts[index:]):
            continue
        return _of(name, SERVERS[name], texts[index + 1 :])
    return []


def defaulted(text: str) -> str:
    """`${PORT:-8000}` is 8000, because it is what runs when nobody says otherwise; `$PORT` is a hole."""
    plain = re.sub(r"\$\{\w+:?-([^{}]*)\}", r"\1", text)
    return re.sub(r"\$\{?(\w+)\}?(?::\?[^}]*\})?", r"{?\1}", plain)


def split_address(text: str, default_port: str = "8000") -> Listening:
    """`host:port`, `[::]:port`, `*:port`, `port` or `:port`."""
    if _NUMBER.match(text) or text.startswith("{?"):
        return Listening(text, EVERYWHERE)
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, default_port
    bind = host.strip("[]") or EVERYWHERE
    return Listening(port, EVERYWHERE if bind == "*" else "?" if "{?" in bind else bind)


def _of(name: str, server: _Server, words: Sequence[str]) -> list[Listening]:
    host, port = server.default
    tls = "on" if any(_starts(word, server.tls) for word in words) else "off"
    addresses: list[Listening] = []
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        value = value if equals else words[index + 1] if index + 1 < len(words) else ""
        if option in server.host:
            host = value
        elif option in server.port:
            port = value
        elif option in server.both and not value.startswith(("unix:", "fd:", "fd@")):
            addresses.append(split_address(value, port))
        elif name in ("runserver", "http.server", "storescp") and not word.startswith(("-", "+")):
            before = words[index - 1] if index else ""
            if re.fullmatch(r"(\S+:)?\d{1,5}", word) and not before.startswith("-"):
                address = split_address(word, port)
                port, host = address.port, address.bind if ":" in word else host
    if not addresses and port:
        addresses = [split_address(f"{host}:{port}")]
    return [Listening(one.port, one.bind, tls) for one in addresses]


def _starts(word: str, options: tuple[str, ...]) -> bool:
    return word.partition("=")[0] in options
