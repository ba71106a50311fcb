"""
Is every security requirement shown by this very build, and may each role do what it is meant to, and nothing more?

**Why.** A list of requirements that is written once and traced by hand describes what somebody hoped. Here a
requirement is *verified* only when it names tests of the product, or controls of its threat model, and all of them ran
and passed in the same build. A test that is removed, renamed, skipped or expected to fail leaves its requirement
unverified that same day. The matrix of roles says for each role and each action whether it is allowed or denied, and a
test shows either: that the administrator may delete, and that the viewer may not. A cell that nobody wrote is a
finding, because what nobody decided is not denied.

**How it works.** `security/requirements.yaml` is read strictly (docs/requirements.md has the forms). Each requirement
has an id, a title, a statement, a category, an acceptance criterion, and what shows it. Tests are named as pytest names
them, never by a pattern, and one with parameters needs all of its cases. They are looked up in what the gate `tests`
recorded, controls in what the gate `threat-model` found. The trace matrix is kept as `trace.csv` and `trace.json`, and
`sdlc requirements trace` prints it. A requirement or a proof that a change takes away, and an action that it allows to
a role, is a weakening: it is shown in a row of its own, and a person decides.

**How it can be wrong.** Nobody checks that a test shows what the requirement says: that is for those who review both.
Nor is it known which requirements are missing, or which actions the product has besides those that are listed.

**How to fix a finding.** REQ-UNVERIFIED, ROLE-UNVERIFIED: let the test that is named run and pass, or name the one
that shows it. ROLE-CELL: decide whether the role may do it, and write the test. All others: mend the entry.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.formats.strict_yaml import EntryError
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.replay import gathered
from sdlc.readings.requirements import FILE, NEEDS, TRACES, Settings, rows_of
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "requirements"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why no requirement is judged."""
    return None if workspace.exists(settings.file) else f"there is no {settings.file}"


def run(
    workspace: Workspace,
    tools: Tools,  # noqa: ARG001 - the shape of a gate
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],
) -> RawArtifacts:
    """The requirements as they are, and the trace matrix over what the other gates found. Raises UnreadableError."""
    raw: dict[str, bytes] = {
        FILE: workspace.read(settings.file),
        "context.json": dump_context(Context(files=(settings.file,))),
        "tools.json": dump_tools(()),
    }
    try:
        rows = rows_of(gathered(ID, raw, inputs), settings)
    except EntryError:
        return raw  # the reading reports it, with line and column
    return raw | {name: dump(rows) for name, dump in TRACES.items()}
