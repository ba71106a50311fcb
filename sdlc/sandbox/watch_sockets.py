"""
Starts a program, watches for some seconds which sockets it and its children open to wait, and ends all of them.

Standard library only, started with `python -I` inside of the sandbox, whose network is then that of the program alone.
Prints one JSON object: the sockets, how the program ended if it ended by itself, the end of what it printed. What is
read is /proc: the tables of sockets, and the descriptors of the processes that descend from this one.
"""

from __future__ import annotations

import ctypes
import ipaddress
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: children of children that detach come to us, not to init
LISTEN, UNCONNECTED = "0A", "07"  # include/net/tcp_states.h
TABLES = {"tcp": LISTEN, "tcp6": LISTEN, "udp": UNCONNECTED, "udp6": UNCONNECTED}
STEP, GRACE, MAX_PRINTED = 0.1, 5.0, 4000
PROC = Path("/proc")


def main() -> None:
    """`watch_sockets.py SECONDS alone|shared PROGRAM …`; `alone`: the network has nothing but this program in it."""
    seconds, network, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    found: set[tuple[str, int, str, str]] = set()
    with tempfile.TemporaryFile() as printed:
        try:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            report(found, None, "", f"it could not be started: {error.strerror or error}")
            return
        until = time.monotonic() + seconds
        while time.monotonic() < until and child.poll() is None:
            found |= waiting(owners(descendants(os.getpid())), network == "alone")
            time.sleep(STEP)
        ended = child.poll()
        end(child)
        printed.seek(max(0, printed.seek(0, os.SEEK_END) - MAX_PRINTED))
        report(found, ended, printed.read().decode("utf-8", "replace"), "")


def report(found: set[tuple[str, int, str, str]], ended: int | None, printed: str, problem: str) -> None:
    """Write the answer."""
    answer = {"sockets": sorted(found), "ended": ended, "printed": printed, "problem": problem}
    sys.stdout.write(json.dumps(answer))


def descendants(of: int) -> list[int]:
    """The processes below `of`."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                children.setdefault(int(status[1]), []).append(int(entry.name))
            except (OSError, IndexError, ValueError):
                continue
    found: list[int] = []
    queue = [of]
    while queue:
        more = children.get(queue.pop(), [])
        found += more
        queue += more
    return found


def owners(processes: list[int]) -> dict[str, str]:
    """The name of the program that has a socket open, by the socket's inode."""
    found: dict[str, str] = {}
    for number in processes:
        try:
            name = (PROC / str(number) / "comm").read_text("utf-8", "replace").strip()
            for descriptor in (PROC / str(number) / "fd").iterdir():
                link = os.readlink(descriptor)
                if link.startswith("socket:["):
                    found[link[8:-1]] = name
        except OSError:
            continue
    return found


def waiting(owned: dict[str, str], alone: bool) -> set[tuple[str, int, str, str]]:
    """Protocol, port, address and program of every socket that waits, of ours or, in a network of its own, of all."""
    found = set()
    for table, state in TABLES.items():
        try:
            lines = (PROC / "self" / "net" / table).read_text("ascii", "replace").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if len(words) > 9 and words[3] == state and (alone or words[9] in owned):
                address, _, port = words[1].partition(":")
                found.add((table[:3], int(port, 16), address_of(address), owned.get(words[9], "")))
    return found


def address_of(text: str) -> str:
    """An address as /proc writes it, in words of four bytes in the machine's order, as people do."""
    words = (text[start : start + 8] for start in range(0, len(text), 8))
    raw = b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
    address = ipaddress.ip_address(raw)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask every descendant to end, then make it."""
    for sign, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        for number in descendants(os.getpid()):
            try:
                os.kill(number, sign)
            except OSError:
                continue
        until = time.monotonic() + patience
        while time.monotonic() < until:
            child.poll()
            reap()
            if not descendants(os.getpid()):
                return
            time.sleep(STEP)


def reap() -> None:
    """Take leave of children that came to us and ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return


if __name__ == "__main__":
    main()
