"""
Is every threat decided, and is every control proved in this very build?

**Why.** A threat model that nobody checks describes the product of last year. Here a control is *verified* only when
the code that it points at exists, it names evidence, and that evidence ran and passed in the same build. A person can
write `implemented`; nobody can write `verified`.

**How it works.** `threat_models/*.yaml` is read strictly. Pointers are followed by syntax tree, so a name in a
comment does not count. Tests, harnesses and rules are looked up in what the gates `tests`, `fuzz` and
`static-analysis` recorded. Each threat needs a verified control, an acceptance, or a status (`transferred`, `avoided`,
`not_applicable`) with a rationale. Where a risk names the threat, its level decides: exploitability from CVSS × harm
from `harms.yaml`, looked up in a matrix, and after the controls no better than before unless they are verified.
`acceptances.yaml`, `harms.yaml` and `policy.yaml` beside the models are read from the base commit only: a change cannot
accept its own risks. An acceptance names owner and approver, lasts 180 days at most, and is bound to threat and risk by
a digest. A day that is over (TM203, TM309) blocks where the policy asks for this gate.

**How it can be wrong.** A threat that nobody thought of is in no model; `sdlc threats propose` names usual ones. A test
that passes has to run the control's code (TM306), as far as it runs in one process; whether it asks the right thing of
it is for those who review the model. What the code lets in and the model
lacks is for the gate `attack-surface`.

**How to fix a finding.** The finding names file, line and entry; `sdlc threats fix` writes what can be written. TM1:
mend the model. TM2: prove, accept or explain the threat; for an acceptance that lapsed, decide again and write the new
digest. TM3: make the evidence exist, run and pass.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdlc.errors import IncompleteError
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.threat_model import NEEDS, Settings
from sdlc.threats.load import BESIDE, ModelError, is_model, load_model
from sdlc.threats.pointers import Resolution, dump_pointers, pointers_of, resolve
from sdlc.tools import Tools
from sdlc.workspace import Workspace, protected

ID = "threat-model"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there is no threat model to judge."""
    return None if _models(workspace, settings) else f"there is no {settings.folder}/*.yaml"


def run(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],  # noqa: ARG001 - the reading joins them
) -> RawArtifacts:
    """The models as they are, the acceptances of the base commit, and where the models' pointers lead."""
    raw = {
        f"models/{path.removeprefix(settings.folder + '/')}": workspace.read(path)
        for path in _models(workspace, settings)
    }
    for beside in BESIDE:
        data = protected(workspace, tools, f"{settings.folder}/{beside}")
        if data is not None:
            raw[beside] = data
    pointers: set[str] = set()
    for name, data in raw.items():
        if name.startswith("models/"):
            pointers.update(_pointers(data, name))
    raw["pointers.json"] = dump_pointers(_follow(workspace, pointer) for pointer in sorted(pointers))
    raw["context.json"] = dump_context(Context(files=workspace.paths))
    raw["tools.json"] = dump_tools(())
    return raw


def _models(workspace: Workspace, settings: Settings) -> tuple[str, ...]:
    """Everything in the folder that ends like YAML, also deeper down: a model with an odd name is not skipped."""
    found = workspace.matching(f"{settings.folder}/*.yaml", f"{settings.folder}/*.yml")
    return tuple(path for path in found if is_model(path, settings.folder))


def _pointers(data: bytes, name: str) -> tuple[str, ...]:
    try:
        return pointers_of(load_model(data, path=name).model)
    except ModelError:
        return ()  # the reading reports it, with line and column


def _follow(workspace: Workspace, pointer: str) -> Resolution:
    try:
        return resolve(pointer, workspace.paths, workspace.read)
    except IncompleteError as error:
        return Resolution(pointer, False, error.message)
