"""The locks of a product, read; and which of what is installed a base commit may believe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sdlc.components.bill import unchanged
from sdlc.components.declared import Key, key_of
from sdlc.errors import SdlcError, ToolError
from sdlc.formats.locks import load_lock
from sdlc.formats.requirements_txt import Pin
from sdlc.workspace import Workspace

USUAL = (
    *("requirements/runtime.txt", "requirements.txt", "requirements/base.txt", "requirements/prod.txt"),
    *("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"),
)


def usual_locks(workspace: Workspace) -> tuple[str, ...]:
    """The usual lock: the first with hashes, else the first at all, whose lack of them is then found."""
    there = [path for path in USUAL if workspace.exists(path)]
    return tuple(sorted(there, key=lambda path: path.endswith(".txt") and b"--hash" not in workspace.read(path))[:1])


def pins_of(workspace: Workspace, path: str, extras: tuple[str, ...]) -> tuple[Pin, ...]:
    """The pins of the lock at `path`. Raises ToolError when it is not there, UnreadableError."""
    if not workspace.exists(path):
        raise ToolError(
            f"sdlc.toml: gates.sbom.requirements: {path} is not in the repository",
            hint=f"uv pip compile --generate-hashes {path.removesuffix('.txt')}.in -o {path}",
        )
    return load_lock(workspace.read(path), what=path, extras=extras)


def installed_alike(
    workspace: Workspace, pins: Iterable[Pin], requirements: tuple[str, ...], extras: tuple[str, ...]
) -> set[Key]:
    """What of the environment may be looked into; of a base commit only what its head locks with the same hashes.

    Attack: the environment is that of the head, whose build can put a distribution of the base's version there, with a
    hole in it, so that the same hole in the head's version counts as old.
    """
    if workspace.repository is None:
        return {key_of(pin.name, pin.version) for pin in pins}
    there = tuple(path for path in requirements or USUAL if (workspace.repository / path).is_file())
    head = replace(workspace, root=workspace.repository, repository=None, paths=there)
    try:
        paths = requirements or usual_locks(head)
        return unchanged(pins, [pin for path in paths for pin in pins_of(head, path, extras)])
    except SdlcError:
        return set()  # the gate says of the head itself what is wrong with its lock
