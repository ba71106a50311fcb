"""
The release candidate: the closed list of what is proposed for release, signed by the runner.

Everything is in it by digest: each artifact, each raw byte that a gate read, the policy. The file is accepted only in
the one form that `dump_candidate` writes, so nothing can be added beside what this version understands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats.reading_json import refreshed_from_json, refreshed_to_json, result_from_json, result_to_json
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest
from sdlc.model.result import GateResult, Refreshed

PREDICATE = "urn:secure-sdlc:release-candidate:v1"
MAX_NAME = 200
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True)
class Artifact:
    """One file that is proposed for release; `size` in bytes."""

    name: str
    size: int
    digest: Digest


@dataclass(frozen=True)
class Candidate:
    """What is proposed.

    `sequence` counts the releases of a channel from 1; `previous` is the digest of the manifest before (None only for
    the first). `authors` are the e-mail addresses of all who wrote or committed since then. `results` say what each
    gate read and found; `policy` and `waivers` are digests of those files; `inventory` is the digest of what the
    release is made of, `before` that of what the one before was (None where it is not known). `committed` is when the
    commit was made, `checked` when the gates ran, but for those that are `refreshed`. `break_glass` says why the
    release cannot wait for the quorum; empty in an ordinary one.
    """

    product: str
    version: str
    channel: str
    sequence: int
    previous: Digest | None
    repository: str
    commit: str
    tree: str
    authors: tuple[str, ...]
    artifacts: tuple[Artifact, ...]
    results: tuple[GateResult, ...]
    policy: Digest
    waivers: Digest | None
    inventory: Digest
    before: Digest | None
    committed: datetime
    checked: datetime
    created: datetime
    not_before: datetime
    expires: datetime
    refreshed: tuple[Refreshed, ...] = ()
    break_glass: str = ""

    @property
    def evidence(self) -> frozenset[Digest]:
        """Digests of all raw bytes that the gates read."""
        return frozenset(digest for result in self.results for digest in result.raw.values())

    @property
    def attached(self) -> frozenset[Digest]:
        """Digests of what the page is drawn with beside: the inventories of this release and of the one before."""
        return frozenset({self.inventory} if self.before is None else {self.inventory, self.before})

    @property
    def subjects(self) -> tuple[tuple[str, Digest], ...]:
        """Name and digest of each artifact."""
        return tuple((artifact.name, artifact.digest) for artifact in self.artifacts)


def dump_candidate(candidate: Candidate) -> bytes:
    """The statement that the runner signs."""
    predicate: dict[str, object] = {
        "product": candidate.product,
        "version": candidate.version,
        "channel": candidate.channel,
        "sequence": candidate.sequence,
        "previousManifestDigest": candidate.previous,
        "repository": candidate.repository,
        "commit": candidate.commit,
        "tree": candidate.tree,
        "authors": sorted(candidate.authors),
        "artifacts": [
            {"name": a.name, "size": a.size, "sha256": a.digest}
            for a in sorted(candidate.artifacts, key=lambda a: a.name)
        ],
        "gates": [result_to_json(result) for result in candidate.results],
        "policyDigest": candidate.policy,
        "waiversDigest": candidate.waivers,
        "inventoryDigest": candidate.inventory,
        "beforeDigest": candidate.before,
        "committed": time_to_text(candidate.committed),
        "checked": time_to_text(candidate.checked),
        "refreshed": refreshed_to_json(candidate.refreshed),
        "breakGlass": candidate.break_glass,
        "created": time_to_text(candidate.created),
        "notBefore": time_to_text(candidate.not_before),
        "expires": time_to_text(candidate.expires),
    }
    return statement(candidate.subjects, PREDICATE, predicate)


def load_candidate(data: bytes, *, what: str = "candidate") -> Candidate:
    """The candidate in `data`; raises UnreadableError."""
    document = load_statement(data, predicate_type=PREDICATE, what=what).predicate
    try:
        candidate = _candidate(document)
        check_names(artifact.name for artifact in candidate.artifacts)
        _check(candidate)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    if dump_candidate(candidate) != data:
        raise UnreadableError(f"{what}: a member is unknown, or not in the one form that is written")
    return candidate


def check_names(names: Iterable[str]) -> None:
    """Raise ValueError unless every one of `names` is a plain file name, and no two look alike to any system."""
    seen: dict[str, str] = {}
    for name in names:
        if not 0 < len(name.encode("utf-8")) <= MAX_NAME:
            raise ValueError(f"the name {name!r:.60} is empty or longer than {MAX_NAME} bytes")
        if unicodedata.normalize("NFC", name) != name or any(
            unicodedata.category(character) in _INVISIBLE for character in name
        ):
            raise ValueError(f"the name {name!r:.60} has invisible characters or is not in normal form C")
        if set(name) & set('/\\:*?"<>|') or name != name.strip() or name.startswith(".") or name.endswith("."):
            raise ValueError(f"the name {name!r:.60} is not a plain file name")
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in seen:
            raise ValueError(f"the names {seen[folded]!r:.60} and {name!r:.60} are one to some systems")
        seen[folded] = name


def _candidate(document: Mapping[str, Any]) -> Candidate:
    return Candidate(
        product=str(document["product"]),
        version=str(document["version"]),
        channel=str(document["channel"]),
        sequence=int(document["sequence"]),
        previous=_digest_or_none(document["previousManifestDigest"]),
        repository=str(document["repository"]),
        commit=str(document["commit"]),
        tree=str(document["tree"]),
        authors=tuple(str(email) for email in document["authors"]),
        artifacts=tuple(
            Artifact(str(a["name"]), int(a["size"]), parse_digest(a["sha256"])) for a in document["artifacts"]
        ),
        results=tuple(result_from_json(result) for result in document["gates"]),
        policy=parse_digest(document["policyDigest"]),
        waivers=_digest_or_none(document["waiversDigest"]),
        inventory=parse_digest(document["inventoryDigest"]),
        before=_digest_or_none(document["beforeDigest"]),
        committed=time_from_text(document["committed"]),
        checked=time_from_text(document["checked"]),
        created=time_from_text(document["created"]),
        not_before=time_from_text(document["notBefore"]),
        expires=time_from_text(document["expires"]),
        refreshed=refreshed_from_json(document["refreshed"]),
        break_glass=str(document["breakGlass"]),
    )


def _check(candidate: Candidate) -> None:
    if not (candidate.product and candidate.version and candidate.channel and candidate.commit):
        raise ValueError("product, version, channel and commit must not be empty")
    if not candidate.artifacts:
        raise ValueError("there is no artifact")
    if candidate.sequence < 1 or (candidate.sequence == 1) != (candidate.previous is None):
        raise ValueError("sequence counts from 1, and only the first release has no previous manifest")
    if candidate.before is not None and candidate.previous is None:
        raise ValueError("the first release has none before it")
    if not candidate.authors:
        raise ValueError("there is no author; a release without one cannot be approved independently")
    gates = [result.gate for result in candidate.results]
    if not gates or len(set(gates)) != len(gates):
        raise ValueError("there must be gates, and no two results of one gate")
    if not candidate.checked <= candidate.created <= candidate.not_before < candidate.expires:
        raise ValueError("the times must follow each other: checked, created, notBefore, expires")
    if not all(one.gate in gates and candidate.checked <= one.at <= candidate.created for one in candidate.refreshed):
        raise ValueError("a refreshed gate must be one of the gates, and have run between check and candidate")


def _digest_or_none(text: object) -> Digest | None:
    return None if text is None else parse_digest(text)
