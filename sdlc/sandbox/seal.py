"""
Landlock and seccomp through the C library: what a process may write, and which system calls it does not get.

Standard library only, loaded by the launcher from its file. Linux on x86-64; elsewhere every function raises OSError.
Numbers are those of the kernel's headers: linux/landlock.h, linux/seccomp.h, linux/filter.h, asm/unistd_64.h.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG = 1
PATH_BENEATH = 1
WRITE_FILE, TRUNCATE = 1 << 1, 1 << 14
CHANGES = WRITE_FILE | TRUNCATE | sum(1 << bit for bit in range(4, 14))
"""Write, truncate, make, remove and move, whatever the kind of file. Reading is not restricted."""

TCP = 0b11
SCOPES = 0b11
"""Abstract sockets and signals of processes outside."""

NEEDED_ABI = 3
PR_SET_SECCOMP, FILTER = 22, 2
AUDIT_ARCH_X86_64 = 0xC000003E
X32 = 0x40000000
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # errno EPERM
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
DENIED = {
    "socket": 41, "ptrace": 101, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "init_module": 175,
    "delete_module": 176, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
    "perf_event_open": 298, "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
    "finit_module": 313, "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "pidfd_getfd": 438, "mount_setattr": 442,
}  # fmt: skip
"""System calls of x86-64 that answer EPERM. `socketpair` stays: event loops need it, and it reaches nobody."""


def seal(folders: Sequence[str]) -> None:
    """From now on this process and its children write only in `folders` and /dev/null, and open no socket.

    Needs no-new-privileges. Raises OSError when the kernel has no Landlock of ABI 3 (Linux 6.2), or no seccomp.
    """
    if platform.machine() != "x86_64" or not hasattr(os, "O_PATH"):
        raise OSError(f"sealing is not known for {platform.machine()}")
    _landlock(folders)
    _seccomp()


def _landlock(folders: Sequence[str]) -> None:
    abi = _syscall(CREATE_RULESET, None, 0, VERSION_FLAG)
    if abi < NEEDED_ABI:
        raise OSError(f"Landlock ABI {abi} cannot forbid everything that changes a file")
    handled = struct.pack("=Q", CHANGES)
    handled += struct.pack("=Q", TCP) if abi >= 4 else b""
    handled += struct.pack("=Q", SCOPES) if abi >= 6 else b""
    rules = _syscall(CREATE_RULESET, handled, len(handled), 0)
    for path, rights in [*((folder, CHANGES) for folder in folders), ("/dev/null", WRITE_FILE | TRUNCATE)]:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        _syscall(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
        os.close(place)
    _syscall(RESTRICT_SELF, rules, 0)
    os.close(rules)


def _seccomp() -> None:
    """Another architecture's calls, those of x32, and the denied ones are refused; all others go through."""
    numbers = sorted(DENIED.values())
    refuse = len(numbers) + 1
    program = [
        (LOAD, 0, 0, 4),
        (EQUAL, 0, refuse + 2, AUDIT_ARCH_X86_64),
        (LOAD, 0, 0, 0),
        (AT_LEAST, refuse, 0, X32),
        *((EQUAL, refuse - 1 - position, 0, number) for position, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_SECCOMP, ctypes.c_ulong(FILTER), head, ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _syscall(number: int, *arguments: bytes | int | None) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    wide = [ctypes.c_long(value) if isinstance(value, int) else ctypes.c_char_p(value) for value in arguments]
    answer: int = library.syscall(ctypes.c_long(number), *wide)
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}: {os.strerror(ctypes.get_errno())}")
    return answer
