"""
Does the Python source contain a known weakness, such as a request parameter that reaches a shell?

**Why.** Most holes in applications are one of some sixty well-known mistakes, and a machine sees them minutes after
they are written. semgrep runs with our own rules (`rules/`), most of which follow a value from where it comes in to
where it does harm, inside one function; an engine of our own follows the same rules from function to function and from
module to module, and names every step. bandit runs beside them, and what it alone reports is advice unless the pattern
is unambiguous.

**How it can be wrong.** A guard that the rules do not know is a false alarm. A call whose target only shows when the
program runs (`getattr`, a registry, an object from outside of the tree) ends a flow; one that may be meant, and a value
that passes through a library that nobody described, or through an attribute of some object of a class, is advice, not a
blocker; two such steps end it. Of a value no more than 24 origins are followed. A rule is tried only on files that hold
the words of its patterns. A file that
cannot be parsed, a rule that timed out or a file that a tool left out is an error, never "nothing found". Long modules
of nothing but constants are left to bandit: no value flows in them. Tests, documentation and fuzz harnesses are not
looked at (`exclude`). Rules of your own in `.sdlc/rules/` run beside ours (docs/own-rules.md); they count as the base
commit has them.

**How to fix a finding.** Each says how in one sentence; `sdlc fix` shows, and with `--write` makes, the edits of those
that have one right answer. If it is wrong, write the rule and the reason beside the code,
`# nosec command-injection -- the value is one of our constants`: it then no longer blocks, and stays counted.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from sdlc.errors import IncompleteError
from sdlc.formats import strict_json
from sdlc.formats.bandit_json import load_bandit
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.formats.flows_json import load_flows_report
from sdlc.formats.line_hash import line_hashes
from sdlc.formats.python_source import Source, Unparsed, load_source
from sdlc.formats.rule_catalogue import load_rules
from sdlc.formats.semgrep_json import load_semgrep
from sdlc.formats.suppression_comments import dump_suppressions
from sdlc.model.digest import sha256
from sdlc.model.fingerprint import enclosing_in
from sdlc.model.result import Context, PlaceContext, RawArtifacts
from sdlc.readings.static_analysis import NEEDS, Settings
from sdlc.scanning.folding import fold
from sdlc.scanning.following import follow
from sdlc.scanning.narrow import narrow
from sdlc.scanning.rules import own_packs, with_own
from sdlc.scanning.scanners import started
from sdlc.scanning.semgrep import Limits
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "static-analysis"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
_GLOB = re.compile(r"([\\*?\[\]!# ])")
"""What has a meaning in an ignore file."""


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:  # noqa: ARG001 - the shape of a gate
    """Why there is nothing to look at."""
    return None if any(path.endswith(".py") for path in workspace.paths) else "there is no Python source"


def run(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],  # noqa: ARG001 - the shape of a gate
) -> dict[str, bytes]:
    """What semgrep and bandit print about the sources, and the code at the places that they name."""
    own = own_packs(workspace, tools)
    compiled = with_own(own.items())
    with tempfile.TemporaryDirectory(prefix="sdlc-static-") as temporary:
        # The tools see a copy of the sources alone: no ignore file, configuration or link of the workspace counts.
        mirror, home = Path(temporary, "sources"), Path(temporary, "home")
        for folder in (mirror, home):
            folder.mkdir()
        sources, unparsed = _copy_sources(workspace, settings, mirror)
        rules = Path(temporary, "rules.json")
        rules.write_bytes(narrow(compiled, {path: source.text for path, source in sources.items()}))
        artifacts = {}
        if sources:
            limits = Limits(settings.rule_timeout, settings.timeout)
            with started(tools, mirror, rules, home, limits) as scanners:
                artifacts["flows.json"] = follow(compiled, sources, mirror)
                artifacts |= {name: scan.result() for name, scan in scanners.items()}
    ids = sorted(rule.id for rule in load_rules(compiled))
    return artifacts | {
        "unparsed.json": strict_json.dumps([asdict(one) for one in unparsed]),
        "tables.json": strict_json.dumps(sorted(path for path, source in sources.items() if source.table)),
        "suppressions.json": dump_suppressions(one for source in sources.values() for one in source.suppressions),
        "rules.json": strict_json.dumps({"rules": ids, "sha256": sha256(compiled), "own": sorted(own), "flows": True}),
        "context.json": dump_context(Context(tuple(sources), tuple(_places(artifacts, sources)))),
        "tools.json": dump_tools((tools.identify("semgrep"), tools.identify("bandit"))),
    }


def _copy_sources(workspace: Workspace, settings: Settings, mirror: Path) -> tuple[dict[str, Source], list[Unparsed]]:
    sources: dict[str, Source] = {}
    unparsed = []
    for path in workspace.paths:
        if not path.endswith(".py") or any(fnmatch(path, pattern) for pattern in settings.exclude):
            continue
        try:
            data = workspace.read(path)
            source = load_source(path, data)
        except IncompleteError as error:
            source = Unparsed(ascii(path)[1:-1], 0, error.message)
        if isinstance(source, Unparsed):
            unparsed.append(source)
            continue
        sources[path] = source
        target = mirror / PurePosixPath(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(fold(source, data))
    # Without this file, semgrep leaves out tests and more; with a table, it is busy for minutes.
    ignored = [_GLOB.sub(r"\\\1", path) for path in sorted(sources) if sources[path].table]
    (mirror / ".semgrepignore").write_text("".join(f"/{path}\n" for path in ignored), encoding="utf-8")
    return sources, unparsed


def _places(artifacts: Mapping[str, bytes], sources: Mapping[str, Source]) -> Iterable[PlaceContext]:
    if not artifacts:
        return
    places = {(match.path, match.line) for match in load_semgrep(artifacts["semgrep.json"]).matches}
    places |= {(issue.path, issue.line) for issue in load_bandit(artifacts["bandit.json"]).issues}
    places |= {(flow.path, flow.line) for flow in load_flows_report(artifacts["flows.json"]).found}
    hashes: dict[str, tuple[str, ...]] = {}
    for path, line in sorted(place for place in places if place[0] in sources):
        if path not in hashes:
            hashes[path] = line_hashes(sources[path].text)
        statement, function = enclosing_in(sources[path].tree, line)
        known = hashes[path][line - 1] if 0 < line <= len(hashes[path]) else ""
        yield PlaceContext(path, line, statement, function, known)
