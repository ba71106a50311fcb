"""A virus scanner's daemon on a local socket, which speaks the protocol and knows one text."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = b"harmful-to-the-fake"
VERSION = "ClamAV 1.4.2/27567/Mon Nov 23 09:38:33 2026"


@dataclass
class FakeDaemon:
    """What it says of itself, what it says instead of an answer, how much it takes, and what it was asked."""

    version: str = VERSION
    instead: bytes | None = None
    limit: int = 1 << 30
    seen: list[bytes] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        """Answer one command."""
        with connection, connection.makefile("rb") as stream:
            command = b""
            while not command.endswith(b"\0"):
                command += stream.read(1)
            if command == b"zVERSION\0":
                connection.sendall(self.version.encode() + b"\0")
                return
            assert command == b"zINSTREAM\0"
            data = b""
            while size := struct.unpack(">I", stream.read(4))[0]:
                data += stream.read(size)
                if len(data) > self.limit:
                    connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.seen.append(data)
            found = b"Fake.Test-1 FOUND" if KNOWN in data else b"OK"
            connection.sendall(b"stream: " + found + b"\0" if self.instead is None else self.instead)


@contextmanager
def listening(daemon: FakeDaemon, path: Path | None = None) -> Iterator[str]:
    """The address at which `daemon` answers: of a socket at `path`, else a port of loopback."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    server.listen()
    stopped = threading.Event()

    def serve() -> None:
        while True:
            connection, _ = server.accept()
            if stopped.is_set():
                connection.close()
                return
            try:
                daemon.serve(connection)
            except (OSError, struct.error):
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    address = str(path) if path else f"127.0.0.1:{server.getsockname()[1]}"
    try:
        yield address
    finally:
        stopped.set()
        with socket.socket(server.family) as last:
            last.connect(server.getsockname())
        thread.join(5)
        server.close()
