"""A product, a build of it and its environment for the gate sbom, and what the gate and its reading answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from fakes.binaries import make_elf
from fakes.environments import install
from fakes.products import PRODUCT, TOOLS
from fakes.tools import FakeTools
from fakes.wheels import make_wheel

from sdlc.gates import sbom
from sdlc.model.result import Context, RawArtifacts, Reading
from sdlc.readings import sbom as reading
from sdlc.workspace import Workspace, open_workspace

Repository = Callable[..., Path]
DIGEST = "a" * 64
LOCK = f"h11==0.16.0 --hash=sha256:{DIGEST}\nidna==3.10 --hash=sha256:{DIGEST}\n"
NO_TOOLS = FakeTools(lambda argv, cwd: b"")


def product(repository: Repository, lock: str | bytes | None = LOCK, name: str = "product", **files: str) -> Workspace:
    """A product with `lock` as its requirements (None: without) and other `files`."""
    locks = {"requirements/runtime.txt": lock} if lock is not None else {}
    return open_workspace(repository({**PRODUCT, **locks, **files}, name), TOOLS)


def build_of(*wheels: bytes, python: str = "3.12.1", name: str = "box-1.0-py3-none-any.whl") -> RawArtifacts:
    """What the gate build keeps of a build that made `wheels`."""
    named = {f"dist/{name}": wheel for wheel in wheels}
    return {**named, "build.json": json.dumps({"python": python}).encode()}


def answer(workspace: Workspace, build: RawArtifacts | None, settings: sbom.Settings | None = None) -> Reading:
    """What the gate's reading says of `workspace`, built as `build` (None: not at all)."""
    settings = settings or sbom.Settings()
    raw = sbom.run(workspace, NO_TOOLS, settings, {"build": build} if build is not None else {})
    needs = {f"build/{name}": data for name, data in (build or {}).items()}
    return reading.read({**raw, **needs}, settings, Context())


def rules(answer: Reading) -> list[tuple[str, str]]:
    """Rule and subject of each finding."""
    return [(finding.rule, finding.subject) for finding in answer.findings]


def raw_of(workspace: Workspace, build: RawArtifacts) -> dict[str, bytes]:
    """What the gate keeps, and what its reading needs of the build."""
    raw = sbom.run(workspace, NO_TOOLS, sbom.Settings(), {"build": build})
    return {**raw, **{f"build/{name}": data for name, data in build.items()}}


CARRIED = {"bomFormat": "CycloneDX", "components": [{"name": "libtiff", "version": "4.7.2"}]}


H11 = make_wheel(
    "h11",
    "0.16.0",
    requires=["idna>=3", 'absent ; sys_platform == "win32"'],
    license="MIT",
    fields=["Author-Email: Ada <ada@example.org>", "Project-URL: Source, https://code.example/h11"],
    files={
        "h11-0.16.0.dist-info/sboms/a.json": json.dumps(CARRIED).encode(),
        "h11.libs/libtiff-20b7e810.so.6.3.0": make_elf({".rodata": b"LIBTIFF, Version 4.7.2"}),
        "h11.libs/libmine-0123abcd.so.7": make_elf({".rodata": b"mine"}),
        "h11/_vendor/vendor.txt": b"six==1.16.0\n",
    },
)


TOOLING = make_wheel("tool", "1.0", files={"tool/_vendor/vendor.txt": b"evil==6.6\n"})
"""Installed for the build, not shipped: the SBOM must not know it."""


def carrying(repository: Repository, name: str = "carrying") -> tuple[Workspace, RawArtifacts]:
    """A product whose own wheel, and one that it ships, carry parts inside."""
    workspace = product(repository, name=name)
    install(workspace.environment, H11, TOOLING)
    own = make_wheel(requires=["h11"], files={"box/_vendor/vendor.txt": b"attrs==25.1.0\n"})
    return workspace, build_of(own)
