"""
The versions of files and the messages that the commits under test brought, each once.

Versions are read whole, as git stores them: no attribute, filter or driver of the repository can hide a line, and a
merge counts with what none of its parents had. What cannot be read is a problem by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sdlc.errors import IncompleteError, ToolError
from sdlc.searching.documents import BATCH, Document
from sdlc.searching.tree import HEAD, is_excluded, printable_path
from sdlc.tools import Tools
from sdlc.workspace import GIT_TIMEOUT, MAX_FILE, Workspace

LARGEST = 2 * MAX_FILE
"""A version up to this size is at least looked at for what it is: a text, or a binary file."""

_LINK, _SUBMODULE = "120000", "160000"
# Nothing is fetched, replaced, or started because the repository's own configuration says so.
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1"}


@dataclass
class History:
    """Yields the documents of `workspace.history`; afterwards it knows what it met.

    `known` are (git's name, path) of what was searched already.
    """

    workspace: Workspace
    tools: Tools
    known: set[tuple[str, str]]
    exclude: tuple[str, ...] = ()
    timeout: float = GIT_TIMEOUT
    commits: int = 0
    versions: int = 0
    large: int = 0
    submodules: set[str] = field(default_factory=set)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def documents(self) -> Iterator[Document]:
        """Messages and versions, oldest first. Raises IncompleteError for an object that is not there."""
        if not self.workspace.history:
            return
        commits = self._git("rev-list", "--reverse", "--topo-order", self.workspace.history).decode().split()
        self.commits = len(commits)
        yield from self._messages()
        yield from self._versions(commits)

    def _messages(self) -> Iterator[Document]:
        form = ("--no-show-signature", "--no-mailmap", "--encoding=UTF-8", "-z", "--reverse", "--format=%H%n%B")
        for record in self._git("log", *form, self.workspace.history, "--").split(b"\0"):
            commit, _, message = record.partition(b"\n")
            if message.strip():
                yield Document("", message, commit.decode("ascii"), message=True)

    def _versions(self, commits: list[str]) -> Iterator[Document]:
        brought = self._brought(commits)
        if not brought:
            return
        sizes = self._sizes([name for name, _ in brought])
        batch: dict[tuple[str, str], str] = {}
        weight = 0
        for (name, path), commit in brought.items():
            size = sizes[name]
            if size > MAX_FILE:
                if size <= LARGEST and b"\0" in self._git("cat-file", "blob", name)[:HEAD]:
                    self.large += 1
                else:
                    self.problems.append((path, f"is larger than {MAX_FILE // 2**20} MiB in commit {commit[:12]}"))
                continue
            if batch and weight + size > BATCH:
                yield from self._read(batch)
                batch, weight = {}, 0
            batch[name, path] = commit
            weight += size
        if batch:
            yield from self._read(batch)

    def _brought(self, commits: list[str]) -> dict[tuple[str, str], str]:
        """(git's name, path) of each version that is not known, and the first commit that has it."""
        arguments = ("--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev")
        fields = iter(self._git("diff-tree", *arguments, stdin="\n".join(commits)).split(b"\0"))
        brought: dict[tuple[str, str], str] = {}
        commit, prefix = "", self.workspace.prefix
        for entry in fields:
            if not entry.startswith(b":"):
                commit = entry.decode("ascii") or commit
                continue
            full = next(fields).decode("utf-8", "surrogateescape")
            parents = len(entry) - len(entry.lstrip(b":"))
            parts = entry.lstrip(b":").decode("ascii").split(" ")
            mode, name = parts[parents], parts[2 * parents + 1]
            path = printable_path(full.removeprefix(prefix))
            if not full.startswith(prefix) or is_excluded(path, self.exclude) or not name.strip("0"):
                continue
            if mode == _SUBMODULE:
                self.submodules.add(path)
            elif mode != _LINK and (name, path) not in self.known:
                brought.setdefault((name, path), commit)
        self.versions = len(brought)
        return brought

    def _sizes(self, names: list[str]) -> dict[str, int]:
        asked = "\n".join(dict.fromkeys(names)) + "\n"
        answer = self._git("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=asked)
        rows = [line.split() for line in answer.decode("ascii", "replace").splitlines()]
        sizes = {row[0]: int(row[2]) for row in rows if len(row) == 3 and row[1] == "blob"}
        if missing := [name for name in names if name not in sizes]:
            raise IncompleteError(
                f"git does not have the object {missing[0][:12]}, which a commit under test names",
                hint="fetch the repository without a filter, then run the same command again",
            )
        return sizes

    def _read(self, batch: dict[tuple[str, str], str]) -> Iterator[Document]:
        answer = memoryview(self._git("cat-file", "--batch", stdin="".join(f"{name}\n" for name, _ in batch)))
        at = 0
        for (name, path), commit in batch.items():
            head = bytes(answer[at : at + 200]).partition(b"\n")[0]
            fields = head.split()
            if len(fields) != 3 or fields[0].decode("ascii", "replace") != name or not fields[2].isdigit():
                raise ToolError("git cat-file printed what nobody can read", hint="git fsck")
            start, size = at + len(head) + 1, int(fields[2])
            data = bytes(answer[start : start + size])
            if len(data) != size:
                raise ToolError("git cat-file ended too early", hint="git fsck")
            yield Document(path, data, commit)
            at = start + size + 1

    def _git(self, *arguments: str, stdin: str = "") -> bytes:
        return _git(self.workspace, self.tools, *arguments, timeout=self.timeout, stdin=stdin)


def submodules_of(workspace: Workspace, tools: Tools) -> int:
    """How many folders of the tree are repositories of their own."""
    if not workspace.history:
        return 0
    listed = _git(workspace, tools, "ls-files", "--stage", "-z")
    return sum(entry.startswith(f"{_SUBMODULE} ".encode()) for entry in listed.split(b"\0"))


def first_commit(workspace: Workspace, tools: Tools) -> bytes:
    """The raw bytes of the commit that the base's main line began with. Raises IncompleteError."""
    if _git(workspace, tools, "rev-parse", "--is-shallow-repository").strip() != b"false":
        raise IncompleteError(
            "the history is not all here: this is a shallow clone",
            hint="git fetch --unshallow (in GitHub Actions: fetch-depth: 0), then run the same command again",
        )
    names = _git(workspace, tools, "rev-list", "--first-parent", "--max-parents=0", workspace.base).decode().split()
    if not names:
        raise ToolError("git names no first commit", hint="git fsck")
    return _git(workspace, tools, "cat-file", "commit", names[-1])


def _git(workspace: Workspace, tools: Tools, *arguments: str, timeout: float = GIT_TIMEOUT, stdin: str = "") -> bytes:
    cwd = workspace.repository or workspace.root
    return tools.run(
        "git", *_QUIET, *arguments, cwd=cwd, timeout=timeout, stdin=stdin.encode(), env=_ENVIRONMENT
    ).stdout
