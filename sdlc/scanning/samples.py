"""Rules tried on their samples: a rule is worth what it does on code whose answer is known."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdlc.errors import IncompleteError, UsageError
from sdlc.formats.python_source import Unparsed, load_source
from sdlc.formats.rule_catalogue import Rule
from sdlc.formats.semgrep_json import SemgrepReport, load_semgrep
from sdlc.scanning.folding import fold
from sdlc.scanning.semgrep import Limits, run_semgrep
from sdlc.tools import Tools

RULE_SECONDS = 30
_NAME = re.compile(r"(?P<rule>[a-z0-9-]+)_\d+")


@dataclass(frozen=True)
class Trial:
    """What was tried, and a sentence for everything that is not as it should be."""

    vulnerable: int
    clean: int
    failures: tuple[str, ...]


def try_rules(tools: Tools, rules: Sequence[Rule], compiled: bytes, samples: Path, *, seconds: float) -> Trial:
    """Run `compiled`, which holds `rules`, on the files of `samples`/vulnerable and `samples`/clean.

    Raises UsageError without samples or for one that is no Python, IncompleteError when a rule or file was left out.
    """
    kinds = {kind: sorted((samples / kind).glob("*.py")) for kind in ("vulnerable", "clean")}
    if not any(kinds.values()):
        raise UsageError(
            f"{samples} holds no samples", hint="add samples/vulnerable/RULE_1.py and samples/clean/RULE_1.py"
        )
    with tempfile.TemporaryDirectory(prefix="sdlc-rules-") as temporary:
        tree, home = Path(temporary, "samples"), Path(temporary, "home")
        home.mkdir()
        for kind, paths in kinds.items():
            (tree / kind).mkdir(parents=True)
            for path in paths:
                data = path.read_bytes()
                parsed = load_source(str(path), data)
                if isinstance(parsed, Unparsed):
                    raise UsageError(f"{path}:{parsed.line}: {parsed.reason}", hint="a sample is Python that parses")
                (tree / kind / path.name).write_bytes(fold(parsed, data))
        (tree / ".semgrepignore").touch()
        file = Path(temporary, "rules.json")
        file.write_bytes(compiled)
        said = run_semgrep(tools, tree, file, home, Limits(RULE_SECONDS, seconds))
    report = load_semgrep(said)
    names = {kind: [path.name for path in paths] for kind, paths in kinds.items()}
    _complete(report, rules, {f"{kind}/{name}" for kind, there in names.items() for name in there})
    failures = tuple(_failures(report, rules, names["vulnerable"], names["clean"]))
    return Trial(len(names["vulnerable"]), len(names["clean"]), failures)


def _complete(report: SemgrepReport, rules: Sequence[Rule], files: set[str]) -> None:
    missed = [f"{where}: {why}" for where, why in report.errors]
    missed += [f"{rule.id}: this rule did not run" for rule in rules if rule.id not in report.rules]
    missed += [f"{path}: semgrep did not look at it" for path in sorted(files - report.files)]
    if missed:
        raise IncompleteError(f"not everything was tried: {missed[0]}", hint="mend the rule or sample that it names")


def _failures(
    report: SemgrepReport, rules: Sequence[Rule], vulnerable: Sequence[str], clean: Sequence[str]
) -> Iterator[str]:
    fired = {(match.rule, match.path) for match in report.matches}
    known = {rule.id for rule in rules}
    for kind, names in (("vulnerable", vulnerable), ("clean", clean)):
        by_rule: dict[str, list[str]] = {}
        for name in names:
            matched = _NAME.fullmatch(name.removesuffix(".py"))
            if matched is None or matched["rule"] not in known:
                yield f"samples/{kind}/{name}: it is named after no rule (RULE_1.py)"
            else:
                by_rule.setdefault(matched["rule"], []).append(f"{kind}/{name}")
        for rule in rules:
            if rule.id not in by_rule:
                yield f"{rule.id}: no {kind} sample tries it"
            for path in by_rule.get(rule.id, ()):
                if ((rule.id, path) in fired) != (kind == "vulnerable"):
                    yield f"{rule.id}: {'silent' if kind == 'vulnerable' else 'fires'} on samples/{path}"
