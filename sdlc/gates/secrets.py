"""
Does a password, key or token stand in the files, or in a commit that is under test?

**Why.** A credential in a repository is known to everybody who ever had a clone of it. Taking it out of the tree does
not take it out of the clones: it is exposed until it is revoked, and so it stays a finding until that is recorded.

**How it works.** Our kinds (`rules/secrets/kinds.toml`) and detect-secrets search the work tree, the message of every
commit under test, and every version of every file that those commits brought, as git stores it. With `--since` (profile
`pr`) that is what the change brought, else the whole history. What is found is proved by shape: checksums, encodings,
structure, entropy; no service is ever asked. Values and plain hashes of them are stored nowhere, and taken out of what
the other gates store; a credential's name is keyed and slow to guess (docs/secrets.md).

**How it can be wrong.** A password of words alone looks like any other text. Archives are not opened, of binary files
only kinds of a certain form are seen, contents of submodules and of LFS are not in the repository; all of these are
counted. Branches that HEAD does not contain are not searched. In tests and documentation, kinds without a form of their
own are advice. What detect-secrets alone reports is advice.

**How to fix a finding.** Revoke the credential first. Then take it out, and record the revocation in
`.sdlc/revoked-secrets.toml`: `fingerprint`, `who`, `when`, `how`. A test key that opens nothing is waived
(`sdlc waive`), or marked where it stands: `nosec private-key -- made for these tests, opens nothing` in a comment.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import sdlc
from sdlc.credentials.kinds import load_kinds
from sdlc.credentials.redact import redact, redactor
from sdlc.credentials.revoked import PATH
from sdlc.errors import ToolError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.model.digest import sha256
from sdlc.model.result import UNSTORED, Context, RawArtifacts
from sdlc.readings.secrets import NEEDS, Settings
from sdlc.searching.documents import Found, Searcher
from sdlc.searching.fingerprints import Fingerprints
from sdlc.searching.history import History, first_commit, submodules_of
from sdlc.searching.tree import Tree
from sdlc.tools import Tools
from sdlc.workspace import Workspace, protected

ID = "secrets"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
LENGTHS = ((40, "40 or more"), (20, "20 to 39"), (12, "12 to 19"), (0, "less than 12"))


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:  # noqa: ARG001 - the shape of a gate
    """Why there is nothing to look at."""
    return None if workspace.paths else "there is no file"


def run(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],  # noqa: ARG001 - the shape of a gate
) -> dict[str, bytes]:
    """What stands where, under keyed names; the values themselves only in an artifact that is never stored."""
    rules = _rules()
    names = Fingerprints(first_commit(workspace, tools))
    tree = Tree(workspace, settings.exclude)
    with tempfile.TemporaryDirectory(prefix="sdlc-secrets-") as empty:
        searcher = Searcher(tools, rules, Path(empty), settings.timeout)
        found = list(searcher.search(tree.documents()))
        forms = dict(searcher.forms)
        past = History(workspace, tools, tree.objects, settings.exclude, settings.timeout)
        found += searcher.search(past.documents())
    values = sorted({one.match.value for one in found})
    looked = {
        "files": len(tree.files),
        "links": tree.links,
        "excluded": tree.excluded,
        "binaries": forms.get("binary", 0),
        "other-encoding": forms.get("other-encoding", 0) + forms.get("utf-16", 0),
        "lfs-pointers": forms.get("lfs-pointer", 0),
        "large-binaries": tree.large + past.large,
        "submodules": max(submodules_of(workspace, tools), len(past.submodules)),
        "history": _kind_of_history(workspace),
        "commits": past.commits,
        "versions": past.versions,
        "problems": [*tree.problems, *past.problems, *searcher.problems],
    }
    raw = {
        "matches.json": redact(strict_json.dumps(list(_rows(found, names))), redactor(values)),
        "looked.json": strict_json.dumps(looked),
        "rules.json": _described(rules),
        "context.json": dump_context(Context(files=tuple(tree.files))),
        "tools.json": dump_tools((tools.identify("detect-secrets"),)),
        f"{UNSTORED}values.json": strict_json.dumps(values),
    }
    revoked = protected(workspace, tools, PATH)
    return raw if revoked is None else raw | {"revoked.toml": revoked}


def _rules() -> bytes:
    """The kinds: inside the installed package, or beside it in a checkout. Raises ToolError."""
    package = Path(sdlc.__file__).parent
    for folder in (package, package.parent):
        if (path := folder / "rules" / "secrets" / "kinds.toml").is_file():
            return path.read_bytes()
    raise ToolError("the rules of secrets are missing", hint="install secure-sdlc again")


def _described(rules: bytes) -> bytes:
    """What the reading says of each kind, and the digest of their patterns."""
    rows = [
        {
            "id": kind.id,
            "title": kind.title,
            "severity": kind.severity,
            "confidence": kind.confidence,
            "generic": kind.generic,
            "revoke": kind.revoke,
        }
        for kind in load_kinds(rules)
    ]
    return strict_json.dumps({"kinds": rows, "sha256": sha256(rules)})


def _kind_of_history(workspace: Workspace) -> str:
    if not workspace.history:
        return "none"
    return "since" if ".." in workspace.history else "all"


def _rows(found: Iterable[Found], names: Fingerprints) -> Iterable[dict[str, object]]:
    for one in found:
        document, match = one.document, one.match
        yield {
            "kind": match.kind,
            "where": "message" if document.message else "history" if document.commit else "tree",
            "path": document.path,
            "line": match.line,
            "end_line": match.end_line,
            "commit": document.commit,
            "length": next(said for least, said in LENGTHS if len(match.value) >= least),
            "fingerprint": names.of(match.canonical),
            "suppression": match.suppression,
        }
