"""The daemon over a real socket: what it finds, what it says of itself, and everything that is no plain answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from fakes.clamd import KNOWN, FakeDaemon, listening

from sdlc.antivirus.daemon import reach_daemon
from sdlc.errors import ToolError


@pytest.mark.parametrize("unix", [True, False])
def test_it_is_asked_about_every_byte(tmp_path: Path, unix: bool) -> None:
    fake = FakeDaemon()
    with listening(fake, tmp_path / "clamd" if unix else None) as address:
        daemon = reach_daemon(address)
        assert (daemon.version, daemon.number, daemon.date) == ("1.4.2", 27567, date(2026, 11, 23))
        large = b"x" * 1_000_000
        assert daemon.ask(large) == daemon.ask(b"") == ()
        assert daemon.ask(large + KNOWN) == ("Fake.Test-1",)
    assert fake.seen == [large, b"", large + KNOWN]


def test_a_prefix_of_the_path(tmp_path: Path) -> None:
    with listening(FakeDaemon(), tmp_path / "c") as address:
        assert reach_daemon(f"unix:{address}").number == 27567


@pytest.mark.parametrize(
    "instead",
    [
        b"",
        b"stream: OK",
        b"ERROR\0",
        b"stream: \0",
        b"UNKNOWN COMMAND\0",
        b"OK\0",
        b"stream: OK\nstream: OK\0",
        b"\xff\0",
    ],
)
def test_what_is_no_plain_answer_is_an_error(tmp_path: Path, instead: bytes) -> None:
    with listening(FakeDaemon(instead=instead), tmp_path / "c") as address:
        daemon = reach_daemon(address)
        with pytest.raises(ToolError, match="clamd"):
            daemon.ask(b"x")


def test_a_file_that_is_larger_than_its_limit(tmp_path: Path) -> None:
    with listening(FakeDaemon(limit=1000), tmp_path / "c") as address:
        with pytest.raises(ToolError, match="size limit") as caught:
            reach_daemon(address).ask(b"x" * 3_000_000)
        assert "StreamMaxLength" in caught.value.hint


@pytest.mark.parametrize(
    "version",
    ["ClamAV 1.4.2", "ClamAV 1.4.2/27567", "ClamAV 1.4.2/27567/Mon Foo 23 09:38:33 2026", "", "x" * 5000, "ClamAV /1/"],
)
def test_a_daemon_without_signatures(tmp_path: Path, version: str) -> None:
    with listening(FakeDaemon(version=version), tmp_path / "c") as address, pytest.raises(ToolError, match="clamd"):
        reach_daemon(address)


def test_a_daemon_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="does not answer") as caught:
        reach_daemon(str(tmp_path / "none"))
    assert "gates.malware.clamd" in caught.value.hint
    with pytest.raises(ToolError, match="does not answer"):
        reach_daemon("127.0.0.1:1")


@pytest.mark.parametrize("address", ["192.0.2.1:3310", "[2001:db8::1]:3310"])
def test_nothing_leaves_the_machine(address: str) -> None:
    with pytest.raises(ToolError, match="another machine"):
        reach_daemon(address)


@pytest.mark.parametrize("address", ["clamd", "localhost", "127.0.0.1:x", "index.example:3310", "relative/path"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ToolError, match="no local socket"):
        reach_daemon(address)
