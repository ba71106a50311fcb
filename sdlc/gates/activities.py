"""
Did the people do what no program does: was this version tested by attackers, reviewed, and made by trained persons?

**Why.** A penetration test, a course and a review leave a paper, and the paper says nothing of the release that it is
shown for. Here each is a record that a person signs with the key with which they also approve releases, and it is held
against the version, the commits and the authors of this very release.

**How it works.** `sdlc record` writes a signed file into `.sdlc/records/`; the files count from the base commit, like
VEX decisions (docs/activities.md has the forms). *Penetration test*: a report about this version, not too old, whose
findings all have a disposition; the report of an earlier version counts with a signed bridge note that says why, until
a day. *Training*: every author since the last release held a course on the day of the commit, and every author and
approver holds one now; nobody records their own. Addresses are mapped to persons by the trust root, and one that it
does not know is a finding. *Code review*: the newest approval is of a commit after which no code changed, by somebody
who wrote none of it, with an answer to every topic of the checklist. `required` in `[gates.activities]` says which of
them must be there; what only time decides is asked of the day on which the policy decides. The register is kept as
`register.csv`.

**How it can be wrong.** A signature says who answers for a record, not that it is true: nobody here reads the report.
The date of a commit is what its author's clock said, and the trust root says which addresses are whose. A commit by a
program needs a person who answers for it.

**How to fix a finding.** The finding names the record, the commit and the person. Let what is missing be done, and
record it; what was recorded wrong is removed and recorded again. `sdlc explain ACT-REVIEW-OLD` says more of one rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any

from sdlc.activities.history import Commit, History, Since, dump_history
from sdlc.activities.record import CodeReview, load_record
from sdlc.activities.register import COLUMNS, register_of
from sdlc.activities.rules import FOLDER
from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats import strict_toml
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.formats.spreadsheet_text import dump_csv
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.activities import HISTORY, NEEDS, RECORDS, REGISTER, TRUST, Settings, judged_by, trust_of
from sdlc.signing.dsse import load_envelope
from sdlc.tools import Tools
from sdlc.workspace import Workspace, commits, differing, is_ancestor, protected, protected_files

ID = "activities"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why nothing that people did is judged."""
    if settings.required or workspace.matching(f"{FOLDER}*.json"):
        return None
    return f"there is no record in {FOLDER}, and sdlc.toml requires none"


def run(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],  # noqa: ARG001 - the shape of a gate
) -> RawArtifacts:
    """Records and trust root of the base commit, the commits that are answered for, and the register."""
    files = protected_files(workspace, tools, FOLDER)
    raw = {f"{RECORDS}{path.removeprefix(FOLDER)}": data for path, data in files.items() if path.endswith(".json")}
    trust = protected(workspace, tools, ".sdlc/trust.json")
    if trust is not None:
        raw[TRUST] = trust
    raw[HISTORY] = dump_history(_history(workspace, tools, settings, raw))
    counted = judged_by(raw, settings, trust_of(raw)).counted
    raw[REGISTER] = dump_csv(COLUMNS, register_of(counted))
    return raw | {"context.json": dump_context(Context()), "tools.json": dump_tools(())}


def _history(workspace: Workspace, tools: Tools, settings: Settings, raw: RawArtifacts) -> History:
    product, version = _product(workspace)
    found = commits(workspace, tools, settings.since)
    reviewed = {}
    for name in _reviewed(raw):
        known = is_ancestor(workspace, tools, name)
        paths = differing(workspace, tools, name) if known else ()
        code = {path for path in paths if not any(fnmatch(path, glob) for glob in settings.exclude)}
        later = [one.id for one in commits(workspace, tools, name) if code.intersection(one.paths)] if code else []
        reviewed[name] = Since(known, paths, tuple(later))
    return History(
        product=product,
        version=version,
        commits=tuple(Commit(one.id, one.at, one.emails) for one in found),
        paths=tuple(sorted({path for one in found for path in one.paths})),
        reviewed=reviewed,
    )


def _reviewed(raw: RawArtifacts) -> set[str]:
    """The commits that reviews name, whoever signed them; what is no record is said by the reading."""
    found = set()
    for name, data in raw.items():
        try:
            body = load_record(load_envelope(data, what=name).payload, what=name).body if RECORDS in name else None
        except (UnreadableError, BlockedError):
            continue
        if isinstance(body, CodeReview):
            found.add(body.commit)
    return found


def _product(workspace: Workspace) -> tuple[str, str]:
    """Name and version of the product, as `sdlc.toml` and `pyproject.toml` say."""
    said: dict[str, Any] = {"name": workspace.root.name, "version": "0"}
    for path, table in (("pyproject.toml", "project"), ("sdlc.toml", "product")):
        try:
            document = strict_toml.loads(workspace.read(path)) if workspace.exists(path) else {}
            said |= {key: value for key, value in document.get(table, {}).items() if key in said}
        except (ValueError, AttributeError) as error:
            raise UnreadableError(f"{path}: {error}", hint="mend the TOML syntax there") from None
    return str(said["name"]), str(said["version"])
