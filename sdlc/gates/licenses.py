"""
Under which license is everything that is shipped, and may the product ship it?

**Why.** A copyleft library in a closed product is found by a customer's lawyer, or by its author; and a license text
that is not passed on breaks even the mildest license. The gate takes the components of the SBOM, reads what each
declares, and lays the product's three lists over it: `allow`, `review`, `deny`, each of SPDX ids and of categories
(`public-domain`, `permissive`, `weak-copyleft`, `strong-copyleft`, `network-copyleft`, `restricted`). Without lists of
its own a product may ship what is permissive, a person looks at weak copyleft, and the rest is refused. A list that
`sdlc.toml` sets takes the place of that one; but a category that is refused without lists stays refused until one of
them names it: `deny = []` lets nothing in, `review = ["strong-copyleft"]` asks a person.

Declared is `License-Expression` (PEP 639), a `License` that is an SPDX expression, or a classifier that means exactly
one license. Concluded is what a person wrote into `concluded`, a usual spelling, or the one license whose words its
texts hold; the finding says which. `AND` needs both; of `OR` the allowed alternative is taken, and it is said which;
an exception (`WITH`) is looked up with its license. A license that nobody can tell (`LICENSE-UNKNOWN`) and one that
nobody states (`LICENSE-MISSING`) are findings, never a pass. All texts are collected in `NOTICES.txt`, which
`sdlc licenses notices` writes; what brings none is named in it.

**How it can be wrong.** The gate knows no law, and the categories are of our own. Nobody checks that a license is
really the author's to give. Whether linking makes one work is not asked: strong copyleft is taken to reach the
product. What wheels carry inside is judged where their own SBOM states a license (PEP 770), else it is one finding of
medium confidence. Texts are known by a few of their words, and a text of the GNU family does not say whether later
versions are granted. What another platform alone installs is counted, not judged.

**How to fix a finding.** Replace the component; or let the owner of the product list its license by name, or write
down what it is: `concluded = ["NAME==VERSION is EXPRESSION"]`. Each of these is a weakening that a review sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sdlc
from sdlc.components.declared import key_of
from sdlc.errors import ToolError
from sdlc.formats import strict_json, strict_toml
from sdlc.formats.context_json import dump_context
from sdlc.formats.wheel_metadata import load_wheel
from sdlc.gates import sbom
from sdlc.inspecting.license_texts import installed_texts, wheel_texts
from sdlc.licenses.rules import load_rules
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings.licenses import NEEDS, TEXTS, Settings, notices_of, survey_of
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "licenses"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:  # noqa: ARG001 - the shape of a gate
    """Why nothing of others is shipped: whatever the gate sbom says."""
    try:
        text = workspace.read("sdlc.toml") if workspace.exists("sdlc.toml") else b""
        locks = tuple(strict_toml.loads(text).get("gates", {}).get("sbom", {}).get("requirements", ()))
    except (ValueError, AttributeError, TypeError):
        locks = ()
    return sbom.not_applicable(workspace, sbom.Settings(requirements=locks))


def run(
    workspace: Workspace,
    tools: Tools,  # noqa: ARG001 - the shape of a gate
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],
) -> RawArtifacts:
    """Collect the license texts of what the SBOM lists, and write NOTICES.txt. Raises ToolError, UnreadableError."""
    if "embedded.json" not in inputs.get("sbom", {}):
        raise ToolError("there is no SBOM that says what is shipped", hint="sdlc check --gate sbom -v")
    listed = strict_json.loads_object(inputs["sbom"]["embedded.json"], what="embedded.json")["distributions"]
    wanted = {key_of(str(row["name"]), str(row["version"])) for row in listed}
    found = installed_texts(workspace.installed, wanted)
    for name, data in sorted(inputs.get("build", {}).items()):
        if name.startswith("dist/") and name.endswith(".whl"):
            wheel = load_wheel(data, what=name.removeprefix("dist/"))
            found.append(wheel_texts(data, wheel.name, wheel.version))
    rows = [{"name": one.name, "version": one.version, "files": one.files, "skipped": one.skipped} for one in found]
    rules = _rules()
    raw: dict[str, bytes] = {
        "licenses.toml": rules,
        "texts.json": strict_json.dumps({"distributions": rows}),
        "context.json": dump_context(Context()),
        **{f"{TEXTS}{digest}": data for one in found for digest, data in one.content.items()},
    }
    needs = {f"{gate}/{name}": data for gate in NEEDS for name, data in inputs.get(gate, {}).items()}
    together = {**raw, **needs}
    return {**raw, "NOTICES.txt": notices_of(survey_of(together, settings, load_rules(rules)), together)}


def _rules() -> bytes:
    """The categories: inside the installed package, or beside it in a checkout. Raises ToolError."""
    package = Path(sdlc.__file__).parent
    for folder in (package, package.parent):
        if (path := folder / "rules" / "licenses" / "licenses.toml").is_file():
            return path.read_bytes()
    raise ToolError("the rules of licenses are missing", hint="install secure-sdlc again")
