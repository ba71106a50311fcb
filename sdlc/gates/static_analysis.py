"""
Does the Python source contain a known weakness, such as a request parameter that reaches a shell?

**Why.** Most holes in applications are one of some sixty well-known mistakes, and a machine sees them minutes after
they are written. semgrep runs with our own rules (`rules/`), most of which follow a value from where it comes in to
where it does harm; bandit runs beside it, and what it alone reports is advice unless the pattern is unambiguous.

**How it can be wrong.** The rules follow values inside one function: a flow through a helper is missed, and a guard
that they do not know is a false alarm. A rule is tried only on files that hold the words of its patterns. A file that
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from sdlc.errors import IncompleteError
from sdlc.formats import strict_json
from sdlc.formats.bandit_json import load_bandit
from sdlc.formats.context_json import dump_context, dump_tools
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
from sdlc.scanning.narrow import narrow
from sdlc.scanning.rules import own_packs, with_own
from sdlc.scanning.semgrep import Limits, run_semgrep
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "static-analysis"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]
QUIET_TESTS = "B101,B110,B112,B401,B402,B403,B404,B405,B406,B407,B408,B409,B411,B412,B413,B415,B603,B607"
"""bandit's tests that name every import or call of a kind; they say nothing of how it is used."""

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
        artifacts = _scan(tools, settings, mirror, home, rules) if sources else {}
    ids = sorted(rule.id for rule in load_rules(compiled))
    return artifacts | {
        "unparsed.json": strict_json.dumps([asdict(one) for one in unparsed]),
        "tables.json": strict_json.dumps(sorted(path for path, source in sources.items() if source.table)),
        "suppressions.json": dump_suppressions(one for source in sources.values() for one in source.suppressions),
        "rules.json": strict_json.dumps({"rules": ids, "sha256": sha256(compiled), "own": sorted(own)}),
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


def _scan(tools: Tools, settings: Settings, mirror: Path, home: Path, rules: Path) -> dict[str, bytes]:
    # Without -x, bandit leaves out folders with certain names.
    bandit = f"bandit -r . -f json -q --ignore-nosec -x nothing-is-left-out -s {QUIET_TESTS}"
    limits = Limits(settings.rule_timeout, settings.timeout)
    with ThreadPoolExecutor(max_workers=2) as pool:
        first = pool.submit(run_semgrep, tools, mirror, rules, home, limits)
        ok, quiet = frozenset({0, 1}), {"HOME": str(home)}
        second = pool.submit(tools.run, *bandit.split(), cwd=mirror, timeout=settings.timeout, ok=ok, env=quiet)
        return {"semgrep.json": first.result(), "bandit.json": second.result().stdout}


def _places(artifacts: Mapping[str, bytes], sources: Mapping[str, Source]) -> Iterable[PlaceContext]:
    if not artifacts:
        return
    places = {(match.path, match.line) for match in load_semgrep(artifacts["semgrep.json"]).matches}
    places |= {(issue.path, issue.line) for issue in load_bandit(artifacts["bandit.json"]).issues}
    hashes: dict[str, tuple[str, ...]] = {}
    for path, line in sorted(place for place in places if place[0] in sources):
        if path not in hashes:
            hashes[path] = line_hashes(sources[path].text)
        statement, function = enclosing_in(sources[path].tree, line)
        known = hashes[path][line - 1] if 0 < line <= len(hashes[path]) else ""
        yield PlaceContext(path, line, statement, function, known)
