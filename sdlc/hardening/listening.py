"""
What the threat model declares to listen, beside what the code shows and what the started product really opened.

A claim `listen:tcp/8080` or `dicom-scp:tcp/11112 C-STORE` declares a port, and so does the port of a data flow that
ends in a component. A claim without `bind` declares the loopback interface alone, as for the gate attack-surface.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.hardening.rules import finding
from sdlc.model.finding import Confidence, Finding, Place
from sdlc.surface.claim import Claim, Component
from sdlc.surface.drift import is_bound_as_claimed
from sdlc.surface.item import LOOPBACK, Item

SCHEMA = "sdlc.listening/1"
EPHEMERAL = range(32768, 61000)
"""Ports that Linux gives away when none is asked for; their numbers say nothing."""


@dataclass(frozen=True, order=True)
class Socket:
    """One socket that waits: `protocol` is tcp or udp, `address` as text, `program` whose it was."""

    protocol: str
    port: int
    address: str
    program: str = ""


@dataclass(frozen=True)
class Observed:
    """What the started product opened within `seconds`; `problem` is why that is no answer, empty when it is one."""

    command: tuple[str, ...]
    sandbox: str
    seconds: float
    sockets: tuple[Socket, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Declared:
    """A port that the model declares: by which component, at which address; `network` when others may reach it."""

    protocol: str
    port: int
    component: str
    bind: str
    network: bool
    path: str


@dataclass(frozen=True)
class Row:
    """One line of the port table; `seen` are addresses, by the code and by the started product."""

    protocol: str
    port: str
    declared: str
    in_code: tuple[str, ...]
    opened: tuple[str, ...]
    state: str


def dump_observed(observed: Observed) -> bytes:
    """`listening.json`."""
    return strict_json.dumps(
        {
            "schema": SCHEMA,
            "command": list(observed.command),
            "sandbox": observed.sandbox,
            "seconds": observed.seconds,
            "problem": observed.problem,
            "sockets": [[one.protocol, one.port, one.address, one.program] for one in sorted(observed.sockets)],
        }
    )


def load_observed(data: bytes) -> Observed:
    """What `dump_observed` wrote; raises UnreadableError."""
    document = strict_json.loads_object(data, what="listening.json")
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"the schema is not {SCHEMA}")
        return Observed(
            tuple(map(str, document["command"])),
            str(document["sandbox"]),
            float(document["seconds"]),
            tuple(Socket(str(kind), int(port), str(at), str(name)) for kind, port, at, name in document["sockets"]),
            str(document["problem"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"listening.json: {type(error).__name__}: {error}") from None


def watched(data: bytes, asked: Observed) -> Observed:
    """What the watcher printed (`data`) about the command that was `asked` for; the product may have disturbed it."""
    try:
        said = strict_json.loads_object(data, what="what the product opened")
        sockets = tuple(Socket(str(kind), int(port), str(at), str(by)) for kind, port, at, by in said["sockets"])
        problem, ended, printed = str(said["problem"]), said["ended"], str(said["printed"])
    except (UnreadableError, KeyError, TypeError, ValueError) as error:
        return replace(asked, problem=f"the product disturbed its watcher: {type(error).__name__}")
    command = " ".join(asked.command)[:80]
    last = next((line.strip() for line in reversed(printed.splitlines()) if line.strip()), "nothing")[:160]
    if problem:
        why = f"`{command}`: {problem}"
    elif ended is not None:
        why = f"`{command}` ended by itself with {ended} and was not watched; it printed last: {last}"
    else:
        why = "" if sockets else f"`{command}` opened no port within {asked.seconds:g} s; it printed last: {last}"
    return replace(asked, sockets=sockets, problem=why)


def declared_by(components: Iterable[Component]) -> tuple[Declared, ...]:
    """Every port with a number that `components` declare."""
    found = {}
    for component in components:
        flows = {port for _, port in component.flows if port is not None}
        for claim in component.claims:
            protocol, port = _port_of(claim)
            if port:
                network = claim.bind not in ("", "loopback", *LOOPBACK) or (port in flows and component.crossed)
                found[protocol, port] = Declared(
                    protocol, port, component.name, claim.bind or "loopback", network, component.path
                )
        for port in flows:
            crossed = component.crossed
            found.setdefault(("tcp", port), Declared("tcp", port, component.name, "any", crossed, component.path))
    return tuple(found[key] for key in sorted(found))


def table(items: Iterable[Item], components: Sequence[Component], observed: Observed | None) -> tuple[Row, ...]:
    """The port table: every port that is declared, shown by the code, or open."""
    declared = {(one.protocol, one.port): one for one in declared_by(components)}
    in_code: dict[tuple[str, int], set[str]] = {}
    for protocol, port, item in _listeners(items):
        in_code.setdefault((protocol, port), set()).add(item.bind or "?")
    opened: dict[tuple[str, int], set[str]] = {}
    for socket in observed.sockets if observed else ():
        opened.setdefault((socket.protocol, socket.port), set()).add(socket.address)
    rows = []
    for key in sorted({*declared, *in_code, *opened}):
        one, seen = declared.get(key), in_code.get(key, set()) | opened.get(key, set())
        claims = [claim for component in components for claim in component.claims if _speaks_of(claim, *key)]
        named = f"{one.component}, {one.bind}" if one else f"a pattern: {claims[0].pattern}" if claims else ""
        state = "declared" if named and seen else "not declared" if not named else "not seen"
        if observed and not observed.problem and named and key not in opened:
            state = "declared, not open"
        rows.append(Row(key[0], str(key[1]), named, tuple(sorted(in_code.get(key, ()))),
                        tuple(sorted(opened.get(key, ()))), state))  # fmt: skip
    return tuple(rows)


def judge_ports(items: Sequence[Item], components: Sequence[Component], observed: Observed | None) -> Iterator[Finding]:
    """What is open and not declared, declared and not open, or open at a wider address."""
    spots: dict[tuple[str, int], Place] = {}
    for protocol, port, item in _listeners(items):
        spots.setdefault((protocol, port), Place(item.places[0].path, item.places[0].line))
    model = Place(components[0].path, 1) if components else Place("sdlc.toml", 1)
    seen = [(protocol, port, item.bind, "the code") for protocol, port, item in _listeners(items)]
    for one in observed.sockets if observed else ():
        seen.append((one.protocol, one.port, one.address, one.program or "the product"))
    told: set[tuple[str, str, str]] = set()
    for protocol, port, address, by in sorted(set(seen)):
        claims = [claim for one in components for claim in one.claims if _speaks_of(claim, protocol, port)]
        by_flow = any(port == number for one in components for _, number in one.flows)
        place = spots.get((protocol, port), model)
        name = f"{protocol}/{port}"
        if not claims and not by_flow:
            random = port in EPHEMERAL and (protocol, port) not in spots
            subject = f"{protocol}/(any free port)" if random else name
            sure = Confidence.LOW if random and protocol == "udp" else Confidence.HIGH
            said = f"{name} is open at {address or '?'} by {by}, and no claim of the threat model speaks of it"
            rule = "HARD-PORT-UNDECLARED"
        elif claims and address not in ("", "?") and not any(_is_bound(address, claim.bind) for claim in claims):
            subject, sure, rule = f"{name} on {address}", Confidence.HIGH, "HARD-PORT-ADDRESS"
            said = f"{name} is open at {address} by {by}, and declared for {claims[0].bind or 'loopback'} only"
        else:
            continue
        if (rule, subject, "") not in told:
            told.add((rule, subject, ""))
            yield finding(rule, place, subject, said, confidence=sure)
    if observed is not None and not observed.problem:
        opened = {(one.protocol, one.port) for one in observed.sockets}
        for declared in declared_by(components):
            if (declared.protocol, declared.port) not in opened:
                name = f"{declared.protocol}/{declared.port}"
                said = f"{name} of {declared.component} is declared, and the started product did not open it"
                yield finding("HARD-PORT-CLOSED", Place(declared.path, 1), name, said)


def _is_bound(address: str, claimed: str) -> bool:
    """As the gate attack-surface has it; every address of 127.0.0.0/8 is loopback."""
    try:
        if ipaddress.ip_address(address).is_loopback:
            return True
    except ValueError:
        pass
    return is_bound_as_claimed(address, claimed)


def _speaks_of(claim: Claim, protocol: str, port: int) -> bool:
    if claim.kind == "listen":
        return claim.matches(Item("listen", f"{protocol}/{port}", ()))
    number = _port_of(claim)
    return claim.kind == "dicom-scp" and (number == (protocol, port) or claim.pattern.endswith(":**"))


def _port_of(claim: Claim) -> tuple[str, int]:
    """Protocol and number of a claim, 0 without one."""
    if claim.kind not in ("listen", "dicom-scp"):
        return "", 0
    protocol, _, rest = claim.pattern.partition(":")[2].partition("/")
    number = rest.partition(" ")[0]
    return protocol, int(number) if number.isdigit() and int(number) < 65536 else claim.port or 0


def _listeners(items: Iterable[Item]) -> Iterator[tuple[str, int, Item]]:
    for item in items:
        if item.kind in ("listen", "dicom-scp"):
            protocol, _, rest = item.locator.partition("/")
            number = rest.partition(" ")[0]
            if number.isdigit() and 0 < int(number) < 65536:
                yield protocol, int(number), item
