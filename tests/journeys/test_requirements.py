"""From a file of requirements to the trace matrix, and what a pull request cannot do to it; the installed command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from conftest import commit, git
from fakes.asked import ACCESS, ASKED, FILE, REQUIREMENTS
from fakes.products import CONFIGURATION

from sdlc.errors import ExitCode

Cli = Callable[..., subprocess.CompletedProcess[str]]
POLICY = """\
schema = "sdlc.policy/1"
id = "box"
rules = [{id = "asked-and-shown", type = "required", gate = "requirements"}]
"""


def test_the_matrix_and_the_ways_around_it(repository: Callable[..., Path], cli: Cli) -> None:
    root = repository({**ASKED, "sdlc.toml": CONFIGURATION, ".sdlc/policy.toml": POLICY})
    looked = cli("requirements", "check", cwd=root)
    assert looked.returncode == ExitCode.ALLOWED, looked.stdout + looked.stderr
    assert "2 of 2 requirements verified if their evidence holds" in looked.stdout

    done = cli("check", "--gate", "requirements", cwd=root)
    assert done.returncode == ExitCode.ALLOWED, done.stdout + done.stderr
    traced = cli("requirements", "trace", "--csv", "trace.csv", "--json", "trace.json", cwd=root)
    assert traced.returncode == ExitCode.ALLOWED, traced.stderr
    assert "✓ REQ-007 Numbers are doubled" in traced.stdout
    assert traced.stdout.endswith(" 6 of 6 shown by the last check\n")
    assert len(json.loads((root / "trace.json").read_text())["rows"]) == 6
    (root / "trace.csv").unlink()
    (root / "trace.json").unlink()

    # A change gives the viewer delete, removes a test, and takes REQ-001 and the deny cell out of the file.
    git(root, "switch", "-q", "-c", "feature")
    first, second = REQUIREMENTS.index("  - id: REQ-001"), REQUIREMENTS.index("  - id: REQ-007")
    asked = REQUIREMENTS[:first] + REQUIREMENTS[second:]
    asked = "".join(line for line in asked.splitlines(keepends=True) if "deny" not in line)
    viewer = ACCESS.replace('{"view"},', '{"view", "delete"},')
    commit(root, {FILE: asked, "src/box/access.py": viewer, "tests/test_box.py": "def test_other():\n    pass\n"})
    looked = cli("requirements", "check", cwd=root)
    assert looked.returncode == ExitCode.BLOCKED
    assert "tests/test_box.py::test_double leads nowhere: tests/test_box.py defines no test_double" in looked.stdout
    done = cli("check", "--gate", "requirements", "--since", "main", "-v", cwd=root)
    assert done.returncode == ExitCode.BLOCKED, done.stdout + done.stderr
    for said in (
        "REQ-007 unverified: tests/test_box.py::test_double did not run in this build",
        "viewer/delete: the matrix does not say whether it is allowed",
        "the requirement REQ-001 (Nobody without a role sees anything) is gone",
        "viewer/delete: the cell, which said deny, is gone",
    ):
        assert said in done.stdout, said
    traced = cli("requirements", "trace", cwd=root)
    assert traced.returncode == ExitCode.BLOCKED
    assert "✗ REQ-007 Numbers are doubled" in traced.stdout
    assert "did not run in this build" in traced.stdout


def test_what_a_user_gets_wrong_is_a_sentence(repository: Callable[..., Path], cli: Cli) -> None:
    root = repository({"app.py": "x = 1\n"})
    absent = cli("requirements", "check", cwd=root)
    assert (absent.returncode, "there is no security/requirements.yaml" in absent.stderr) == (ExitCode.USAGE, True)
    commit(root, {FILE: REQUIREMENTS.replace("category: integrity", "kind: x")})
    wrong = cli("requirements", "check", cwd=root)
    assert wrong.returncode != ExitCode.BUG
    assert f"{FILE}:" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    explained = cli("explain", "ROLE-CELL", cwd=root)
    assert "a rule about requirements" in explained.stdout
