"""
Confines itself, then becomes the program it was given: standard library only, started with `python -I`.

Order matters: namespaces first (they need the privileges), then no-new-privileges, then limits, then exec. Whatever
cannot be done ends with exit code 126 and nothing is started: a sandbox that only half works is none. Level `sealed`
adds a process namespace with a warden in it, Landlock and seccomp.

What it does not do: product code can read what the user who started it can and, below level `sealed`, write it too,
sockets in the file system included. A job that runs product code must therefore hold no key.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import importlib.util
import os
import resource
import socket
import struct
import sys
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID = 0x10000000, 0x40000000, 0x20000000  # linux/sched.h
PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40  # linux/sockios.h, linux/if.h
REFUSED = 126


def main() -> None:
    """Parse, confine, exec; never returns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--level", choices=["sealed", "namespace", "limits"], required=True)
    parser.add_argument("--cpu", type=int, required=True)
    parser.add_argument("--memory", type=int, required=True)
    parser.add_argument("--file", type=int, required=True)
    parser.add_argument("--processes", type=int)
    parser.add_argument("--write", action="append", default=[], help="level sealed: folder that may be written to")
    parser.add_argument("--disk", type=int, default=0, help="level sealed: bytes that may lie in all of them")
    parser.add_argument("argv", nargs="+")
    options = parser.parse_args()
    try:
        if options.level != "limits":
            enter_network_namespace()
        if sys.platform == "linux":
            call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        set_limits(options)
        if options.level == "sealed":
            call("unshare", CLONE_NEWPID)
            warden = beside("warden")
            warden.end_as(warden.watched(lambda: become(options), options.write, options.disk))
        become(options)
    except (OSError, AttributeError, ValueError) as error:
        refuse(error)


def become(options: argparse.Namespace) -> None:
    """The program; never returns."""
    try:
        if options.level == "sealed":
            beside("seal").seal(options.write)
        os.execvp(options.argv[0], options.argv)  # noqa: S606 - the purpose of this program
    except (OSError, AttributeError, ValueError) as error:
        refuse(error)


def refuse(error: Exception) -> None:
    """Say why and end; nothing was started."""
    os.write(2, f"sandbox: {error}\n".encode("utf-8", "backslashreplace"))
    os._exit(REFUSED)


def beside(name: str) -> Any:
    """The module of that name in this folder: started with -I, this program has nothing else to import."""
    spec = importlib.util.spec_from_file_location(name, os.path.join(os.path.dirname(__file__), f"{name}.py"))
    if spec is None or spec.loader is None:
        raise OSError(f"{name} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def enter_network_namespace() -> None:
    """A network with nothing but its own loopback; the user stays who he is."""
    uid, gid = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
    with open("/proc/self/setgroups", "w") as stream:
        stream.write("deny")
    for name, number in (("uid_map", uid), ("gid_map", gid)):
        with open(f"/proc/self/{name}", "w") as stream:
            stream.write(f"{number} {number} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))


def set_limits(options: argparse.Namespace) -> None:
    """Resource limits, for this process and all that it starts."""
    limits = {
        resource.RLIMIT_CPU: options.cpu,
        resource.RLIMIT_AS: options.memory,
        resource.RLIMIT_FSIZE: options.file,
        resource.RLIMIT_CORE: 0,
    }
    if options.processes is not None:
        limits[resource.RLIMIT_NPROC] = options.processes
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def call(name: str, *arguments: int) -> None:
    """A function of the C library that returns 0, or OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*map(ctypes.c_ulong, arguments)) != 0:  # prctl compares whole registers
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
