"""`sdlc init`: what a repository needs to begin, written from what is there, and never over anything."""

from __future__ import annotations

import re
from datetime import timedelta
from fnmatch import fnmatch
from io import StringIO
from pathlib import Path

import click
from ruamel.yaml import YAML

from sdlc.config import load_config
from sdlc.disk import replace_file
from sdlc.errors import SdlcError, UsageError
from sdlc.formats.strict_json import dumps
from sdlc.formats.terminal import printable
from sdlc.inspecting.locked import USUAL
from sdlc.policy.schema import BUILT_IN
from sdlc.session import Session
from sdlc.surface.deployment import is_deployment
from sdlc.surface.extract import extract
from sdlc.surface.item import LOOPBACK, NETWORK
from sdlc.threats.draft import Exposed, add_claims, draw
from sdlc.threats.load import load_model
from sdlc.threats.writing import formatted
from sdlc.workspace import Workspace, open_workspace

ADOPTION = timedelta(days=179)
NEED_PEOPLE = ("threat-model",)
NEED_A_LOCK = ("build", "tests", "sbom", "vulnerabilities", "licenses", "malware")
ADDRESS = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")
IGNORED = (".sdlc/out/", ".sdlc/env/")
NO_WAIVERS = '# Findings that are knowingly lived with; `sdlc waive` writes them.\nschema = "sdlc.waivers/1"\n'
WORKFLOW = ".github/workflows/sdlc.yml"


@click.command(name="init")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option(
    "--action", default="", metavar="OWNER/REPO@SHA", help="Where secure-sdlc lies; writes the workflow, too."
)
@click.pass_obj
def command(session: Session, path: Path, action: str) -> None:
    """Write settings, a policy that adopts, an empty list of waivers and a drafted threat model into PATH.

    Asks nothing and overwrites nothing. Commit what it wrote: the policy counts from the base commit on.
    """
    if action and not ADDRESS.fullmatch(action):
        raise UsageError(f"--action {action!r:.100} is no OWNER/REPO@SHA of 40 hexadecimal digits", hint="pin a commit")
    workspace = open_workspace(path, session.tools)
    until = (session.now + ADOPTION).date().isoformat()
    pyproject = workspace.read("pyproject.toml") if workspace.exists("pyproject.toml") else None
    product = load_config(None, pyproject=pyproject, folder=workspace.root.name).product
    locks = [path for path in workspace.paths if fnmatch(path, "*requirements*.txt") and _is_locked(workspace, path)]
    files = {
        "sdlc.toml": _settings(workspace, product.name, product.version, locks),
        ".sdlc/policy.toml": _policy(product.name, until, locked=bool(locks)),
        ".sdlc/waivers.toml": NO_WAIVERS,
        f"threat_models/{_file_name(product.name)}.yaml": _model(workspace, product.name),
    }
    if action:
        files[WORKFLOW] = _workflow(action)
    for name, text in files.items():
        if (workspace.root / name).exists() or (workspace.root / name).is_symlink():
            click.echo(f"kept      {printable(name)}")
            continue
        replace_file(session.disk, workspace.root / name, text.encode())
        click.echo(f"wrote     {printable(name)}")
    _ignore(workspace, session)
    click.echo("next      git add -A && git commit -m 'Adopt secure-sdlc', then: sdlc check")
    click.echo(f"          until {until} old findings are shown and block nothing but a release")
    if not action:
        click.echo("          docs/github-actions.md has the ten lines for pull requests (--action writes them)")


def _settings(workspace: Workspace, name: str, version: str, locks: list[str]) -> str:
    """`sdlc.toml`; a build needs a lock with hashes, so without one it is only shown how."""
    lines = ['schema = "sdlc/1"', "", "[product]", f"name = {_quoted(name)}", f"version = {_quoted(version)}", ""]
    listed = ", ".join(_quoted(path) for path in locks)
    shipped = ", ".join(_quoted(path) for path in [lock for lock in USUAL if lock in locks][:1] or locks)
    if locks:
        lines += ["[gates.build]", f"requirements = [{listed}]", "", "[gates.sbom]"]
        lines += ["# What is shipped, and nothing that only builds or tests it.", f"requirements = [{shipped}]", ""]
    else:
        lines += [
            "# Build and tests run in an environment of a lock with hashes: uv pip compile --generate-hashes … -o FILE",
            "# [gates.build]",
            '# requirements = ["requirements/dev.txt"]',
            "",
        ]
    tests = sorted({path.partition("/")[0] for path in workspace.paths if path.startswith(("tests/", "test/"))})
    if tests:
        lines += ["[gates.tests]", f"paths = [{', '.join(_quoted(folder) for folder in tests)}]", ""]
    return "\n".join(lines)


def _is_locked(workspace: Workspace, path: str) -> bool:
    try:
        return b"--hash=sha256:" in workspace.read(path)
    except SdlcError:
        return False


def _policy(name: str, until: str, *, locked: bool) -> str:
    """The built-in rules, adopting; those that need decisions, or a lock that is not there, are announced."""
    _, *rules = BUILT_IN.decode().split("[[rules]]\n")
    head = [
        "# Read from the base commit only: a change of it applies after its merge. docs/policy.md explains every key.",
        'schema = "sdlc.policy/1"',
        f"id = {_quoted(_file_name(name))}",
        'mode = "adopting"',
        f"adopting_until = {until}",
    ]
    for rule in rules:
        later = (*NEED_PEOPLE, *(() if locked else NEED_A_LOCK))
        waits = any(f'gate = "{gate}"\n' in rule for gate in later)
        head += ["", "[[rules]]", rule.strip(), *([f"effective_on = {until}"] if waits else [])]
    return "\n".join(head) + "\n"


def _model(workspace: Workspace, name: str) -> str:
    own = [path for path in workspace.paths if path.endswith(".py") and not _is_beside(path)]
    sources = {}
    for path in own:
        sources[path] = _read(workspace, path)
    document = draw(name, sources)
    add_claims(document, _exposed(workspace, sources))
    stream = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.dump(document, stream)
    head = (
        "# Drafted from what the code imports. Every threat is open: decide about each, and add what no import shows."
    )
    text = formatted(f"{head}\n{stream.getvalue()}".encode(), path="the drafted threat model").decode()
    load_model(text.encode(), path="the drafted threat model")  # what we write must be what the gate can read
    return text


def _exposed(workspace: Workspace, sources: dict[str, bytes]) -> list[Exposed]:
    """What can be reached and done now, which is where a model begins; what is not resolved is for people."""
    beside = {
        path: _read(workspace, path) for path in workspace.paths if path == "pyproject.toml" or is_deployment(path)
    }
    items = extract(sources | beside, frozenset(workspace.paths)).surface.items
    return [
        Exposed(
            item.key,
            spot.path,
            item.guard,
            item.bind,
            deployed=spot.path not in sources,
            reached=item.kind in NETWORK and item.bind not in LOOPBACK,
        )
        for item in items
        if not item.unresolved
        for spot in item.places
        if spot.path != "pyproject.toml"
    ]


def _read(workspace: Workspace, path: str) -> bytes:
    """The file, or nothing where it cannot be read: the gate will say so."""
    try:
        return workspace.read(path)
    except SdlcError:
        return b""


def _is_beside(path: str) -> bool:
    """Code that is not the product's: tests, documentation, examples, tools."""
    return path.partition("/")[0] in ("tests", "test", "docs", "doc", "examples", "benchmarks", "tools", "scripts")


def _workflow(action: str) -> str:
    address, _, pin = action.partition("@")
    return (
        "name: sdlc\n"
        "on: {pull_request: {}, merge_group: {}}\n"
        "permissions: {}\n"
        "jobs:\n"
        "  sdlc:\n"
        f"    uses: {address}/.github/workflows/pr.yml@{pin}\n"
        "    permissions: {contents: read, security-events: write}\n"
    )


def _ignore(workspace: Workspace, session: Session) -> None:
    """Results and environments do not belong into the repository; what stands in .gitignore stays."""
    path = workspace.root / ".gitignore"
    old = path.read_text("utf-8", "replace") if path.is_file() else ""
    missing = [line for line in IGNORED if line not in old.splitlines()]
    if missing:
        head = old if not old or old.endswith("\n") else old + "\n"
        replace_file(session.disk, path, (head + "\n".join(missing) + "\n").encode())
        click.echo(f"added     {' '.join(missing)} to .gitignore")


def _file_name(name: str) -> str:
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in name.lower())
    return kept.strip("-") or "product"


def _quoted(text: str) -> str:
    return dumps(text).decode()
