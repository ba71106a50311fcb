"""The sandbox, with real programs: what it keeps in, and what it keeps away."""

from __future__ import annotations

import os
import socket
import sys
import threading
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


def test_the_launcher_needs_nothing_but_the_standard_library() -> None:
    names = {line.split()[1] for line in LAUNCHER.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert names - {"__future__"} <= set(sys.stdlib_module_names)
