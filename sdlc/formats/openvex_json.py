"""
OpenVEX 0.2.0, read and written; what one of the two cannot say is listed as a loss, never dropped in silence.

A range of versions is written as the qualifier `vers` of a package URL (``pkg:pypi/h11?vers=vers:pypi/>=1|<2``), so
that a statement about some versions never becomes one about all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import sha256
from sdlc.model.vex import JUSTIFICATIONS, STATUSES, Statement

CONTEXT = "https://openvex.dev/ns/v0.2.0"
PRODUCT = "pkg:generic/"
MAX_ROWS = 10_000
_UNSAID = ("status_notes", "supplier", "vuln_description", "action_statement_timestamp")


def dump_openvex(statements: Sequence[Statement], *, author: str, at: datetime) -> tuple[bytes, tuple[str, ...]]:
    """The document and what it does not say; same statements, author and time, same bytes."""
    rows = [_row(one) for one in statements]
    content = sha256(strict_json.dumps([asdict(one) for one in statements]))
    document = {
        "@context": CONTEXT,
        "@id": f"urn:secure-sdlc:vex:{content}",
        "author": author,
        "timestamp": time_to_text(at),
        "version": 1,
        "statements": rows,
    }
    losses = [
        f"{one.advisories[0]}: OpenVEX does not say what carries it: {one.carrier}" for one in statements if one.carrier
    ]
    losses.append("who signed each decision, until when it counts, and which state of the advisory it is about")
    return strict_json.dumps(document), tuple(losses)


def load_openvex(data: bytes, *, what: str) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """The statements in `data`, one for each product and component, and what was left out. Raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    losses: list[str] = []
    try:
        if not str(document.get("@context", "")).startswith("https://openvex.dev/ns"):
            raise ValueError("@context: no OpenVEX document")
        rows = document["statements"]
        if not isinstance(rows, list) or len(rows) > MAX_ROWS:
            raise ValueError(f"statements: a list of at most {MAX_ROWS} is expected")
        found = [one for number, row in enumerate(rows, 1) for one in _statements(row, f"statement {number}", losses)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: not OpenVEX: {shape_problem(error)}") from None
    return tuple(found), tuple(losses)


def shape_problem(error: Exception) -> str:
    """What is wrong with a document in whose reading `error` was raised, without Python's words."""
    if isinstance(error, KeyError):
        return f"the member {error.args[0]!r:.60} is missing"
    return str(error) if isinstance(error, ValueError) else "a member is not of the type that the format says"


def versioned(component: str, versions: str) -> str:
    """A package URL with one version, or with a range of them."""
    kind = component.partition(":")[2].partition("/")[0]
    if versions.startswith("==") and "," not in versions:
        return f"{component}@{quote(versions[2:], safe='')}"
    span = "|".join(part.removeprefix("==") for part in versions.split(","))
    return f"{component}?vers={quote(f'vers:{kind}/{span}', safe=':/|.')}"


def apart(purl: str) -> tuple[str, str]:
    """Package URL without a version, and the range that `versioned` wrote; raises ValueError without one."""
    plain, _, qualifiers = purl.partition("?")
    name, at, version = plain.rpartition("@")
    if at and "/" in name:
        return name, f"=={unquote(version)}"
    for part in qualifiers.split("&"):
        key, _, value = part.partition("=")
        if key == "vers":
            span = unquote(value).partition("/")[2]
            parts = [piece.lstrip("=") for piece in span.split("|") if piece]
            return plain, ",".join(piece if piece[:1] in "<>!" else f"=={piece}" for piece in parts)
    raise ValueError(f"{purl!r:.100} names no version, and a statement about all of them is not taken")


def _row(one: Statement) -> dict[str, Any]:
    more = {
        "justification": one.justification,
        "impact_statement": one.impact,
        "action_statement": one.action,
    }
    product = {
        "@id": versioned(f"{PRODUCT}{quote(one.product, safe='')}", one.product_versions),
        "subcomponents": [{"@id": versioned(one.component, one.versions)}],
    }
    return {
        "vulnerability": {"name": one.advisories[0], "aliases": list(one.advisories[1:])},
        "products": [product],
        "status": one.status,
        **{key: text for key, text in more.items() if text},
    }


def _statements(row: Mapping[str, Any], where: str, losses: list[str]) -> Iterator[Statement]:
    status, justification = str(row["status"]), str(row.get("justification", ""))
    if status not in STATUSES or justification not in ("", *JUSTIFICATIONS):
        raise ValueError(f"{where}: status {status!r:.40} or justification {justification!r:.60} is not of OpenVEX")
    about = row["vulnerability"]
    names = [str(about["name"]), *(str(one) for one in about.get("aliases", ()))]
    losses += [f"{where}: {key} is not kept" for key in _UNSAID if row.get(key)]
    products = row.get("products", ())
    if not products:
        losses.append(f"{where}: it names no product, and is not taken")
    for product in products:
        parts = product.get("subcomponents", ())
        if not parts:
            losses.append(f"{where}: {product['@id']!s:.100} has no subcomponent, and is not taken")
        for part in parts:
            try:
                name, product_versions = apart(str(product["@id"]))
                component, versions = apart(str(part["@id"]))
            except ValueError as error:
                losses.append(f"{where}: {error}")
                continue
            yield Statement(
                advisories=tuple(sorted(set(names))),
                product=unquote(name.rpartition("/")[2]),
                product_versions=product_versions,
                component=component,
                versions=versions,
                status=status,
                justification=justification,
                impact=str(row.get("impact_statement", "")),
                action=str(row.get("action_statement", "")),
            )
