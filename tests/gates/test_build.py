"""The build gate on a real product, built by a real backend in the real sandbox."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.products import PRODUCT, READY, TOOLS, built, open_product
from fakes.wheels import make_wheel

from sdlc.errors import ToolError
from sdlc.gates import build
from sdlc.model.digest import sha256
from sdlc.model.result import Context, Outcome, RawArtifacts
from sdlc.readings import build as reading
from sdlc.sandbox.confine import Level, probe
from sdlc.workspace import open_workspace

WHEEL = "dist/box-1.0-py3-none-any.whl"
Repository = Callable[..., Path]


def test_a_product_is_built_and_installed(repository: Repository) -> None:
    workspace = open_product(repository)
    raw = built(workspace)
    answer = reading.read(raw, READY, Context())
    assert answer.outcome is Outcome.PASSED
    assert answer.counters == {"artifacts": 1, "packages": 1}
    document = json.loads(raw["build.json"])
    assert document["artifacts"] == [
        {"name": "box-1.0-py3-none-any.whl", "size": len(raw[WHEEL]), "sha256": sha256(raw[WHEEL])}
    ]
    assert document["packages"] == [{"name": "box", "version": "1.0"}]
    assert "box/__init__.py" in zipfile.ZipFile(io.BytesIO(raw[WHEEL])).namelist()
    code = "import box; print(box.__file__)"
    seen = subprocess.run([workspace.python_of_product, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.startswith(str(workspace.environment))


def test_the_tree_stays_as_it_was(repository: Repository) -> None:
    workspace = open_product(repository)
    built(workspace)
    assert open_workspace(workspace.root, TOOLS).paths == workspace.paths
    assert not (workspace.root / "dist").exists()


def test_two_builds_of_one_tree_are_equal(repository: Repository) -> None:
    workspace = open_product(repository)
    first = built(workspace)
    os.utime(workspace.root / "src/box/__init__.py", (1, 1))
    assert built(workspace)[WHEEL] == first[WHEEL]


def test_more_artifacts_are_kept_by_their_glob(repository: Repository) -> None:
    workspace = open_product(repository, {"docs/manual.txt": "read me"})
    raw = built(workspace, replace(READY, artifacts=("docs/*.txt",)))
    assert raw["dist/manual.txt"] == b"read me"
    assert reading.read(raw, READY, Context()).counters["artifacts"] == 2


def test_a_source_archive_is_compared_with_the_commit(repository: Repository) -> None:
    command = ("python", "-m", "hatchling", "build", "--directory", "{out}")
    settings = replace(READY, command=command)
    good = reading.read(built(open_product(repository), settings), settings, Context())
    assert (good.outcome, good.counters["artifacts"]) == (Outcome.PASSED, 2)
    hook = "[tool.hatch.build.hooks.custom]\n"
    script = (
        "from pathlib import Path\n"
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, data):\n"
        "        Path(self.root, 'src/box/loader.py').write_text('payload = 1\\n')\n"
    )
    files = {**PRODUCT, "pyproject.toml": PRODUCT["pyproject.toml"] + hook, "hatch_build.py": script}
    hostile = open_workspace(repository(files, "hostile"), TOOLS)
    bad = reading.read(built(hostile, settings), settings, Context())
    assert bad.outcome is Outcome.FAILED
    assert [(f.rule, f.subject) for f in bad.findings] == [("BUILD-SOURCE-ADDED", "box-1.0.tar.gz: src/box/loader.py")]


def test_a_build_has_no_network(repository: Repository, tmp_path: Path) -> None:
    if probe(TOOLS, tmp_path) is not Level.NAMESPACE:
        pytest.skip("this machine forbids user namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        with pytest.raises(ToolError, match="refused"):
            built(open_product(repository), replace(READY, command=("python", "-c", code)))


def test_a_build_that_fails_says_its_last_words(repository: Repository) -> None:
    workspace = open_product(repository, {"pyproject.toml": "[project]\nname = 'box'\n"})
    with pytest.raises(ToolError, match=r"exited with 1: .*version"):
        built(workspace)


def test_a_build_that_hangs_is_stopped(repository: Repository) -> None:
    command = ("python", "-c", "import time; time.sleep(600)")
    with pytest.raises(ToolError, match="did not end within 2 s"):
        built(open_product(repository), replace(READY, command=command, timeout=2))


def test_a_build_that_makes_nothing_has_not_answered(repository: Repository) -> None:
    raw = built(open_product(repository), replace(READY, command=("python", "-c", "pass")))
    assert reading.read(raw, READY, Context()).outcome is Outcome.ERROR


def test_a_link_in_the_place_of_an_artifact_is_refused(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    code = f"import os, sys; os.symlink({str(tmp_path / 'key')!r}, sys.argv[1] + '/box.whl')"
    with pytest.raises(ToolError, match="behind a link"):
        built(open_product(repository), replace(READY, command=("python", "-c", code, "{out}")))


def test_a_glob_cannot_leave_the_tree(repository: Repository) -> None:
    with pytest.raises(ToolError, match="behind a link"):
        built(open_product(repository), replace(READY, artifacts=("../../../../../../../../../etc/hostname",)))


def test_a_lock_that_is_not_there_is_named_with_its_key(repository: Repository) -> None:
    settings = replace(READY, requirements=("requirements/dev.txt",))
    with pytest.raises(ToolError, match=r"gates\.build\.requirements: requirements/dev\.txt") as caught:
        built(open_product(repository), settings)
    assert "--generate-hashes" in caught.value.hint


def with_lock(repository: Repository, hashed: bytes) -> RawArtifacts:
    """The build of a product whose lock pins a wheel of the repository itself by the digest of `hashed`."""
    lock = f"--no-index\n--find-links wheels\nhinge==1.0 --hash=sha256:{sha256(hashed)}\n"
    files = {"lock.txt": lock, "wheels/hinge-1.0-py3-none-any.whl": make_wheel("hinge")}
    make = "import hinge, sys, pathlib; pathlib.Path(sys.argv[1], 'out.txt').write_text(str(hinge.here))"
    settings = build.Settings(requirements=("lock.txt",), command=("python", "-c", make, "{out}"), timeout=120)
    return built(open_product(repository, files), settings)


def test_the_environment_holds_what_the_lock_pins_and_nothing_else(repository: Repository) -> None:
    raw = with_lock(repository, make_wheel("hinge"))
    document = json.loads(raw["build.json"])
    assert raw["dist/out.txt"] == b"True"
    assert document["packages"] == [{"name": "hinge", "version": "1.0"}]
    assert list(document["requirements"]) == ["lock.txt"]


def test_a_package_with_another_digest_is_refused(repository: Repository) -> None:
    with pytest.raises(ToolError, match=r"lock\.txt pins could not be fetched: .*sha256"):
        with_lock(repository, make_wheel("other"))


def test_a_lock_without_hashes_is_refused(repository: Repository) -> None:
    workspace = open_product(repository, {"lock.txt": "anything==1.0\n"})
    with pytest.raises(ToolError, match="hash"):
        built(workspace, replace(READY, requirements=("lock.txt",)))


def test_a_lock_cannot_make_the_fetch_run_the_product(repository: Repository, tmp_path: Path) -> None:
    """`setup.py` would run outside of the sandbox."""
    evidence = tmp_path / "ran"
    setup = f"open({str(evidence)!r}, 'w')\nfrom setuptools import setup\nsetup(name='box')\n"
    workspace = open_product(repository, {"lock.txt": "-e .\n", "setup.py": setup})
    with pytest.raises(ToolError):
        built(workspace, replace(READY, requirements=("lock.txt",)))
    assert not evidence.exists()


@pytest.mark.parametrize("python", ["tools/python", "./python", "../product/tools/python"])
def test_an_interpreter_that_came_with_the_tree_is_not_started(repository: Repository, python: str) -> None:
    with pytest.raises(ToolError, match=r"gates\.build\.python"):
        built(open_product(repository, {"tools/python": "#!/bin/sh\n"}), replace(READY, python=python))


def test_nor_is_it_by_its_absolute_path_or_through_a_link(repository: Repository, tmp_path: Path) -> None:
    workspace = open_product(repository, {"tools/python": "#!/bin/sh\n"})
    link = tmp_path / "python"
    link.symlink_to(workspace.root / "tools" / "python")
    for path in (workspace.root / "tools" / "python", link):
        with pytest.raises(ToolError, match=r"gates\.build\.python"):
            built(workspace, replace(READY, python=str(path)))


def test_an_environment_behind_a_link_is_left_alone(repository: Repository, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    workspace = open_product(repository)
    (workspace.root / ".sdlc").mkdir(exist_ok=True)
    workspace.environment.symlink_to(precious)
    with pytest.raises(ToolError, match="symbolic link"):
        built(workspace)
    assert (precious / "file").exists()


def test_what_the_build_puts_into_the_environment_does_not_run_outside(repository: Repository, tmp_path: Path) -> None:
    """A `.pth` file runs whenever the interpreter starts; installing the wheel starts it."""
    seen = tmp_path / "seen"
    evil = "import os, pathlib; "
    evil += f"pathlib.Path({str(seen)!r}).open('a').write(os.readlink('/proc/self/ns/net') + chr(10))"
    code = f"import sysconfig, pathlib; pathlib.Path(sysconfig.get_path('purelib'), 'evil.pth').write_text({evil!r})"
    script = f"import subprocess, sys\n{code}\n"
    script += "hatch = ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', sys.argv[1]]\n"
    script += "subprocess.run([sys.executable, *hatch], check=True)\n"
    if probe(TOOLS, tmp_path) is not Level.NAMESPACE:
        pytest.skip("this machine forbids user namespaces")
    built(open_product(repository), replace(READY, command=("python", "-c", script, "{out}")))
    assert seen.exists(), "the interpreter was started at least by the build itself"
    assert os.readlink("/proc/self/ns/net") not in seen.read_text().splitlines()


def test_where_there_is_nothing_to_build(repository: Repository) -> None:
    empty = open_workspace(repository({"README.md": "hello"}), TOOLS)
    assert "pyproject.toml" in (build.not_applicable(empty, READY) or "")


def test_without_a_lock_it_says_what_to_write(repository: Repository) -> None:
    workspace = open_workspace(repository(PRODUCT), TOOLS)
    assert "[gates.build] requirements" in (build.not_applicable(workspace, build.Settings()) or "")
    assert build.not_applicable(workspace, READY) is None


@pytest.mark.parametrize("python", ["3.11", ""])
def test_a_bare_version_shares_nothing(repository: Repository, python: str) -> None:
    """Only an absolute path is a ready environment; the empty one is the running interpreter."""
    workspace = open_product(repository)
    if python:
        with pytest.raises(ToolError, match="no ready environment"):
            built(workspace, replace(READY, python=f"{sys.version_info.major}.{sys.version_info.minor}"))
    else:
        assert built(workspace, replace(READY, python=python))[WHEEL]
