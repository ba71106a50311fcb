"""
Every error a person may see, and the exit code it ends in.

::

    SdlcError                    message, hint
    ├── UsageError          2    the command line or a configuration file is wrong
    ├── BlockedError        1    a release was refused, or a verification failed; carries a reason code
    ├── IncompleteError     4    a question that must be answered could not be
    │   └── ToolError       4    a program is missing, hung, crashed or printed garbage
    ├── UnreadableError     4    bytes that are not what they claim to be; never guessed at
    └── StorageError        3    the disk is full or refuses to be written

Everything else that reaches the top is a bug of ours (exit code 3, with a log file).
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a machine reads; "vulnerable", "broken" and "not answered" are never the same number."""

    ALLOWED = 0
    BLOCKED = 1
    USAGE = 2
    BUG = 3
    INCOMPLETE = 4
    INTERRUPTED = 130


class SdlcError(Exception):
    """Something went wrong that the user can act on: what happened and where, and what to do next."""

    exit_code: ExitCode = ExitCode.INCOMPLETE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SdlcError):
    """The command line or a configuration file is wrong; the message names file and key."""

    exit_code = ExitCode.USAGE


class BlockedError(SdlcError):
    """A release was refused or a verification failed; `reason` is a stable code of docs/reason-codes.md."""

    exit_code = ExitCode.BLOCKED

    def __init__(self, reason: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class IncompleteError(SdlcError):
    """A question that must be answered could not be."""

    exit_code = ExitCode.INCOMPLETE


class ToolError(IncompleteError):
    """A program is missing, hung, crashed or printed what nobody can read."""


class UnreadableError(SdlcError):
    """Bytes are not what they claim to be; readers raise this and never guess."""

    exit_code = ExitCode.INCOMPLETE


class StorageError(SdlcError):
    """The disk is full or refuses to be written."""

    exit_code = ExitCode.BUG
