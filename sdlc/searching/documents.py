"""Texts to search, and what the child process found in them; a credential's value stays in memory."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sdlc.credentials.search import Match
from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json
from sdlc.searching.worker import SCHEMA
from sdlc.tools import Tools

BATCH = 16 * 1024 * 1024
"""As many bytes of text go to one child process."""

CHILDREN = 2
"""As many run at once."""

WORKER = ("python", "-I", "-m", "sdlc.searching.worker")
"""Isolated: neither the folder that it runs in nor the environment can bring modules of their own."""


@dataclass(frozen=True)
class Document:
    """One text: of a file of the tree (`commit` empty), of a version of a file, or of a commit's message."""

    path: str
    data: bytes = field(repr=False)
    commit: str = ""
    message: bool = False

    @cached_property
    def form(self) -> str:
        """What these bytes are: `text`, `utf-16`, `other-encoding`, `binary` or `lfs-pointer`."""
        if self.data.startswith(b"version https://git-lfs.github.com/spec/"):
            return "lfs-pointer"
        if self.data.startswith((b"\xff\xfe", b"\xfe\xff")) and _decodes(self.data, "utf-16"):
            return "utf-16"
        if b"\0" in self.data:
            return "binary"
        return "text" if _decodes(self.data, "utf-8") else "other-encoding"


@dataclass(frozen=True)
class Found:
    """One match in one document."""

    document: Document
    match: Match


@dataclass
class Searcher:
    """Sends documents to child processes; counts them by form, and remembers which could not be searched."""

    tools: Tools
    kinds: bytes = field(repr=False)
    cwd: Path
    timeout: float
    forms: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def search(self, documents: Iterable[Document]) -> Iterator[Found]:
        """What is in `documents`, in their order, a few batches at once. Raises ToolError."""
        with ThreadPoolExecutor(max_workers=CHILDREN) as pool:
            running: deque[Future[list[Found]]] = deque()
            for batch in self._batches(documents):
                running.append(pool.submit(self._search, batch))
                if len(running) > CHILDREN:
                    yield from running.popleft().result()
            for one in running:
                yield from one.result()

    def _batches(self, documents: Iterable[Document]) -> Iterator[list[Document]]:
        batch: list[Document] = []
        size = 0
        for document in documents:
            if not document.message:
                self.forms[document.form] = self.forms.get(document.form, 0) + 1
            if batch and size + len(document.data) > BATCH:
                yield batch
                batch, size = [], 0
            batch.append(document)
            size += len(document.data)
        if batch:
            yield batch

    def _search(self, batch: list[Document]) -> list[Found]:
        done = self.tools.run(*WORKER, cwd=self.cwd, timeout=self.timeout, stdin=b"".join(self._request(batch)))
        try:
            answer = strict_json.loads_object(done.stdout, what="the search")
            if answer["schema"] != SCHEMA or answer["documents"] != len(batch):
                raise ToolError("the search for secrets left out a file", hint="run the same command again")
            rows = [(batch[row["document"]], _match(row)) for row in answer["matches"]]
            overflows = [batch[number] for number in answer["overflows"]]
        except (KeyError, IndexError, TypeError, ValueError, UnreadableError):
            # What was printed may hold credentials, so it is no part of the message.
            raise ToolError("the search for secrets printed what nobody can read") from None
        self.problems += [(document.path, "more matches than anybody would read") for document in overflows]
        return [Found(document, match) for document, match in rows]

    def _request(self, batch: list[Document]) -> Iterator[bytes]:
        yield _line({"kinds": len(self.kinds), "documents": len(batch)})
        yield self.kinds
        for document in batch:
            form = document.form
            encoding = {"text": "utf-8", "lfs-pointer": "latin-1", "utf-16": "utf-16"}.get(form, "latin-1")
            about = {"path": document.path, "bytes": len(document.data), "encoding": encoding}
            yield _line(about | {"binary": form == "binary"})
            yield document.data


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row).encode("ascii") + b"\n"


def _match(row: dict[str, object]) -> Match:
    suppression = row["suppression"]
    if not isinstance(suppression, list | None):
        raise TypeError("suppression")
    line, end_line = row["line"], row["end_line"]
    if not isinstance(line, int) or not isinstance(end_line, int):
        raise TypeError("line")
    pair = (str(suppression[0]), str(suppression[1])) if suppression else None
    return Match(str(row["kind"]), line, end_line, str(row["value"]), str(row["canonical"]), pair)
