"""
Asks clamd, where the machine has one: bytes go over a local socket, never to another machine.

The protocol is that of the daemon's manual: `INSTREAM` with chunks that each begin with their length, `VERSION` with
the number and the date of its signatures. Whatever is not a plain answer is an error, never "clean".
"""

from __future__ import annotations

import ipaddress
import re
import socket
import struct
from dataclasses import dataclass
from datetime import date, datetime

from sdlc.errors import ToolError

SECONDS = 60.0
CHUNK = 256 * 1024
MAX_ANSWER = 4096

_VERSION = re.compile(
    r"ClamAV (?P<version>[^/\s]{1,40})/(?P<number>\d{1,9})/(?P<date>\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})"
)
_CLEAN = "stream: OK"
_FOUND = re.compile(r"stream: (?P<name>.{1,300}) FOUND")
_HINT = "let gates.malware.clamd name its socket: a path, or 127.0.0.1:PORT"


@dataclass(frozen=True)
class Daemon:
    """A clamd that answers at `address`, and the number and the date of its signatures."""

    address: str
    version: str
    number: int
    date: date

    def ask(self, data: bytes) -> tuple[str, ...]:
        """What clamd calls `data`; nothing when it says that it is clean. Raises ToolError."""
        said = _exchange(self.address, b"zINSTREAM\0", data)
        if said == _CLEAN:
            return ()
        if (found := _FOUND.fullmatch(said)) is not None:
            return (found["name"],)
        hint = "raise StreamMaxLength in clamd.conf" if "size limit" in said else "look into the log of clamd"
        raise ToolError(f"clamd did not look at a file of {len(data)} bytes: {said:.200}", hint=hint)


def reach_daemon(address: str) -> Daemon:
    """The daemon at `address`. Raises ToolError: when there is none, or when it has no signatures."""
    said = _exchange(address, b"zVERSION\0", None)
    matched = _VERSION.fullmatch(said)
    if matched is None:
        raise ToolError(
            f"clamd states no date of its signatures: {said:.100}", hint="run freshclam, and start clamd again"
        )
    try:
        day = datetime.strptime(matched["date"], "%a %b %d %H:%M:%S %Y").date()  # noqa: DTZ007 - it states no zone
    except ValueError:
        raise ToolError(
            f"clamd states no date of its signatures: {said:.100}", hint="run clamd in the C locale"
        ) from None
    return Daemon(address, matched["version"], int(matched["number"]), day)


def _exchange(address: str, command: bytes, data: bytes | None) -> str:
    """What clamd answers to one command. Raises ToolError."""
    try:
        with _connected(address) as connection:
            try:
                connection.sendall(command)
                for start in range(0, len(data or b""), CHUNK):
                    part = memoryview(data or b"")[start : start + CHUNK]
                    connection.sendall(struct.pack(">I", len(part)))
                    connection.sendall(part)
                if data is not None:
                    connection.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has stopped to listen; what it says tells why
            return _answer(connection)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ToolError(f"clamd at {address:.100} does not answer: {reason}", hint=f"start clamd; or {_HINT}") from None


def _answer(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < MAX_ANSWER:
        part = connection.recv(MAX_ANSWER)
        if not part:
            break
        said += part
    if not said.endswith(b"\0"):
        raise ToolError("clamd broke off in the middle of its answer", hint="look into the log of clamd")
    return said[:-1].decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    path = address.removeprefix("unix:")
    if path.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            connection.connect(path)
        except BaseException:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        near = host == "localhost" or ipaddress.ip_address(host).is_loopback
        number = int(port)
    except ValueError:
        text = f"gates.malware.clamd: {address!r:.100} is no local socket"
        raise ToolError(text, hint=_HINT) from None
    if not near:
        raise ToolError(
            f"gates.malware.clamd: {address:.100} is another machine, which must not get the files", hint=_HINT
        )
    return socket.create_connection((host, number), timeout=SECONDS)
