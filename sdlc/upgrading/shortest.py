"""
The shortest upgrade that the resolver accepts: one component at its first mended version, all else as it is locked.

uv resolves a copy of the lock whose pins are its preferences, so that it moves only what has to move. Nothing of the
product is executed (`--no-build`), no configuration of the product is read, and no file of it is written.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sdlc.errors import SdlcError
from sdlc.formats import strict_toml
from sdlc.formats.requirements_txt import load_requirements
from sdlc.tools import Tools
from sdlc.workspace import Workspace

MOST = 20
SECONDS_EACH = 60.0
SECONDS_ALL = 180.0
MAX_SAID = 300
_UNREACHED = ("network was disabled", "failed to fetch", "error sending request", "dns error", "connect error")
_QUIET = ("--quiet", "--no-progress", "--no-config", "--no-build", "--no-header", "--no-annotate", "--universal")
_WORDS = re.compile(r"\s+")


@dataclass(frozen=True)
class Wish:
    """`name`, locked at `version` in the file `lock`, should be `fixed` or later."""

    name: str
    version: str
    fixed: str
    lock: str


@dataclass(frozen=True)
class Upgrade:
    """`answer` is `accepted`, `refused` or `not-tried`; `moves` are (name, before, after), empty for what is added or
    goes; `why` says why not; `command` is what was asked, as a person types it."""

    answer: str
    moves: tuple[tuple[str, str, str], ...] = ()
    why: str = ""
    command: str = ""


def shortest(wishes: Iterable[Wish], workspace: Workspace, tools: Tools, *, network: bool) -> dict[Wish, Upgrade]:
    """An answer for each wish, whatever happens; with `network` False only uv's cache is asked."""
    found: dict[Wish, Upgrade] = {}
    started = time.monotonic()
    for wish in dict.fromkeys(wishes):
        left = SECONDS_ALL - (time.monotonic() - started)
        if len(found) >= MOST or left <= 0:
            found[wish] = Upgrade("not-tried", why=f"{MOST} upgrades, or {SECONDS_ALL:g} s, are tried at most")
            continue
        try:
            found[wish] = _try(wish, workspace, tools, network=network, timeout=min(SECONDS_EACH, left))
        except SdlcError as error:
            found[wish] = Upgrade("not-tried", why=_short(error.message))
    return found


def source_of(lock: str, workspace: Workspace) -> tuple[str, str]:
    """What `lock` is made of, or why nobody can tell: the `.in` beside it, else what pyproject.toml says."""
    if not lock.endswith(".txt"):
        return "", f"{lock} is made by another tool than uv pip compile"
    beside = f"{lock.removesuffix('.txt')}.in"
    if workspace.exists(beside):
        return beside, ""
    if not workspace.exists("pyproject.toml"):
        return "", f"there is neither {beside} nor pyproject.toml"
    try:
        project = strict_toml.loads(workspace.read("pyproject.toml")).get("project", {})
    except ValueError as error:
        return "", f"pyproject.toml: {error}"
    if not isinstance(project, Mapping) or not project.get("dependencies"):
        return "", "pyproject.toml declares no dependency"
    if "dependencies" in project.get("dynamic", ()):
        return "", "the dependencies in pyproject.toml are made by code of the product, which is not run for this"
    return "pyproject.toml", ""


def _try(wish: Wish, workspace: Workspace, tools: Tools, *, network: bool, timeout: float) -> Upgrade:
    source, why = source_of(wish.lock, workspace)
    if why:
        return Upgrade("not-tried", why=why)
    before = workspace.read(wish.lock)
    command = f"uv pip compile --generate-hashes -P {wish.name}=={wish.fixed} {source} -o {wish.lock}"
    with tempfile.TemporaryDirectory(prefix="sdlc-upgrade-") as folder:
        lock = Path(folder) / "lock.txt"
        lock.write_bytes(before)
        asked = ("-P", f"{wish.name}=={wish.fixed}", source, "-o", str(lock))
        offline = () if network else ("--offline",)
        done = tools.run(
            *("uv", "pip", "compile", *_QUIET, *offline, *asked),
            cwd=workspace.root,
            timeout=timeout,
            ok={0, 1, 2},
            network=network,
        )
        after = lock.read_bytes()
    if done.exit_code != 0:
        said = _said(done.stderr)
        if any(sign in said.lower() for sign in _UNREACHED):
            reason = "uv reached no index" if network else "without a network, and uv's cache does not have it"
            return Upgrade("not-tried", why=reason, command=command)
        return Upgrade("refused", why=_short(said.partition("hint:")[0].rpartition("cause: ")[2]), command=command)
    moves = _moves(_versions(before), _versions(after))
    if not any(name == wish.name and new for name, _, new in moves):
        return Upgrade("refused", why=f"the lock still has {wish.name} {wish.version}", command=command)
    return Upgrade("accepted", moves, command=command)


def _versions(data: bytes) -> dict[str, str]:
    """The versions of each name, several of them (for several targets) in one text."""
    found: dict[str, set[str]] = {}
    for pin in load_requirements(data, what="lock.txt"):
        found.setdefault(pin.name, set()).add(pin.version)
    return {name: ", ".join(sorted(versions)) for name, versions in found.items()}


def _moves(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    names = sorted({*before, *after})
    rows = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(row for row in rows if row[1] != row[2])


def _said(stderr: bytes) -> str:
    return _WORDS.sub(" ", stderr[:20_000].decode("utf-8", "replace")).strip()


def _short(text: str) -> str:
    text = _WORDS.sub(" ", text).strip().rstrip(".")
    return text if len(text) <= MAX_SAID else f"{text[: MAX_SAID - 1]}…"
