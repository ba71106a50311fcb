"""
A first threat model, drawn from what the code imports: where data come in, where they rest, where they go.

It is a draft for people: every threat in it is open, so the gate asks for a decision about each. What is drawn is only
what an import shows; a component that has none of these interfaces is not in the picture, and the draft says so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from sdlc.threats.model import MODEL_SCHEMA

MAX_GLOBS = 12
"""Files that are named for one component; behind them stands the folder."""


@dataclass(frozen=True)
class Surface:
    """A kind of interface: what imports show it, who stands behind it, and what usually goes wrong there."""

    id: str
    title: str
    modules: tuple[str, ...]
    outside: str
    zone: str
    incoming: bool
    threats: tuple[tuple[str, str, str, tuple[int, ...]], ...]
    """Id, STRIDE category, statement and CWE numbers."""


@dataclass(frozen=True)
class Exposed:
    """A part of the attack surface as it was seen, in the file `path`.

    `deployed`: the file says how the product is run, and is no code; `reached`: others reach it over a network.
    """

    key: str
    path: str
    guard: str = ""
    bind: str = ""
    deployed: bool = False
    reached: bool = False


SURFACES = (
    Surface(
        "web",
        "Web service",
        (
            "flask",
            "fastapi",
            "django",
            "starlette",
            "aiohttp.web",
            "tornado",
            "bottle",
            "falcon",
            "sanic",
            "http.server",
        ),
        "Somebody who sends requests",
        "network",
        True,
        (
            (
                "request-input",
                "tampering",
                "A request holds input that becomes a command, a query or a path.",
                (20, 78, 89),
            ),
            ("request-identity", "spoofing", "A request is answered for somebody who did not prove who it is.", (287,)),
            ("request-flood", "denial-of-service", "Requests use up memory, time or disk.", (400,)),
        ),
    ),
    Surface(
        "dicom",
        "DICOM service or file",
        ("pydicom", "pynetdicom"),
        "A device that sends images",
        "network",
        True,
        (
            ("dicom-input", "tampering", "A crafted DICOM object leads to a wrong path, value or image.", (20, 22)),
            (
                "dicom-exposure",
                "information-disclosure",
                "Patient data leave without a right, or unencrypted.",
                (319, 359),
            ),
        ),
    ),
    Surface(
        "command-line",
        "Command line",
        ("click", "argparse", "typer"),
        "Somebody who starts the program",
        "user",
        True,
        (("argument-input", "tampering", "An argument names a file or a program that it should not reach.", (22, 88)),),
    ),
    Surface(
        "deserializer",
        "Reader of foreign formats",
        ("pickle", "marshal", "shelve", "yaml", "xml", "lxml", "zipfile", "tarfile", "csv", "tomllib", "msgpack"),
        "Somebody who made a file",
        "network",
        True,
        (
            (
                "file-input",
                "tampering",
                "A crafted file makes the reader execute, overwrite or expand what it should not.",
                (502, 22),
            ),
            ("file-bomb", "denial-of-service", "A small file unpacks to more than there is room for.", (409,)),
        ),
    ),
    Surface(
        "client",
        "Client of other services",
        ("requests", "httpx", "urllib.request", "aiohttp", "urllib3", "socket", "smtplib", "ftplib"),
        "A service that is asked",
        "network",
        False,
        (
            ("reply-input", "spoofing", "A reply of somebody else is believed.", (295, 345)),
            ("request-forgery", "information-disclosure", "A foreign address is asked, with our rights.", (918,)),
        ),
    ),
    Surface(
        "database",
        "Database",
        ("sqlite3", "sqlalchemy", "psycopg", "psycopg2", "pymysql", "asyncpg", "redis", "pymongo"),
        "Data at rest",
        "device",
        False,
        (
            (
                "stored-data",
                "information-disclosure",
                "Stored data are read by somebody without a right to them.",
                (200, 311),
            ),
        ),
    ),
    Surface(
        "process",
        "Other programs",
        ("subprocess", "pexpect", "paramiko"),
        "A program that is started",
        "device",
        False,
        (("program-argument", "elevation-of-privilege", "Foreign input becomes a part of a command.", (78,)),),
    ),
)
"""Interfaces by the imports that show them."""

TITLES = {
    "device": ("The product's own process and disk", "high"),
    "network": ("Everybody who reaches it over a network or by a file", "none"),
    "user": ("The person at the keyboard", "semi"),
}
"""Title and trust of each zone."""


def draw(name: str, sources: Mapping[str, bytes]) -> dict[str, Any]:
    """A model of the product `name` as JSON values; `sources` are its Python files by path.

    A file belongs to one component, the first whose interface it shows: a small product with everything in one module
    is one component with the threats of all its interfaces, and what is new in that module is asked for once.
    """
    used = {surface.id: _users(surface, sources) for surface in SURFACES}
    shown = [surface for surface in SURFACES if used[surface.id]]
    owner: dict[str, str] = {}
    for surface in shown:
        for path in used[surface.id]:
            owner.setdefault(path, surface.id)
    homes = {surface.id: list(dict.fromkeys(owner[path] for path in used[surface.id])) for surface in shown}
    zones = {surface.zone for surface in shown} | {"device"}
    document: dict[str, Any] = {
        "schema": MODEL_SCHEMA,
        "system": {"id": _id(name), "title": name, "owner": "nobody-yet"},
        "trust_zones": {zone: {"title": TITLES[zone][0], "trust": TITLES[zone][1]} for zone in sorted(zones)},
        "components": {
            surface.id: {"title": surface.title, "trust_zone": "device", "code": _globs(own)}
            for surface in shown
            if (own := [path for path in used[surface.id] if owner[path] == surface.id])
        },
        "threats": {},
    }
    outer = [surface for surface in shown if surface.zone != "device"]
    if outer:
        document["trust_boundaries"] = {
            f"{zone}-device": {"between": [zone, "device"]} for zone in sorted({surface.zone for surface in outer})
        }
        document["actors"] = {
            f"{surface.id}-peer": {"title": surface.outside, "trust_zone": surface.zone} for surface in outer
        }
        document["data_flows"] = {
            f"{surface.id}-data": {
                "from": f"{surface.id}-peer" if surface.incoming else homes[surface.id][0],
                "to": homes[surface.id][0] if surface.incoming else f"{surface.id}-peer",
                "boundary": f"{surface.zone}-device",
            }
            for surface in outer
        }
    for surface in shown:
        for threat, stride, statement, cwe in surface.threats:
            document["threats"][threat] = {
                "on": [*homes[surface.id]],
                "stride": stride,
                "statement": statement,
                "cwe": list(cwe),
            }
    if not shown:
        document["components"]["product"] = {"title": name, "trust_zone": "device", "code": ["**/*.py"]}
        statement = "Somebody changes the product, or what it is built of, on its way to those who use it."
        document["threats"]["delivery"] = {
            "on": ["product"],
            "stride": "tampering",
            "statement": statement,
            "cwe": [494],
        }
    return document


def add_claims(document: dict[str, Any], rows: Iterable[Exposed]) -> None:
    """Write into the drafted `document` a claim for everything in `rows`, as it was seen: people decide what stays.

    What lies in the files of no component gets one of its own; but what is deployed is a part of what it starts, a
    service if there is one. Where others come in, a data flow is drawn.
    """
    components = document["components"]
    for row in rows:
        names = [name for name, one in components.items() if any(fnmatch(row.path, glob) for glob in one["code"])]
        if not names:
            names = [_home(document, row)]
            components[names[0]]["code"].append(row.path)
        for name in names:
            claims = components[name].setdefault("surface", [])
            if (claim := _claim(row)) not in claims:
                claims.append(claim)
            if row.reached:
                _let_in(document, name)


def _home(document: dict[str, Any], row: Exposed) -> str:
    """The component for a file that is in none."""
    flows = document.get("data_flows", {})
    services = [flows[name]["to"] for name in ("web-data", "dicom-data") if name in flows]
    if row.deployed and services:
        return str(services[0])
    name, title = ("deployment", "What is deployed") if row.deployed else ("rest", "Everything else")
    document["components"].setdefault(name, {"title": title, "trust_zone": "device", "code": []})
    return name


def _let_in(document: dict[str, Any], name: str) -> None:
    """Draw that somebody connects to the component `name`, unless it is drawn that data come into it."""
    flows = document.setdefault("data_flows", {})
    if any(flow["to"] == name for flow in flows.values()):
        return
    document["trust_zones"].setdefault("network", {"title": TITLES["network"][0], "trust": TITLES["network"][1]})
    document.setdefault("trust_boundaries", {}).setdefault("network-device", {"between": ["network", "device"]})
    document.setdefault("actors", {})["caller"] = {"title": "Somebody who connects", "trust_zone": "network"}
    flows[f"{name}-calls"] = {"from": "caller", "to": name, "boundary": "network-device"}
    statement = "A port that is open answers somebody who did not prove who it is."
    threat = {"on": [], "stride": "spoofing", "statement": statement, "cwe": [306]}
    document["threats"].setdefault("open-port", threat)["on"].append(name)


def _claim(row: Exposed) -> dict[str, str]:
    """A command with all below it, an environment as a whole, everything else by its own key."""
    kind, _, locator = row.key.partition(":")
    if kind in ("cli", "env"):
        return {"claim": f"cli:{re.split('[/ ]', locator)[0]}**" if kind == "cli" else "env:*"}
    claim = {"claim": row.key}
    if row.guard and row.guard != "unknown":
        claim["auth"] = row.guard
    if row.bind not in ("", "?", "127.0.0.1", "::1", "localhost"):
        claim["bind"] = row.bind
    return claim


def _users(surface: Surface, sources: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path, data in sources.items() if _imports(data) & _prefixes(surface.modules))


def _prefixes(modules: Sequence[str]) -> frozenset[str]:
    return frozenset(modules)


def _imports(data: bytes) -> frozenset[str]:
    """Every module that a file imports, and every package above it; nothing for what is not Python."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(".".join(name.split(".")[: depth + 1]) for name in names for depth in range(name.count(".") + 1))


def _globs(paths: list[str]) -> list[str]:
    if len(paths) <= MAX_GLOBS:
        return paths
    return sorted({f"{path.rpartition('/')[0]}/*.py".lstrip("/") for path in paths})


def _id(name: str) -> str:
    letters = "".join(character if character.isalnum() and character.isascii() else "-" for character in name.lower())
    return ("product-" + letters if not letters[:1].isalpha() else letters).strip("-")[:64] or "product"
