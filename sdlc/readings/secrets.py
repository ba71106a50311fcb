"""
Reads what the search for credentials found: one finding per place in the tree, one per credential that only the
history holds.

A credential that is gone from the tree stays a finding until its revocation is recorded. Kinds that know a place and
not a form (`generic`) are advice in tests and documentation, where most such values open nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sdlc.credentials.revoked import PATH, Revocation, load_revocations
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "secrets/1"
GRADE = Grade.REPLAYED
NEEDS: tuple[str, ...] = ()
HISTORY = "secret-in-history"
REPRODUCE = "sdlc check --gate secrets"
COUNTED = (
    "files", "commits", "versions", "binaries", "large-binaries", "links", "submodules", "excluded", "other-encoding",
    "lfs-pointers",
)  # fmt: skip
RECORD = f"then record its fingerprint in {PATH}"
_SAMPLES = re.compile(
    r"(?:^|/)(?:tests?|testing|docs?|examples?|samples?|fixtures|spec|conftest\.py|test_[^/]*|[^/]*_test\.\w+)(?:/|$)"
    r"|\.(?:md|rst|adoc|1|ipynb)$|(?:^|/)(?:README|CHANGES|CHANGELOG|HISTORY|NEWS)[^/]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Settings:
    """What is looked at and how long.

    `exclude`: globs of paths that are not looked at (`*` crosses folders); `timeout`: seconds for one batch of texts
    (16 MiB) and for one question to git.
    """

    exclude: tuple[str, ...] = field(default=(), metadata={"change": "may-only-strengthen"})
    timeout: float = field(default=600.0, metadata={"change": "free"})


@dataclass(frozen=True)
class _Row:
    """One match: where it stands, and its keyed name; never the credential."""

    kind: str
    where: str
    path: str
    line: int
    end_line: int
    commit: str
    length: str
    fingerprint: str
    suppression: tuple[str, str] | None


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """FAILED with a credential that is neither suppressed nor revoked; ERROR when something was not looked at."""
    try:
        looked = strict_json.loads_object(raw["looked.json"], what="looked.json")
        rules = strict_json.loads_object(raw["rules.json"], what="rules.json")
        kinds = {str(kind["id"]): kind for kind in rules["kinds"]}
        rows = [_row(row) for row in strict_json.loads(raw["matches.json"], what="matches.json")]
        revoked = load_revocations(raw["revoked.toml"]) if "revoked.toml" in raw else {}
        problems = [(str(path), str(reason)) for path, reason in looked["problems"]]
        counters = {name: int(looked[name]) for name in COUNTED}
        history = str(looked["history"])
        findings = tuple(_finding(row, kinds[row.kind], revoked) for row in _together(rows))
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"the evidence of secrets is malformed: {type(error).__name__}") from None
    seen = {finding.fingerprint for finding in findings}
    dead = sum(finding.fingerprint in revoked for finding in findings)
    quiet = sum(bool(finding.suppressed) for finding in findings) - dead
    counters |= {"kinds": len(kinds), "findings": len(findings) - quiet - dead, "suppressed": quiet, "revoked": dead}
    counters["unused-revocations"] = len(set(revoked) - seen)
    details = {"rules-digest": str(rules["sha256"]), "history": history}
    if problems:
        return _incomplete(problems, findings, counters, details)
    said = _said(counters, history)
    return Reading(Outcome.of(findings, work=min(counters["files"], len(kinds))), findings, counters, details, said)


def _said(counters: Mapping[str, int], history: str) -> str:
    past = f", {counters['commits']} commits" if history != "none" else ", without history"
    named = {
        "suppressed": "suppressed",
        "revoked": "revoked",
        "excluded": "excluded",
        "binaries": "binary",
        "large-binaries": "binary over 64 MiB not looked at",
        "links": "links",
        "submodules": "submodules left to their own checks",
        "lfs-pointers": "kept outside (LFS)",
    }
    notes = "".join(f"; {counters[name]} {word}" for name, word in named.items() if counters[name])
    return f"{counters['files']} files{past}, {counters['kinds']} kinds{notes}"


def _incomplete(
    problems: list[tuple[str, str]],
    findings: tuple[Finding, ...],
    counters: Mapping[str, int],
    details: Mapping[str, str],
) -> Reading:
    path, reason = problems[0]
    more = f"; nor {len(problems) - 1} more" if len(problems) > 1 else ""
    hint = "mend or remove the file, or name it in `exclude` of [gates.secrets]"
    return Reading(Outcome.ERROR, findings, counters, details, f"not all was looked at: {path}: {reason}{more}", hint)


def _together(rows: Iterable[_Row]) -> list[_Row]:
    """Every place in the tree; of what only the history holds, the first version (the last one's comment counts)."""
    rows = list(rows)
    tree = [row for row in rows if row.where == "tree"]
    here = {row.fingerprint for row in tree}
    past: dict[str, _Row] = {}
    for row in rows:
        if row.where != "tree" and row.fingerprint not in here:
            first = past.get(row.fingerprint, row)
            past[row.fingerprint] = _Row(**{**vars(first), "suppression": row.suppression})
    return sorted(tree, key=lambda row: (row.path, row.line, row.kind)) + list(past.values())


def _finding(row: _Row, kind: Mapping[str, Any], revoked: Mapping[str, Revocation]) -> Finding:
    title, where = str(kind["title"]), _where(row)
    confidence = Confidence(kind["confidence"])
    if kind["generic"] and _SAMPLES.search(row.path):
        confidence = min(confidence, Confidence.MEDIUM, key=lambda one: one.rank)
    properties = {"kind": row.kind, "length": row.length, "function": sha256(row.path.encode("utf-8", "replace"))}
    properties |= {"commit": row.commit} if row.commit else {}
    suppressed = ""
    if (entry := revoked.get(row.fingerprint)) is not None:
        properties["revoked"] = str(entry.when)
        suppressed = f"revoked on {entry.when} by {entry.who}: {entry.how}"
    elif row.suppression is not None:
        rule, reason = row.suppression
        if rule == row.kind and reason:
            suppressed = reason
        else:
            why = "gives no reason" if rule == row.kind else f"does not name {row.kind}"
            properties["suppression"] = f"not honored: the comment {why}"
    gone = row.where != "tree"
    message = f"{title} stands {where}" + (", and is no longer in the tree: it stays exposed" if gone else "")
    return Finding(
        rule=HISTORY if gone else row.kind,
        message=message,
        severity=Severity(kind["severity"]),
        confidence=confidence,
        fingerprint=row.fingerprint,
        place=Place(row.path, row.line, 0, row.end_line) if row.path else None,
        fix=f"Revoke it ({kind['revoke']}), take it out, {RECORD} {row.fingerprint}.",
        reproduce=REPRODUCE,
        cwe=(321, 798) if "private-key" in row.kind else (798,),
        owasp=("A07:2021", "A07:2025"),
        subject="" if row.path else f"commit {row.commit[:12]}",
        suppressed=suppressed,
        properties=properties,
    )


def _where(row: _Row) -> str:
    if row.where == "message":
        return f"in the message of commit {row.commit[:12]}"
    return f"in commit {row.commit[:12]}" if row.where == "history" else "here"


def _row(row: Mapping[str, Any]) -> _Row:
    suppression = row["suppression"]
    if row["where"] not in ("tree", "history", "message") or not re.fullmatch("f1:[0-9a-f]{32}", row["fingerprint"]):
        raise ValueError("where, fingerprint")
    return _Row(
        kind=str(row["kind"]),
        where=str(row["where"]),
        path=str(row["path"]),
        line=int(row["line"]),
        end_line=int(row["end_line"]),
        commit=str(row["commit"]),
        length=str(row["length"]),
        fingerprint=str(row["fingerprint"]),
        suppression=(str(suppression[0]), str(suppression[1])) if suppression is not None else None,
    )
