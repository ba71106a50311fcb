"""docs/adopt.md on three real packages: the first check is useful and not red, and then only what is new blocks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from conftest import commit, git, run_sdlc

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
PACKAGES = re.findall(r"^([a-z]+)==", REQUIREMENTS.read_text(), re.MULTILINE)
WEAK = "import subprocess\n\ndef run(request):\n    subprocess.run(f\"ls {request.args['x']}\", shell=True)\n"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archives, as their index serves them; a digest that does not fit is refused by pip."""
    folder = tmp_path_factory.mktemp("archives")
    words = ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:"]
    words += ["--require-hashes", "--dest", str(folder), "--requirement", str(REQUIREMENTS)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, timeout=600)
    return folder


def checked(root: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = run_sdlc("check", "--format", "json", *words, cwd=root, timeout=600)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_real_package_is_adopted(archives: Path, tmp_path: Path, name: str) -> None:
    [archive] = archives.glob(f"{name}-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    [root] = tmp_path.iterdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, {}, "As released")

    done = run_sdlc("init", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert run_sdlc("init", cwd=root).stdout.count("kept") == 4, "it writes over nothing"
    commit(root, {}, "Adopt secure-sdlc")
    code, document = checked(root)
    assert code == 0, document["verdict"]
    assert document["verdict"]["answer"] == "allowed"
    assert "adopting" in document["verdict"]["labels"]
    looked = {gate["id"]: gate["outcome"] for gate in document["gates"]}
    assert looked["static-analysis"] in ("passed", "failed")
    assert looked["secrets"] in ("passed", "failed")
    assert not git(root, "status", "--porcelain")

    [folder] = {path.parent for path in root.glob("**/__init__.py") if path.parent.name.lower() == name}
    commit(root, {str((folder / "extra.py").relative_to(root)): WEAK}, "One vulnerable line")
    code, document = checked(root, "--since", "HEAD~1", "--gate", "static-analysis")
    assert code == 1
    blocking = [f for rule in document["verdict"]["rules"] if rule["state"] == "blocked" for f in rule["findings"]]
    assert [(one["rule"], one["place"]["line"]) for one in blocking] == [("command-injection", 4)]
