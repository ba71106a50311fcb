"""The resolver on real wheels in a folder: what moves, what is refused, and what could not be asked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.advisories import record
from fakes.products import TOOLS
from fakes.tools import FakeTools
from fakes.wheels import make_wheel

from sdlc.errors import ToolError
from sdlc.gates import vulnerabilities
from sdlc.model.result import Context
from sdlc.readings import vulnerabilities as reading
from sdlc.tools import Completed, LocalTools
from sdlc.upgrading.shortest import Upgrade, Wish, shortest, source_of
from sdlc.workspace import Workspace, open_workspace

Repository = Callable[..., Path]
LOCK = "top==1.0\nlow==1.0\n"


def index(folder: Path) -> LocalTools:
    """Real uv, whose only index is a folder: top 1.0 needs low<2, top 2.0 needs any."""
    folder.mkdir()
    for name, version, requires in (
        ("low", "1.0", ()),
        ("low", "1.5", ()),
        ("low", "2.0", ()),
        ("top", "1.0", ("low<2",)),
        ("top", "2.0", ("low",)),
    ):
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(make_wheel(name, version, requires=requires))
    settings = {"UV_FIND_LINKS": str(folder), "UV_NO_INDEX": "1", "UV_CACHE_DIR": f"{folder}-cache"}
    return LocalTools({**os.environ, **settings})


def product(repository: Repository, wanted: str = "top\nlow\n", lock: str = LOCK, **files: str) -> Workspace:
    return open_workspace(repository({"req.txt": lock, **({"req.in": wanted} if wanted else {}), **files}), TOOLS)


def one(workspace: Workspace, tools: LocalTools | FakeTools, fixed: str, *, network: bool = True) -> Upgrade:
    wish = Wish("low", "1.0", fixed, "req.txt")
    return shortest([wish], workspace, tools, network=network)[wish]


def test_only_what_has_to_move_moves(repository: Repository, tmp_path: Path) -> None:
    workspace, tools = product(repository), index(tmp_path / "index")
    near = one(workspace, tools, "1.5")
    assert (near.answer, near.moves) == ("accepted", (("low", "1.0", "1.5"),))
    far = one(workspace, tools, "2.0")
    assert far.moves == (("low", "1.0", "2.0"), ("top", "1.0", "2.0"))
    assert far.command == "uv pip compile --generate-hashes -P low==2.0 req.in -o req.txt"
    assert workspace.read("req.txt").decode() == LOCK


def test_what_the_resolver_refuses_says_why(repository: Repository, tmp_path: Path) -> None:
    tools = index(tmp_path / "index")
    held = one(product(repository, "top==1.0\nlow\n"), tools, "2.0")
    assert held.answer == "refused"
    assert "top==1.0" in held.why
    assert one(open_workspace(tmp_path / "product", TOOLS), tools, "9").answer == "refused"


def test_without_a_network_it_was_not_tried(repository: Repository, tmp_path: Path) -> None:
    tools = LocalTools({**os.environ, "UV_CACHE_DIR": str(tmp_path / "empty"), "UV_INDEX_URL": "http://127.0.0.1:9"})
    workspace = product(repository)
    for network, said in ((False, "without a network"), (True, "reached no index")):
        given = one(workspace, tools, "1.5", network=network)
        assert given.answer == "not-tried"
        assert said in given.why


def test_a_resolver_that_is_missing_hangs_or_lies_is_never_an_acceptance(repository: Repository) -> None:
    def missing(argv: tuple[str, ...], cwd: Path) -> bytes:
        raise ToolError("uv is not installed")

    workspace = product(repository)
    assert one(workspace, FakeTools(missing), "1.5") == Upgrade("not-tried", why="uv is not installed")
    lies = one(workspace, FakeTools(lambda argv, cwd: b""), "1.5")
    assert (lies.answer, lies.why) == ("refused", "the lock still has low 1.0")
    broken = one(workspace, FakeTools(lambda argv, cwd: Completed(2, b"", b"\x1b[31mcause: it\nbroke", 0.0)), "1.5")
    assert broken.answer == "refused"
    assert "it broke" in broken.why


def test_no_code_and_no_configuration_of_the_product_is_used(repository: Repository) -> None:
    tools = FakeTools(lambda argv, cwd: b"")
    one(product(repository), tools, "1.5", network=False)
    assert {"--no-build", "--no-config", "--offline"} <= {*tools.calls[0]}


@pytest.mark.parametrize(
    ("lock", "files", "source", "why"),
    [
        ("req.txt", {"req.in": "a"}, "req.in", ""),
        ("req.txt", {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["b"]\n'}, "pyproject.toml", ""),
        ("uv.lock", {}, "", "another tool"),
        ("req.txt", {}, "", "neither req.in nor pyproject.toml"),
        ("req.txt", {"pyproject.toml": "[project"}, "", "pyproject.toml: "),
        ("req.txt", {"pyproject.toml": "[project]\nname = 'a'\n"}, "", "no dependency"),
        (
            "req.txt",
            {"pyproject.toml": "[project]\nname = 'a'\ndependencies = ['b']\ndynamic = ['dependencies']\n"},
            "",
            "code of the product",
        ),
    ],
)
def test_what_a_lock_is_made_of(
    repository: Repository, lock: str, files: dict[str, str], source: str, why: str
) -> None:
    found = source_of(lock, open_workspace(repository({"req.txt": LOCK, **files}), TOOLS))
    assert found[0] == source
    assert why in found[1]


def test_a_wish_too_many_is_named(repository: Repository) -> None:
    wishes = [Wish(f"a{n}", "1", "2", "uv.lock") for n in range(21)]
    found = shortest(wishes, product(repository), TOOLS, network=False)
    assert [row.why for row in found.values()].count("20 upgrades, or 180 s, are tried at most") == 1


def test_the_fix_of_a_finding_says_what_the_resolver_said(repository: Repository, tmp_path: Path) -> None:
    tools = index(tmp_path / "index")
    files = {"advisories/1.json": json.dumps(record(name="low", fixed="2.0"))}
    workspace = product(repository, **files)
    component = {"name": "low", "version": "1.0", "purl": "pkg:pypi/low@1.0"}
    pins = [{"name": "low", "version": "1.0", "line": 2, "hashes": [], "marker": ""}]
    sbom = {
        "bom.cdx.json": json.dumps({"components": [component]}).encode(),
        "lock.json": json.dumps({"files": [{"path": "req.txt", "pins": pins}]}).encode(),
    }
    said = {}
    for mode in ("off", "network"):
        settings = vulnerabilities.Settings(feed="advisories", upgrades=mode)
        raw = vulnerabilities.run(workspace, tools, settings, {"sbom": sbom})
        given = reading.read({**raw, **{f"sbom/{name}": data for name, data in sbom.items()}}, settings, Context())
        said[mode] = given.findings[0]
    assert said["off"].fix == "Upgrade low to 2.0 or later."
    assert said["network"].fix == (
        "Upgrade low to 2.0 or later. The resolver accepts it, with it moves top 1.0 to 2.0: "
        "uv pip compile --generate-hashes -P low==2.0 req.in -o req.txt"
    )
    assert said["off"].fingerprint == said["network"].fingerprint
    with pytest.raises(ToolError, match=r"gates\.vulnerabilities\.upgrades"):
        vulnerabilities.run(workspace, tools, replace(settings, upgrades="yes"), {"sbom": sbom})
