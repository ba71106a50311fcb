"""Of the base, a gate that judges each file for itself looks again only at what the change touched."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from conftest import commit

from sdlc.errors import ExitCode

Make = Callable[..., Path]
Cli = Callable[..., subprocess.CompletedProcess[str]]
INJECTION = "import subprocess\n\ndef run(request):\n    subprocess.run(f\"ls {request.args['x']}\", shell=True)\n"
EXCUSED = "import os\n\n\ndef run(x):\n    os.system(x)  # nosec B605: checked by hand\n"
SINCE = ("check", "--since", "HEAD~1", "--gate", "static-analysis")


def scans(root: Path) -> list[list[str]]:
    """The files that each run of semgrep said it had looked at."""
    found = []
    for path in sorted((root / ".sdlc" / "out" / "objects").rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if b'"scanned"' in data:
            found.append(sorted(json.loads(data)["paths"]["scanned"]))
    return sorted(found, key=len)


def test_an_unchanged_file_is_looked_at_once(repository: Make, cli: Cli) -> None:
    root = repository({"old.py": INJECTION, "excused.py": EXCUSED, "app.py": "x = 1\n"})
    commit(root, {"app.py": "x = 2\n"})
    done = cli(*SINCE, cwd=root)
    assert done.returncode == ExitCode.ALLOWED, done.stdout
    assert scans(root) == [["app.py"], ["app.py", "excused.py", "old.py"]]


def test_a_copy_of_an_old_weakness_in_another_file_is_new(repository: Make, cli: Cli) -> None:
    root = repository({"old.py": INJECTION, "app.py": "x = 1\n"})
    commit(root, {"app.py": INJECTION})
    done = cli(*SINCE, cwd=root)
    assert done.returncode == ExitCode.BLOCKED
    assert "app.py:4  command-injection" in done.stdout
    assert "old.py" not in done.stdout


def test_a_change_of_no_python_file_needs_no_look_at_the_base(repository: Make, cli: Cli) -> None:
    root = repository({"old.py": INJECTION})
    commit(root, {"README.md": "Hello\n"})
    assert cli(*SINCE, cwd=root).returncode == ExitCode.ALLOWED
    assert scans(root) == [["old.py"]]
