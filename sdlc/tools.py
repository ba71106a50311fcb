"""
The only starter of programs.

Every run has a timeout, a limit on what it may print, a clean environment, a set of exit codes that are fine, and
both pipes read at once. A program that is missing, hangs, crashes or prints without end raises ToolError with a
sentence and the next step; nothing is ever taken for an empty answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from sdlc.errors import ToolError
from sdlc.model.digest import Digest
from sdlc.model.result import ToolVersion

MAX_OUTPUT = 256 * 1024 * 1024

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP")
"""Environment variables that every program gets; anything else must be asked for by name."""

NETWORK_PREFIXES = (
    "UV_",
    "PIP_",
    "SSL_",
    "REQUESTS_",
    "CURL_",
    "HTTP_",
    "HTTPS_",
    "NO_PROXY",
    "http_",
    "https_",
)
"""What a program that fetches packages gets besides: indexes, proxies and certificate stores."""


@dataclass(frozen=True)
class Completed:
    """A program that ended in time with an exit code that is fine."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    seconds: float


class Tools(Protocol):
    """Starts programs; `tests/fakes/tools.py` holds its one fake."""

    def run(
        self,
        *argv: str,
        cwd: Path,
        timeout: float,
        ok: AbstractSet[int] = frozenset({0}),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        network: bool = False,
        max_output: int = MAX_OUTPUT,
    ) -> Completed:
        """Run `argv` to its end; `env` is added to the clean environment. Raises ToolError."""

    def identify(self, program: str, *, distribution: str = "") -> ToolVersion:
        """Version (of the Python distribution that ships it) and digest of the file behind `program`."""


class LocalTools:
    """Starts programs on this machine; those of our own environment come before those of PATH."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def stop(self) -> None:
        """Kill every program that still runs, and start no more; for an interrupt."""
        self._stopped = True
        for process in list(self._running):
            kill_group(process)

    def run(
        self,
        *argv: str,
        cwd: Path,
        timeout: float,
        ok: AbstractSet[int] = frozenset({0}),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        network: bool = False,
        max_output: int = MAX_OUTPUT,
    ) -> Completed:
        """Run `argv` to its end; `env` is added to the clean environment. Raises ToolError."""
        name = Path(argv[0]).name
        command = [self._find(argv[0]), *argv[1:]]
        started = time.monotonic()
        if self._stopped:
            raise ToolError(f"{name} was not started: the run was interrupted")
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=self._clean_environment(env or {}, network=network),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise ToolError(f"{name} could not be started: {reason}", hint=_install_hint(name)) from error
        self._running.add(process)
        collector = _Collector(process, stdin, max_output)
        try:
            ended = collector.wait(timeout)
        except BaseException:
            kill_group(process)
            raise
        finally:
            self._running.discard(process)
        seconds = time.monotonic() - started
        if collector.overflowed:
            raise ToolError(f"{name} printed more than {max_output} bytes and was stopped")
        if not ended:
            raise ToolError(
                f"{name} did not end within {timeout:g} s and was stopped",
                hint="raise the gate's `timeout` in sdlc.toml, or look why it hangs",
            )
        exit_code = process.returncode
        if exit_code not in ok:
            said = _last_words(collector.stderr) or _last_words(collector.stdout)
            ending = f"was killed by signal {-exit_code}" if exit_code < 0 else f"exited with {exit_code}"
            raise ToolError(f"{name} {ending}{': ' + said if said else ''}")
        return Completed(exit_code, collector.stdout, collector.stderr, seconds)

    def identify(self, program: str, *, distribution: str = "") -> ToolVersion:
        """Version (of the Python distribution that ships it) and digest of the file behind `program`."""
        path = self._find(program)
        try:
            version = importlib.metadata.version(distribution or program)
        except importlib.metadata.PackageNotFoundError:
            version = "unknown"
        with open(path, "rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return ToolVersion(program, version, Digest(digest))

    def _find(self, program: str) -> str:
        if os.sep in program:
            return program
        beside = Path(sys.executable).parent
        found = shutil.which(program, path=str(beside)) or shutil.which(
            program, path=self._environment.get("PATH", os.defpath)
        )
        if found is None:
            raise ToolError(f"{program} is not installed", hint=_install_hint(program))
        return found

    def _clean_environment(self, env: Mapping[str, str], *, network: bool) -> dict[str, str]:
        clean = {key: value for key, value in self._environment.items() if key in PASSED_ON}
        if network:
            clean |= {
                key: value
                for key, value in self._environment.items()
                if key == "HOME" or key.startswith(NETWORK_PREFIXES)
            }
        beside = str(Path(sys.executable).parent)
        clean["PATH"] = os.pathsep.join((beside, clean.get("PATH", os.defpath)))
        return clean | dict(env)


class _Within:
    """The same tools, of which none may run past a common deadline."""

    def __init__(self, tools: Tools, seconds: float) -> None:
        self._tools = tools
        self._deadline = time.monotonic() + seconds

    def run(
        self,
        *argv: str,
        cwd: Path,
        timeout: float,
        ok: AbstractSet[int] = frozenset({0}),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        network: bool = False,
        max_output: int = MAX_OUTPUT,
    ) -> Completed:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise ToolError("the gate's time is used up", hint="give it less to look at")
        return self._tools.run(
            *argv,
            cwd=cwd,
            timeout=min(timeout, left),
            ok=ok,
            stdin=stdin,
            env=env,
            network=network,
            max_output=max_output,
        )

    def identify(self, program: str, *, distribution: str = "") -> ToolVersion:
        return self._tools.identify(program, distribution=distribution)


def within(tools: Tools, seconds: float) -> Tools:
    """`tools`, of which no run goes on longer than `seconds` from now."""
    return _Within(tools, seconds)


class _Collector:
    """Reads both pipes at once, each in its thread, and stops the program when it prints too much."""

    def __init__(self, process: subprocess.Popen[bytes], stdin: bytes, limit: int) -> None:
        self._process = process
        self._limit = limit
        self.overflowed = False
        self._chunks: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        assert process.stdin is not None  # noqa: S101 - all three pipes were asked for
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        self._threads = [
            threading.Thread(target=self._drain, args=("stdout", process.stdout), daemon=True),
            threading.Thread(target=self._drain, args=("stderr", process.stderr), daemon=True),
            threading.Thread(target=self._feed, args=(process.stdin, stdin), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def stdout(self) -> bytes:
        return b"".join(self._chunks["stdout"])

    @property
    def stderr(self) -> bytes:
        return b"".join(self._chunks["stderr"])

    def wait(self, timeout: float) -> bool:
        """True when the program ended by itself in time; otherwise it and all its children are killed."""
        deadline = time.monotonic() + timeout
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            kill_group(self._process)
            return False
        # A grandchild may hold the pipes open after the program itself has ended.
        for thread in self._threads[:2]:
            thread.join(max(0.0, min(5.0, deadline - time.monotonic())))
        alive = any(thread.is_alive() for thread in self._threads[:2])
        kill_group(self._process)
        if alive:
            for thread in self._threads[:2]:
                thread.join(5.0)
        return True

    def _drain(self, name: str, stream: IO[bytes]) -> None:
        size = 0
        with stream:
            while chunk := stream.read1(65536):  # type: ignore[attr-defined]
                size += len(chunk)
                if size > self._limit:
                    self.overflowed = True
                    kill_group(self._process)
                    return
                self._chunks[name].append(chunk)

    def _feed(self, stream: IO[bytes], data: bytes) -> None:
        try:
            with stream:
                stream.write(data)
        except (BrokenPipeError, OSError):
            return


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill `process` and everything that it started in its session; reap it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:
        process.kill()
        process.wait()


def _last_words(output: bytes) -> str:
    lines: Sequence[str] = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    for line in reversed(lines):
        if line:
            return "".join(character if character.isprintable() else "?" for character in line)[:300]
    return ""


def _install_hint(name: str) -> str:
    if name in {"git", "make"}:
        return f"install {name} with the system's package manager"
    return f"`{name}` comes with the extra: pip install 'secure-sdlc[gates]'; `sdlc doctor` lists what is missing"
