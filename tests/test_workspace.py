"""The tree as git sees it, and the base commit that nothing of the head can change."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import commit, git

from sdlc.errors import IncompleteError, UsageError
from sdlc.tools import LocalTools
from sdlc.workspace import extract_base, open_workspace, protected

Make = Callable[..., Path]
TOOLS = LocalTools(dict(os.environ))


def test_tracked_and_new_files_but_not_ignored_ones(repository: Make) -> None:
    root = repository({"a.py": "", "b/ü c.txt": "", ".gitignore": "ignored/\n"})
    (root / "new.py").touch()
    (root / "ignored").mkdir()
    (root / "ignored" / "x.py").touch()
    (root / ".sdlc" / "out").mkdir(parents=True)
    (root / ".sdlc" / "out" / "check.json").touch()
    workspace = open_workspace(root, TOOLS)
    assert workspace.paths == (".gitignore", "a.py", "b/ü c.txt", "new.py")
    assert workspace.python_files == ("a.py", "new.py")
    assert workspace.dirty
    assert workspace.base == workspace.commit


def test_the_toolkits_own_folders_do_not_make_a_tree_dirty(repository: Make) -> None:
    root = repository({"a.py": ""})
    (root / ".sdlc" / "out").mkdir(parents=True)
    (root / ".sdlc" / "out" / "check.json").touch()
    assert not open_workspace(root, TOOLS).dirty
    (root / "a.py").write_text("x = 1\n")
    assert open_workspace(root, TOOLS).dirty


def test_a_product_in_a_subfolder(repository: Make) -> None:
    root = repository({"outside.py": "", "examples/box/a.py": "x = 1\n"})
    workspace = open_workspace(root / "examples" / "box", TOOLS)
    assert workspace.prefix == "examples/box/"
    assert workspace.paths == ("a.py",)
    assert workspace.tree == git(root, "rev-parse", "HEAD:examples/box").strip()
    (root / "outside.py").write_text("x = 1\n")
    assert not open_workspace(root / "examples" / "box", TOOLS).dirty


def test_protected_files_come_from_the_base(repository: Make) -> None:
    root = repository({"policy": "old\n", "sub/policy": "old too\n"})
    base = git(root, "rev-parse", "HEAD").strip()
    commit(root, {"policy": "new\n", "later": "x"})
    (root / "policy").write_text("work tree\n")
    workspace = open_workspace(root, TOOLS, since=base)
    assert protected(workspace, TOOLS, "policy") == b"old\n"
    assert protected(workspace, TOOLS, "later") is None
    assert protected(open_workspace(root, TOOLS), TOOLS, "policy") == b"new\n"
    assert protected(open_workspace(root / "sub", TOOLS, since=base), TOOLS, "policy") == b"old too\n"


def test_the_base_as_a_tree_of_its_own(repository: Make, tmp_path: Path) -> None:
    root = repository({"sub/a.py": "old\n", "sub/b.py": "", "c.py": ""})
    commit(root, {"sub/a.py": "new\n"})
    target = tmp_path / "base"
    target.mkdir()
    base = extract_base(open_workspace(root / "sub", TOOLS, since="HEAD~1"), TOOLS, target)
    assert base.paths == ("a.py", "b.py")
    assert base.read("a.py") == b"old\n"
    assert base.commit == git(root, "rev-parse", "HEAD~1").strip()


def test_what_is_installed_for_a_base_lies_where_its_head_is(repository: Make, tmp_path: Path) -> None:
    workspace = open_workspace(repository({"a.py": ""}), TOOLS)
    base = extract_base(workspace, TOOLS, tmp_path)
    assert workspace.installed == workspace.environment
    assert base.installed == workspace.environment != base.environment


def test_a_product_that_the_base_does_not_have_yet(repository: Make, tmp_path: Path) -> None:
    root = repository({"c.py": ""})
    commit(root, {"sub/a.py": "new\n"})
    target = tmp_path / "base"
    target.mkdir()
    assert extract_base(open_workspace(root / "sub", TOOLS, since="HEAD~1"), TOOLS, target).paths == ()


def test_a_link_out_of_the_tree_is_not_read(repository: Make, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    root = repository({"a.py": ""})
    (root / "link.py").symlink_to(tmp_path / "secret")
    workspace = open_workspace(root, TOOLS)
    assert workspace.exists("link.py")
    with pytest.raises(IncompleteError, match=r"link\.py is a symbolic link that leaves"):
        workspace.read("link.py")
    with pytest.raises(IncompleteError, match="leaves"):
        workspace.read("../secret")


@pytest.mark.parametrize("since", ["no-such-ref", "--output=x", "0" * 40, "HEAD:a.py"])
def test_a_base_that_is_not_there_is_not_answered(repository: Make, since: str) -> None:
    with pytest.raises(IncompleteError, match="is not available here"):
        open_workspace(repository({"a.py": ""}), TOOLS, since=since)


def test_places_that_are_no_repository(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not in a git repository"):
        open_workspace(tmp_path, TOOLS)
    with pytest.raises(UsageError, match="not a folder"):
        open_workspace(tmp_path / "none", TOOLS)
    git(tmp_path, "init", "-q")
    with pytest.raises(IncompleteError, match="no commit yet"):
        open_workspace(tmp_path, TOOLS)


def test_the_repositorys_own_configuration_starts_no_program(repository: Make, tmp_path: Path) -> None:
    root = repository({"a.py": ""})
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    spy.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(spy))
    git(root, "config", "core.hooksPath", str(tmp_path))
    open_workspace(root, TOOLS)
    assert not (tmp_path / "ran").exists()
