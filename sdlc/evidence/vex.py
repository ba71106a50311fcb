"""
A VEX decision as the statement that a person signs, and a draft, which nobody signs.

A decision is accepted only in the one form that `dump_decision` writes. A draft has another type: whoever signs one as
it is has signed no decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import parse_digest, sha256
from sdlc.model.vex import JUSTIFICATIONS, STATUSES, Statement, VexDecision

PREDICATE = "urn:secure-sdlc:vex-decision:v1"
DRAFT = "sdlc.vex-draft/1"
MAX_DAYS = 366
MAX_TEXT = 4000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_RANGE = re.compile(r"(==|!=|<=|>=|<|>)[^\s,*|=<>!]+(,(==|!=|<=|>=|<|>)[^\s,*|=<>!]+)*")
_KEYS = frozenset(Statement.__dataclass_fields__)


def is_range(text: str) -> bool:
    """True for what `Statement.versions` may be: plain comparisons, or ``==`` and one version of any form."""
    if not _RANGE.fullmatch(text) or len(text) > 200 or not text.isprintable():
        return False
    if text.startswith("==") and "," not in text:
        return True
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def in_range(version: str, text: str) -> bool:
    """True when `version` is inside of `text`, for which `is_range` holds; prereleases are versions like others."""
    if text == f"=={version}":
        return True
    try:
        return SpecifierSet(text).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def check_statement(said: Statement, *, what: str) -> None:
    """Raise UnreadableError for a statement that says nothing clear: `what` is where it stands."""
    texts = (said.impact, said.action)
    problem = ""
    if not said.advisories or not all(_ID.fullmatch(one) for one in said.advisories):
        problem = "advisories: ids are expected"
    elif list(said.advisories) != sorted(set(said.advisories)):
        problem = "advisories: sorted, each once"
    elif not said.product or not said.component.startswith("pkg:") or "@" in said.component.partition("/")[2]:
        problem = "product and component (a package URL without a version) are expected"
    elif not is_range(said.versions) or not is_range(said.product_versions):
        problem = "versions: write ==1.2.3, or a range such as >=1.0,<2.0"
    elif said.status not in STATUSES:
        problem = f"status: one of {', '.join(STATUSES)}"
    elif said.justification and (said.justification not in JUSTIFICATIONS or said.status != "not_affected"):
        problem = f"justification: with not_affected, one of {', '.join(JUSTIFICATIONS)}"
    elif said.status == "not_affected" and not (said.justification and said.impact.strip()):
        problem = "not_affected: a justification and an impact statement say why"
    elif said.status == "fixed" and not said.impact.strip():
        problem = "fixed: an impact statement says how"
    elif said.status == "affected" and not said.action.strip():
        problem = "affected: an action statement says what to do"
    elif any(len(text) > MAX_TEXT for text in texts):
        problem = f"a text is longer than {MAX_TEXT} characters"
    if problem:
        raise UnreadableError(f"{what}: {problem}", hint="docs/vex.md lists the members of a decision")


def dump_decision(decision: VexDecision) -> bytes:
    """The statement that the person signs."""
    said = _to_json(decision.statement)
    predicate: dict[str, object] = {
        **said,
        "modified": decision.modified,
        "person": {"id": decision.person, "name": decision.name, "key": decision.key},
        "created": time_to_text(decision.created),
        "expires": time_to_text(decision.expires),
    }
    return statement([("scope", sha256(strict_json.dumps(said)))], PREDICATE, predicate)


def load_decision(payload: bytes, *, what: str) -> VexDecision:
    """The decision in `payload`, whose signature is not looked at here; raises UnreadableError."""
    document = load_statement(payload, predicate_type=PREDICATE, what=what).predicate
    try:
        person = document["person"]
        decision = VexDecision(
            statement=_from_json({key: document[key] for key in _KEYS}),
            modified=str(document["modified"]),
            person=str(person["id"]),
            name=str(person["name"]),
            key=parse_digest(person["key"]),
            created=time_from_text(document["created"]),
            expires=time_from_text(document["expires"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    check_statement(decision.statement, what=what)
    if not timedelta(0) < decision.expires - decision.created <= timedelta(days=MAX_DAYS):
        raise UnreadableError(f"{what}: it must end after it begins, and within {MAX_DAYS} days")
    if dump_decision(decision) != payload:
        raise UnreadableError(f"{what}: a member is unknown, or not in the one form that is written")
    return decision


def dump_draft(said: Statement, grounds: str) -> bytes:
    """A draft: `said` by a machine, on `grounds`; nobody answers for it."""
    return strict_json.dumps({"schema": DRAFT, "author": "machine", "grounds": grounds, **_to_json(said)})


def load_draft(data: bytes, *, what: str) -> tuple[Statement, str]:
    """The draft in `data` and its grounds; raises UnreadableError. It may still be incomplete."""
    document = strict_json.loads_object(data, what=what)
    try:
        if document.pop("schema") != DRAFT:
            raise ValueError(f"schema: {DRAFT} is expected")
        document.pop("author")
        grounds = str(document.pop("grounds"))
        if set(document) != _KEYS:
            raise ValueError(f"members: {', '.join(sorted(_KEYS))} are expected")
        return _from_json(document), grounds
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{what}: no draft of a VEX decision: {error}") from None


def _to_json(said: Statement) -> dict[str, object]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(said).items()}


def _from_json(document: Mapping[str, Any]) -> Statement:
    rows = document["advisories"]
    if not isinstance(rows, list) or not all(isinstance(one, str) for one in rows):
        raise TypeError("advisories: a list of texts is expected")
    texts = {key: document[key] for key in _KEYS - {"advisories"}}
    if not all(isinstance(value, str) for value in texts.values()):
        raise TypeError("texts are expected")
    return Statement(advisories=tuple(rows), **texts)
