"""What is seen of a real program's sockets, in the real sandbox: its children's and detached ones' too."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sdlc.sandbox import watch_sockets
from sdlc.sandbox.confine import Level, Limits, clean_environment, confined, probe
from sdlc.tools import LocalTools

TOOLS = LocalTools(dict(os.environ))
SERVE = """
import socket, sys, time
kinds = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
held = []
for word in sys.argv[1:]:
    kind, address, port = word.split("/")
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kinds[kind])
    one.bind((address, int(port)))
    held.append(one)
    if kind == "tcp":
        one.listen()
client = socket.socket()
client.connect(held[0].getsockname()[:2]) if held[0].type == socket.SOCK_STREAM else None
"""
WAIT = "time.sleep(60)\n"
DETACH = """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
time.sleep(60)
"""
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)\n"


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    return probe(TOOLS, tmp_path_factory.mktemp("probe"))


def watch(cwd: Path, level: Level, code: str, *arguments: str, seconds: float = 0.7) -> dict[str, Any]:
    """The answer of the watcher about a Python program."""
    alone = "alone" if level is Level.NAMESPACE else "shared"
    command = [
        sys.executable,
        "-I",
        watch_sockets.__file__,
        str(seconds),
        alone,
        sys.executable,
        "-c",
        code,
        *arguments,
    ]
    done = TOOLS.run(*confined(command, level, Limits()), cwd=cwd, timeout=60, env=clean_environment(cwd))
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def places(answer: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(kind, port, address) for kind, port, address, _ in answer["sockets"]]


def test_what_waits_is_seen_with_its_address_and_what_is_connected_is_not(tmp_path: Path, level: Level) -> None:
    answer = watch(tmp_path, level, SERVE + WAIT, "tcp/127.0.0.1/2323", "udp/0.0.0.0/5353", "tcp/::1/2324")
    assert places(answer) == [("tcp", 2323, "127.0.0.1"), ("tcp", 2324, "::1"), ("udp", 5353, "0.0.0.0")]
    assert all(name for *_, name in answer["sockets"])
    assert answer["ended"] is None


def test_sockets_of_a_process_that_detached_are_seen_and_it_is_ended(tmp_path: Path, level: Level) -> None:
    started = time.monotonic()
    answer = watch(tmp_path, level, SERVE + DETACH, "tcp/127.0.0.1/2325")
    assert places(answer) == [("tcp", 2325, "127.0.0.1")]
    assert time.monotonic() - started < 20


def test_a_program_that_will_not_end_is_ended(tmp_path: Path, level: Level) -> None:
    assert places(watch(tmp_path, level, SERVE + STUBBORN, "tcp/127.0.0.1/2326")) == [("tcp", 2326, "127.0.0.1")]


def test_a_program_that_ends_by_itself_and_one_that_is_not_there(tmp_path: Path, level: Level) -> None:
    answer = watch(tmp_path, level, "print('bye'); raise SystemExit(3)", seconds=30)
    assert (answer["ended"], answer["printed"].strip(), answer["sockets"]) == (3, "bye", [])
    alone = "alone" if level is Level.NAMESPACE else "shared"
    command = [sys.executable, "-I", watch_sockets.__file__, "5", alone, "no-such-program"]
    done = TOOLS.run(*confined(command, level, Limits()), cwd=tmp_path, timeout=60, env=clean_environment(tmp_path))
    assert "could not be started: No such file" in json.loads(done.stdout)["problem"]


def test_only_its_own_sockets_are_seen_where_the_network_is_shared(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        answer = watch(tmp_path, Level.LIMITS, SERVE + WAIT, "tcp/127.0.0.1/0")
        ports = [port for _, port, _ in places(answer)]
        assert len(ports) == 1
        assert other.getsockname()[1] not in ports


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0100007F", "127.0.0.1"),
        ("00000000", "0.0.0.0"),
        ("00000000000000000000000001000000", "::1"),
        ("0000000000000000FFFF00000100007F", "127.0.0.1"),
        ("000080FE00000000FF5D1502230A5FFE", "fe80::215:5dff:fe5f:a23"),
    ],
)
@pytest.mark.skipif(sys.byteorder != "little", reason="the samples are of a little-endian machine")
def test_addresses_as_the_kernel_writes_them(text: str, address: str) -> None:
    assert watch_sockets.address_of(text) == address
