"""
The checked-out repository, read-only: its files, its commit, and the same files as they were in the base commit.

A workspace may be a subfolder of a repository; all paths are relative to it, POSIX style. Protected files (policy,
waivers, trust root, acceptances) are read from the base commit with `protected`, never from the work tree.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path, PurePosixPath

from sdlc.errors import IncompleteError, UsageError
from sdlc.tools import Tools

GIT_TIMEOUT = 120.0
MAX_FILE = 64 * 1024 * 1024
HUNK = re.compile(rb"^@@ -[0-9,]+ \+([0-9]+)(?:,([0-9]+))? @@", re.MULTILINE)
LINK_MODE = "120000"
"""How git writes that an entry of a tree is a symbolic link."""
WORKING_FOLDERS = (".sdlc/out/", ".sdlc/env/")


@dataclass(frozen=True)
class Workspace:
    """One product's tree.

    `root` is an absolute folder; `commit` and `tree` are git object names of HEAD (`tree` that of the
    subfolder); `prefix` is the subfolder's path in its repository, empty or ending in `/`; `base` is the commit
    that protected files come from; `paths` are the tracked and the untracked, not ignored files, sorted. `history` is
    git's name of the commits under test: `base..commit`, or `commit` for all of them; empty for a tree that was taken
    out of its repository, and then `repository` is where that lies.
    """

    root: Path
    commit: str
    tree: str
    prefix: str
    base: str
    dirty: bool
    paths: tuple[str, ...]
    history: str = ""
    repository: Path | None = None

    @property
    def compared(self) -> bool:
        """True when the head is judged against its base: only what is new counts."""
        return ".." in self.history

    @property
    def environment(self) -> Path:
        """Where the `build` gate makes the product's Python environment."""
        return self.root / ".sdlc" / "env"

    @property
    def installed(self) -> Path:
        """The environment to look into: of a tree that was taken out, that of the repository that it came from."""
        return (self.repository or self.root) / ".sdlc" / "env"

    @property
    def python_of_product(self) -> Path:
        """The interpreter of the product's environment."""
        return self.environment / "bin" / "python"

    @cached_property
    def python_files(self) -> tuple[str, ...]:
        """Paths of Python sources."""
        return tuple(path for path in self.paths if path.endswith((".py", ".pyi")))

    def matching(self, *patterns: str) -> tuple[str, ...]:
        """Paths that match any of the glob `patterns` (`*` crosses folders)."""
        return tuple(path for path in self.paths if any(fnmatch(path, pattern) for pattern in patterns))

    def exists(self, path: str) -> bool:
        """True when `path` is one of the workspace's files."""
        return path in self._path_set

    @cached_property
    def _path_set(self) -> frozenset[str]:
        return frozenset(self.paths)

    def read(self, path: str) -> bytes:
        """The bytes of one file; raises IncompleteError when it is gone, too large or leaves the workspace."""
        full = self.root / PurePosixPath(path)
        try:
            if not full.resolve().is_relative_to(self.root):
                raise IncompleteError(
                    f"{path} is a symbolic link that leaves the workspace",
                    hint="replace the link by the file",
                )
            if full.stat().st_size > MAX_FILE:
                raise IncompleteError(f"{path} is larger than {MAX_FILE // 2**20} MiB and was not read")
            return full.read_bytes()
        except RuntimeError:  # what pathlib raises up to Python 3.12
            raise IncompleteError(f"{path} cannot be read: a circle of symbolic links") from None
        except OSError as error:
            raise IncompleteError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None


def open_workspace(path: Path, tools: Tools, *, since: str = "", whole_history: bool = False) -> Workspace:
    """The workspace at `path`; its base is `since`, else HEAD.

    Under test are the commits since the base, or all of them without `since` and with `whole_history`.

    Raises UsageError when `path` is no folder of a git repository, IncompleteError without a commit or when the
    base commit is not available.
    """
    if not path.is_dir():
        raise UsageError(f"{path} is not a folder", hint="give the folder of the product to check")
    root = path.resolve()
    prefix = _inside_repository(root, tools)
    commit = _resolve(root, tools, "HEAD^{commit}")
    if commit is None:
        raise IncompleteError(
            f"{path} has no commit yet", hint="commit the files first: git add -A && git commit -m 'first'"
        )
    base = _resolve(root, tools, f"{since}^{{commit}}") if since else commit
    if base is None:
        raise IncompleteError(
            f"the base commit {since!r} is not available here",
            hint="fetch it first (in GitHub Actions: fetch-depth: 0), then run the same command again",
        )
    tree = _resolve(root, tools, f"{commit}:{prefix.rstrip('/')}") or _resolve(root, tools, f"{commit}^{{tree}}")
    ours = [f":(exclude,top,literal){prefix}{folder.rstrip('/')}" for folder in WORKING_FOLDERS]
    status = _git(root, tools, "status", "--porcelain", "-z", "--untracked-files=all", "--", ".", *ours)
    return Workspace(
        root=root,
        commit=commit,
        tree=tree or "",
        prefix=prefix,
        base=base,
        dirty=bool(status),
        paths=_list_files(root, tools),
        history=commit if whole_history or not since else f"{base}..{commit}",
    )


def commit_time(workspace: Workspace, tools: Tools) -> datetime:
    """When the workspace's commit was made, as its committer's clock said."""
    said = _git(workspace.root, tools, "show", "--no-patch", "--no-show-signature", "--format=%cI", workspace.commit)
    return datetime.fromisoformat(said.decode("ascii").strip())


@dataclass(frozen=True)
class Commit:
    """One commit: when it was made, who wrote, committed or is named as a co-author (e-mail addresses), its paths."""

    id: str
    at: datetime
    emails: tuple[str, ...]
    paths: tuple[str, ...]


AUTHORS = "%ae%x1f%ce%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1f)"


def commits(workspace: Workspace, tools: Tools, since: str = "") -> tuple[Commit, ...]:
    """The commits that touched this workspace, newest first: all, or those after the commit `since`, which led here.

    Raises IncompleteError where some of them are not in this repository.
    """
    shallow = _git(workspace.root, tools, "rev-parse", "--is-shallow-repository").strip() == b"true"
    start = _resolve(workspace.root, tools, f"{since}^{{commit}}") if since else ""
    if shallow or start is None or (start and not is_ancestor(workspace, tools, start)):
        raise IncompleteError(
            f"the commits {f'since {since[:40]}' if since else 'before this one'} are not in this repository",
            hint="fetch the whole history: git fetch --unshallow --tags",
        )
    plain = ("-c", "log.showSignature=false", "-c", "core.quotePath=false")
    log = ("log", "--full-history", "--no-renames", "--diff-merges=first-parent", "--name-only", "-z", "--relative")
    wanted = f"{start}..{workspace.commit}" if start else workspace.commit
    text = f"--format=%x1e%H%x1f%cI%x1f{AUTHORS}%x1d"
    said = _git(workspace.root, tools, *plain, *log, text, wanted, "--", ".").decode("utf-8", "replace")
    return tuple(_commit(row) for row in said.split("\x1e")[1:])


def _commit(row: str) -> Commit:
    head, _, names = row.partition("\x1d")
    name, at, *people = head.split("\x1f")
    emails = {one.rpartition("<")[2].rstrip("> \n").strip().lower() for one in people}
    paths = tuple(path.lstrip("\n") for path in names.split("\0") if path.strip("\n"))
    return Commit(name, datetime.fromisoformat(at), tuple(sorted(emails - {""})), paths)


def is_ancestor(workspace: Workspace, tools: Tools, commit: str) -> bool:
    """True when `commit`, a full name, is among those that led to the workspace's commit."""
    words = ("merge-base", "--is-ancestor", commit, workspace.commit)
    done = tools.run("git", *words, cwd=workspace.root, timeout=GIT_TIMEOUT, ok={0, 1, 128})
    return done.exit_code == 0


def differing(workspace: Workspace, tools: Tools, commit: str) -> tuple[str, ...]:
    """Paths of the workspace that are not as they were in `commit`, uncommitted ones too."""
    plain = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--relative", "-z", "--name-only")
    names = _git(workspace.root, tools, "diff", *plain, commit, "--", ".").split(b"\0")
    others = _git(workspace.root, tools, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    found = {name.decode("utf-8", "replace") for name in (*names, *others) if name}
    return tuple(sorted(name for name in found if not name.startswith(WORKING_FOLDERS)))


def protected(workspace: Workspace, tools: Tools, path: str) -> bytes | None:
    """The bytes of `path` in the base commit, or None when the base does not have it."""
    name = f"{workspace.base}:{workspace.prefix}{path}"
    repository = workspace.repository or workspace.root
    if _resolve(repository, tools, name) is None:
        return None
    return _git(repository, tools, "cat-file", "blob", name)


def protected_files(workspace: Workspace, tools: Tools, folder: str) -> dict[str, bytes]:
    """The files right in `folder` (with a slash at its end) in the base commit, by path; links and folders are not."""
    return {path: data for path, mode, data in _listed(workspace, tools, folder) if mode != LINK_MODE}


def protected_links(workspace: Workspace, tools: Tools, folder: str) -> dict[str, str]:
    """What each symbolic link right in `folder` of the base commit points to, by path; the folder itself may be one."""
    name = folder.rstrip("/").rpartition("/")[2]
    itself = ((f"{folder}{name}", mode, data) for _, mode, data in _listed(workspace, tools, folder.rstrip("/")))
    rows = (*_listed(workspace, tools, folder), *itself)
    return {path: data.decode("utf-8", "replace") for path, mode, data in rows if mode == LINK_MODE}


def _listed(workspace: Workspace, tools: Tools, named: str) -> Iterator[tuple[str, str, bytes]]:
    """Path, mode and bytes of `named` in the base commit (with a slash at its end: of what lies right in it), if it is
    no folder."""
    repository = workspace.repository or workspace.root
    listed = _git(repository, tools, "ls-tree", "-z", "--full-tree", workspace.base, "--", workspace.prefix + named)
    for row in filter(None, listed.split(b"\0")):
        about, _, name = row.partition(b"\t")
        mode, kind, object_id = about.decode("ascii").split()
        if kind == "blob":
            path = name.decode("utf-8", "surrogateescape").removeprefix(workspace.prefix)
            yield path, mode, _git(repository, tools, "cat-file", "blob", object_id)


def changed_lines(workspace: Workspace, tools: Tools, path: str) -> tuple[tuple[int, int], ...]:
    """First and last line of every piece of `path` that the head wrote since the base; all of a new file."""
    if protected(workspace, tools, path) is None:
        return ((1, max(1, workspace.read(path).count(b"\n") + 1)),)
    plain = ("--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
    diff = _git(workspace.root, tools, "diff", *plain, workspace.base, "--", f":(literal){path}")
    found = ((int(hunk[1]), int(hunk[2] or 1)) for hunk in HUNK.finditer(diff))
    return tuple((first, first + count - 1) for first, count in found if count)


def changes(workspace: Workspace, tools: Tools) -> dict[str, tuple[tuple[int, int], ...]]:
    """Every file that the head changed since the base, and the pieces of it: first and last line.

    A deletion is the two lines around it; a file that is new, gone or not text has no pieces.
    """
    plain = ("--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--relative", "-z")
    names = _git(workspace.root, tools, "diff", *plain, "--name-status", workspace.base, "--", ".").split(b"\0")
    others = _git(workspace.root, tools, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for status, name in [*zip(names[::2], names[1::2], strict=False), *((b"A", name) for name in others if name)]:
        path = name.decode("utf-8", "surrogateescape")
        found[path] = ()
        if status == b"M" and path.endswith(".py"):
            diff = _git(workspace.root, tools, "diff", *plain[:-1], workspace.base, "--", f":(literal){path}")
            hunks = ((int(hunk[1]), int(hunk[2] or 1)) for hunk in HUNK.finditer(diff))
            found[path] = tuple((first, first + count - 1 if count else first + 1) for first, count in hunks)
    return found


def extract_base(workspace: Workspace, tools: Tools, target: Path) -> Workspace:
    """The base commit's files of this workspace, written to the empty folder `target`, as a workspace.

    Without a file where the base does not have this folder yet.
    """
    tree = _resolve(workspace.root, tools, f"{workspace.base}:{workspace.prefix.rstrip('/')}")
    paths: list[str] = []
    if tree is not None:
        archive = _git(workspace.root, tools, "archive", "--format=tar", workspace.base)  # git limits it to the folder
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(target, filter="data")
            paths = sorted(member.name for member in tar.getmembers() if member.isfile() or member.issym())
    return Workspace(
        root=target.resolve(),
        commit=workspace.base,
        tree=tree or "",
        prefix=workspace.prefix,
        base=workspace.base,
        dirty=False,
        paths=tuple(paths),
        repository=workspace.repository or workspace.root,
    )


def _inside_repository(root: Path, tools: Tools) -> str:
    done = tools.run("git", "rev-parse", "--show-prefix", cwd=root, timeout=GIT_TIMEOUT, ok={0, 128})
    if done.exit_code != 0:
        said = done.stderr.decode("utf-8", "replace")
        if "dubious ownership" in said:
            raise UsageError(
                f"git does not trust {root}: another user owns it",
                hint=f"git config --global --add safe.directory {root}",
            )
        raise UsageError(
            f"{root} is not in a git repository",
            hint="git init, commit the files, then run the same command again",
        )
    return done.stdout.decode().rstrip("\n")


def _resolve(root: Path, tools: Tools, name: str) -> str | None:
    done = tools.run(
        "git",
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        name,
        cwd=root,
        timeout=GIT_TIMEOUT,
        ok={0, 1, 128},
    )
    return done.stdout.decode().strip() if done.exit_code == 0 else None


def _list_files(root: Path, tools: Tools) -> tuple[str, ...]:
    listed = _git(root, tools, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = {name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name}
    return tuple(
        sorted(
            name
            for name in names
            if not name.startswith(WORKING_FOLDERS) and ((root / name).is_symlink() or (root / name).is_file())
        )
    )


def _git(root: Path, tools: Tools, *arguments: str) -> bytes:
    # A repository's own configuration must not start programs of its choice; and git itself writes nothing here.
    quiet = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    return tools.run("git", *quiet, *arguments, cwd=root, timeout=GIT_TIMEOUT, env={"GIT_OPTIONAL_LOCKS": "0"}).stdout
