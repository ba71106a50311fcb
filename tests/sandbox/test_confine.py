"""The sandbox, with real programs: what it keeps in, and what it keeps away."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from sdlc.errors import ToolError
from sdlc.sandbox.confine import LAUNCHER, Level, Limits, clean_environment, confined, probe, product_path
from sdlc.tools import LocalTools

TOOLS = LocalTools(dict(os.environ) | {"A_SECRET": "do not tell"})
OUTBOUND = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5).close()"
LOOPBACK = """
import socket, threading
server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"), daemon=True).start()
print(socket.create_connection(server.getsockname(), 5).recv(5).decode())
"""


def run(code: str, cwd: Path, level: Level, *arguments: str, **limits: int | None) -> str:
    """What the Python program `code` prints in the sandbox."""
    argv = confined([sys.executable, "-I", "-c", code, *arguments], level, Limits(**limits))  # type: ignore[arg-type]
    return TOOLS.run(*argv, cwd=cwd, timeout=60, env=clean_environment(cwd)).stdout.decode().strip()


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    return probe(TOOLS, tmp_path_factory.mktemp("probe"))


@pytest.fixture
def namespace(level: Level) -> Level:
    if level is not Level.NAMESPACE:
        pytest.skip("this machine forbids user namespaces")
    return level


@pytest.fixture
def listener() -> tuple[int, threading.Event]:
    """A port that answers outside of the sandbox, and whether anybody came."""
    server = socket.create_server(("127.0.0.1", 0))
    came = threading.Event()

    def accept() -> None:
        connection, _ = server.accept()
        came.set()
        connection.close()

    threading.Thread(target=accept, daemon=True).start()
    return server.getsockname()[1], came


def test_nothing_outside_can_be_reached(
    namespace: Level, tmp_path: Path, listener: tuple[int, threading.Event]
) -> None:
    port, came = listener
    with pytest.raises(ToolError, match=r"refused|unreachable"):
        run(OUTBOUND, tmp_path, namespace, str(port))
    assert not came.is_set()
    socket.create_connection(("127.0.0.1", port), 5).close()
    assert came.wait(5), "the listener was there all the time"


def test_an_address_of_the_world_is_unreachable(namespace: Level, tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 9), 5)"
    with pytest.raises(ToolError, match="unreachable"):
        run(code, tmp_path, namespace)


def test_loopback_inside_works(namespace: Level, tmp_path: Path) -> None:
    assert run(LOOPBACK, tmp_path, namespace) == "hello"


def test_the_user_stays_who_he_is(namespace: Level, tmp_path: Path) -> None:
    assert run("import os; print(os.getuid(), os.getgid())", tmp_path, namespace) == f"{os.getuid()} {os.getgid()}"


def test_what_the_sandbox_writes_can_be_read_and_removed(namespace: Level, tmp_path: Path) -> None:
    run("open('made', 'w').write('x')", tmp_path, namespace)
    (tmp_path / "made").unlink()


@pytest.mark.parametrize("which", [Level.NAMESPACE, Level.LIMITS])
def test_no_new_privileges_at_either_level(level: Level, which: Level, tmp_path: Path) -> None:
    if which is Level.NAMESPACE and level is not Level.NAMESPACE:
        pytest.skip("this machine forbids user namespaces")
    code = "print([line for line in open('/proc/self/status') if line.startswith('NoNewPrivs')])"
    assert run(code, tmp_path, which) == r"['NoNewPrivs:\t1\n']"


def test_a_program_that_computes_without_end_is_killed(level: Level, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="killed by signal"):
        run("while True: pass", tmp_path, level, cpu_seconds=1)


def test_a_child_has_the_limits_too(level: Level, tmp_path: Path) -> None:
    code = "import subprocess, sys; r = subprocess.run([sys.executable, '-c', 'while True: pass']); print(r.returncode)"
    assert run(code, tmp_path, level, cpu_seconds=1) == "-9"


def test_a_file_cannot_grow_over_the_limit(level: Level, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="File too large"):
        run("open('big', 'wb').write(b'x' * 200_000)", tmp_path, level, file_bytes=100_000)
    assert (tmp_path / "big").stat().st_size <= 100_000
    run("open('small', 'wb').write(b'x' * 90_000)", tmp_path, level, file_bytes=100_000)


def test_memory_is_limited(level: Level, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="MemoryError"):
        run("bytearray(1 << 30)", tmp_path, level, memory_bytes=512 << 20)


def test_no_core_is_dumped(level: Level, tmp_path: Path) -> None:
    assert run("import resource as r; print(r.getrlimit(r.RLIMIT_CORE))", tmp_path, level) == "(0, 0)"


@pytest.mark.skipif(os.getuid() == 0, reason="the kernel does not count the processes of root")
def test_the_number_of_processes_is_limited(level: Level, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="unavailable"):
        run("import os; os.fork()", tmp_path, level, processes=1)


@pytest.mark.parametrize(("launched", "seen"), [(True, False), (False, True)])
def test_open_files_are_not_inherited(level: Level, tmp_path: Path, launched: bool, seen: bool) -> None:
    """Seen without the launcher, so that the silence behind it means something."""
    secret = tmp_path / "secret"
    secret.write_text("do not tell")
    look = "import os; print([f for f in range(3, 99) if os.path.exists(f'/proc/self/fd/{f}')"
    look += " and os.readlink(f'/proc/self/fd/{f}').endswith('secret')])"
    program = [sys.executable, "-I", "-c", look]
    argv = confined(program, level, Limits()) if launched else program
    code = f"import os; os.set_inheritable(os.open({str(secret)!r}, os.O_RDONLY), True); "
    code += f"os.execv({argv[0]!r}, {argv!r})"
    done = TOOLS.run(sys.executable, "-c", code, cwd=tmp_path, timeout=60)
    assert (done.stdout.decode().strip() != "[]") is seen


def test_the_environment_is_clean(level: Level, tmp_path: Path) -> None:
    argv = confined([sys.executable, "-I", "-c", "import os; print('\\n'.join(sorted(os.environ)))"], level, Limits())
    clean = clean_environment(tmp_path, PATH=product_path(Path("/somewhere/bin/python")))
    names = set(TOOLS.run(*argv, cwd=tmp_path, timeout=60, env=clean).stdout.decode().split())
    allowed = {*clean, "TEMP", "TMP", "SYSTEMROOT"}
    assert names <= allowed
    assert {"HOME", "PATH", "PYTHONHASHSEED"} <= names


def test_product_code_finds_its_own_programs_first() -> None:
    assert product_path(Path("/product/env/bin/python")).split(os.pathsep)[0] == "/product/env/bin"


def test_the_exit_code_comes_through(level: Level, tmp_path: Path) -> None:
    argv = confined([sys.executable, "-I", "-c", "raise SystemExit(3)"], level, Limits())
    assert TOOLS.run(*argv, cwd=tmp_path, timeout=60, ok={3}).exit_code == 3


def test_a_program_that_does_not_exist_is_refused_in_a_sentence(level: Level, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"exited with 126: sandbox: .*No such file"):
        TOOLS.run(*confined(["/no/such/program"], level, Limits()), cwd=tmp_path, timeout=60)


def test_words_that_look_like_options_reach_the_program(level: Level, tmp_path: Path) -> None:
    assert run("import sys; print(sys.argv[1:])", tmp_path, level, "--level", "--", "-x") == "['--level', '--', '-x']"


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Path, Path]:
    """A folder that may be written to, and one beside it that may not."""
    if probe(TOOLS, tmp_path, sealed=True) is not Level.SEALED:
        pytest.skip("this machine has no Landlock, no seccomp, or no user namespaces")
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
    return tmp_path / "inside", tmp_path / "outside"


def run_sealed(code: str, inside: Path, **limits: int) -> str:
    argv = confined([sys.executable, "-I", "-c", code], Level.SEALED, Limits(write=(inside,), **limits))
    return TOOLS.run(*argv, cwd=inside.parent, timeout=60, env=clean_environment(inside)).stdout.decode().strip()


def test_sealed_writes_inside_and_not_outside(sealed: tuple[Path, Path]) -> None:
    inside, outside = sealed
    run_sealed("open('inside/made', 'w').write('x'); open('/dev/null', 'w').write('x')", inside)
    assert (inside / "made").read_text() == "x"
    with pytest.raises(ToolError, match="PermissionError"):
        run_sealed("open('outside/made', 'w')", inside)
    assert not list(outside.iterdir())


@pytest.mark.parametrize("kind", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"])
def test_sealed_opens_no_socket_but_runs_an_event_loop(sealed: tuple[Path, Path], kind: str) -> None:
    with pytest.raises(ToolError, match="Operation not permitted"):
        run_sealed(f"import socket; socket.socket(socket.{kind}, socket.SOCK_DGRAM)", sealed[0])
    assert run_sealed("import asyncio; print(asyncio.run(asyncio.sleep(0, 7)))", sealed[0]) == "7"


def test_sealed_is_stopped_when_it_writes_too_much(sealed: tuple[Path, Path]) -> None:
    code = "for n in range(9999): open(f'inside/{n}', 'wb').write(bytes(range(256)) * 4000)"
    with pytest.raises(ToolError, match="exited with 125: sandbox: more than 20000000 bytes were written"):
        run_sealed(code, sealed[0], disk_bytes=20_000_000)


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("raise SystemExit(3)", "exited with 3"),
        ("import os; os.kill(os.getpid(), 15)", "killed by signal 15"),
        ("import os; os.abort()", "killed by signal 6"),
        ("import ctypes; ctypes.string_at(0)", "killed by signal 11"),
    ],
)
def test_sealed_ends_as_the_program_ended(sealed: tuple[Path, Path], code: str, ending: str) -> None:
    with pytest.raises(ToolError, match=ending):
        run_sealed(code, sealed[0])


def test_sealed_leaves_no_process_behind(sealed: tuple[Path, Path]) -> None:
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    open('inside/began', 'w').close()\n"
    code += "    time.sleep(2)\n    open('inside/late', 'w')\nelse:\n    time.sleep(0.5)"
    run_sealed(code, sealed[0])
    time.sleep(2.5)
    assert [path.name for path in sealed[0].iterdir()] == ["began"]


def test_sealed_is_only_given_where_it_is_asked_for(tmp_path: Path) -> None:
    assert probe(TOOLS, tmp_path) in (Level.NAMESPACE, Level.LIMITS)


def test_the_launcher_needs_nothing_but_the_standard_library() -> None:
    files = (LAUNCHER, LAUNCHER.with_name("seal.py"), LAUNCHER.with_name("warden.py"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    names = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert names - {"__future__"} <= set(sys.stdlib_module_names)
