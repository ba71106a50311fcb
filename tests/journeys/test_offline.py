"""`sdlc verify` needs no network: not in a namespace without one, and not where every socket is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import SDLC
from fakes import releases
from fakes.releases import SIGNED, trust_root

from sdlc.signing.trust_json import dump_trust

BAN = """
import sys

def refuse(event, _arguments):
    if event.startswith("socket."):
        raise SystemExit(f"the network was asked for: {event}")

sys.addaudithook(refuse)
if sys.argv[1] == "probe":
    import socket
    socket.socket()
from sdlc.cli import console
console()
"""


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    (tmp_path / "bundle.zip").write_bytes(releases.good_bundle(tmp_path / "store"))
    (tmp_path / "trust.json").write_bytes(dump_trust(trust_root()))
    at = (SIGNED + timedelta(days=1)).isoformat()
    return ["verify", str(tmp_path / "bundle.zip"), "--trust", str(tmp_path / "trust.json"), "--at", at]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_where_every_socket_is_refused(words: list[str]) -> None:
    assert "the network was asked for" in run([sys.executable, "-I", "-c", BAN, "probe"]).stderr
    answer = run([sys.executable, "-I", "-c", BAN, *words])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.startswith("VERIFIED")


def test_in_a_namespace_without_a_network(words: list[str]) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or run([unshare, "-rn", "true"]).returncode != 0:
        pytest.skip("this machine forbids user namespaces")
    links = run([unshare, "-rn", "cat", "/proc/net/dev"]).stdout
    assert "lo:" in links
    assert len(links.splitlines()) == 3
    answer = run([unshare, "-rn", str(SDLC), *words])
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_forgery_is_refused_there_too(words: list[str]) -> None:
    bundle = Path(words[1])
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    answer = run([sys.executable, "-I", "-c", BAN, *words])
    assert answer.returncode == 1
    assert answer.stdout.startswith("REFUSED")
