"""What somebody outside would try first at an entry point or with a capability; questions for a review, no findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sdlc.surface.item import LOOPBACK, NO_GUARD, UNKNOWN_GUARD, Item


@dataclass(frozen=True)
class Attempt:
    """One thing to try, the weakness (CWE number) that it looks for, and where."""

    text: str
    cwe: int
    key: str


_WRITING = ("POST", "PUT", "PATCH", "DELETE", "*")
_BY_KIND = {
    "ws": ("Open the socket from a page of another site, and send frames out of order.", 1385),
    "grpc": ("Call the method without the client that was meant, with fields left out or doubled.", 306),
    "celery": ("Write a message of this task to the queue, with arguments that no caller of ours would send.", 345),
    "task": ("Write a message to the queue that no caller of ours would send.", 345),
    "dicom-scp": ("Associate under a known AE title, and send an object whose length fields lie.", 290),
    "cli": ("Give the command an argument that begins with a dash, or a path that leads out.", 88),
    "deser": ("Hand in an object whose reading runs code.", 502),
    "eval": ("Reach the expression with text of one's own.", 95),
    "native": ("Pass sizes that the native code does not check.", 119),
    "dynimport": ("Name another module than those that were meant.", 470),
    "outbound": ("Answer in the place of the server: slowly, hugely, with a redirect inwards.", 918),
    "tls": ("Stand in the middle with any certificate.", 295),
    "debug": ("Provoke an error and read what the debugger shows.", 489),
    "template": ("Send markup that is a template.", 1336),
    "privilege": ("Leave the container by what it shares with the host.", 250),
}
_FILES = {
    "zip": ("Send an archive that unpacks to too much, or whose names lead out of the folder.", 409),
    "tar": ("Send an archive with links and names that lead out of the folder.", 22),
    "xml": ("Send a document with entities that expand or fetch.", 611),
    "dicom": ("Send an object with lengths, nesting or a preamble that lie.", 20),
    "image": ("Send an image that is huge once it is unpacked.", 400),
    "upload": ("Upload a file of another kind, with a name that leads out of the folder.", 434),
    "watched": ("Put a link, a half-written file or a thousand files into the folder.", 59),
}
_MANY = 12


def attempts(items: tuple[Item, ...]) -> tuple[Attempt, ...]:
    """What to try at `items`, the barest entry points first, each sentence once, with the first key it is about."""
    found: dict[tuple[str, int], str] = {}
    for item in sorted(items, key=lambda one: (one.guard != NO_GUARD, one.guard != UNKNOWN_GUARD, one.key)):
        for text, cwe in _of(item):
            found.setdefault((text, cwe), item.key)
    return tuple(Attempt(text, cwe, key) for (text, cwe), key in list(found.items())[:_MANY])


def _of(item: Item) -> Iterator[tuple[str, int]]:
    if item.kind == "http":
        method, _, path = item.locator.partition(" ")
        if item.guard in (NO_GUARD, UNKNOWN_GUARD):
            yield ("Send the request without signing in.", 306)
        if "{}" in path:
            yield ("Put another person's identifier into the path.", 639)
        if method in _WRITING:
            yield ("Send it from a page of another site, and send it twice.", 352)
            yield ("Send a body that is huge, nested, or of another type than was meant.", 20)
        if "**" in path or path.endswith(("/static/{}", "/files/{}")):
            yield ("Ask for a path with `..` in it.", 22)
    elif item.kind == "listen":
        if item.bind not in LOOPBACK and item.tls != "on":
            yield ("Listen in on the network, and answer in the server's place.", 319)
        if item.bind not in LOOPBACK:
            yield ("Connect from a machine that was never meant to, and keep the connection open.", 400)
    elif item.kind == "file":
        yield _FILES.get(item.locator, ("Send a file that is cut off, empty, or of another kind.", 20))
    elif item.kind == "exec":
        shell = item.locator in ("shell", "?")
        yield ("Bring a semicolon or a dash into the command.", 78) if shell else (
            "Bring an argument that begins with a dash into the command.", 88)  # fmt: skip
    elif item.kind == "db" and "raw" in item.locator:
        yield ("Bring a quote into the statement.", 89)
    elif item.kind in _BY_KIND:
        yield _BY_KIND[item.kind]
    if item.unresolved:
        yield ("Find out what answers here: the code does not say it.", 1059)
