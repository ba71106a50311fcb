"""Dockerfiles and units of systemd: what they expose, what they start, what rights that has."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from sdlc.surface.item import Item, Spot
from sdlc.surface.listening_commands import EVERYWHERE, Listening, defaulted, listening_of, split_address

NO_PORT = "the port is not a constant"
_EXPOSED = re.compile(r"(?P<from>\d{1,5})(-(?P<to>\d{1,5}))?(/(?P<protocol>tcp|udp|sctp))?\Z", re.IGNORECASE)
_MANY = 64


def listener(port: str, bind: str, spot: Spot, tls: str = "unknown", protocol: str = "tcp") -> Item:
    """A listener that a deployment file speaks of."""
    said = NO_PORT if "{?" in port or not port else ""
    return Item("listen", f"{protocol}/{port or '{?port}'}", (spot,), "deployment", "", bind, tls, said)


def started(command: list[str], spot: Spot) -> Iterator[Item]:
    """The listeners of a command line."""
    for one in listening_of(command):
        yield listener(one.port, one.bind, spot, one.tls, one.protocol)


def span(text: str) -> list[tuple[str, str]]:
    """Ports and protocol of `8000`, `8000-8010/udp`; one hole for what is none."""
    plain = defaulted(text.strip().strip('"'))
    match = _EXPOSED.match(plain)
    if match is None:
        number, _, protocol = plain.partition("/")
        return [(number if "{?" in number else "{?port}", protocol.lower() or "tcp")]
    first, last = int(match["from"]), int(match["to"] or match["from"])
    protocol = (match["protocol"] or "tcp").lower()
    if not first <= last < first + _MANY:
        return [("{?port}", protocol)]
    return [(str(port), protocol) for port in range(first, last + 1)]


def dockerfile(text: str, path: str) -> Iterator[Item]:
    """`EXPOSE`, and what `CMD` and `ENTRYPOINT` of the last stage start; constants of `ARG` and `ENV` are followed."""
    known: dict[str, str] = {}
    begins: dict[str, tuple[list[str], Spot]] = {}
    items: list[Item] = []
    for line, statement in _statements(text):
        name, _, rest = statement.partition(" ")
        rest, spot = rest.strip(), Spot(path, line)
        match name.upper():
            case "FROM":
                items, begins = [], {}  # what an earlier stage exposes is not in the image
            case "ARG" | "ENV":
                known |= dict(re.findall(r"(\w+)[= ]\"?([^\s\"]+)\"?", rest))
            case "EXPOSE":
                for word in _filled(rest, known).split():
                    items += [listener(port, EVERYWHERE, spot, protocol=kind) for port, kind in span(word)]
            case "CMD" | "ENTRYPOINT":
                begins[name.upper()] = (_command(_filled(rest, known)), spot)
    yield from items
    entry, command = begins.get("ENTRYPOINT"), begins.get("CMD")
    words = [*(entry[0] if entry else []), *(command[0] if command else [])]
    if words:
        yield from started(words, (command or entry or ([], Spot(path, 1)))[1])


def unit(text: str, path: str) -> Iterator[Item]:
    """`ListenStream=` and `ListenDatagram=` of a socket, `ExecStart=` of a service."""
    for line, statement in _statements(text):
        name, equals, value = statement.partition("=")
        name, value, spot = name.strip(), value.strip(), Spot(path, line)
        if not equals or not value:
            continue
        if name in ("ListenStream", "ListenDatagram", "ListenSequentialPacket"):
            if not value.startswith(("/", "@", "%", "vsock:")):
                found: Listening = split_address(value)
                bind = "::" if value.isdigit() else found.bind
                yield listener(found.port, bind, spot, protocol="tcp" if name == "ListenStream" else "udp")
        elif name == "ExecStart":
            yield from started(_command(value.lstrip("-+!:@")), spot)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, joined where a backslash continues them."""
    held, begun = "", 1
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        begun = begun if held else number
        held += line
        if held.endswith("\\"):
            held = held[:-1].rstrip() + " "
            continue
        yield begun, held
        held = ""
    if held:
        yield begun, held


def _filled(text: str, known: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return known.get(match[1] or match[2], match[0])

    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", value, text)


def _command(text: str) -> list[str]:
    """The exec form is JSON; the shell form is words."""
    if text.startswith("["):
        try:
            found = json.loads(text)
            return [str(word) for word in found] if isinstance(found, list) else []
        except (ValueError, RecursionError):
            return text.strip("[]").replace('"', " ").replace(",", " ").split()
    try:
        return shlex.split(text, posix=True)
    except ValueError:
        return text.split()
