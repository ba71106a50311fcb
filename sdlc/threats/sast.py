"""What static analysis looked at and found in this build, as far as a control may rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.flows_json import load_flows_report
from sdlc.formats.semgrep_json import load_semgrep
from sdlc.formats.suppression_comments import Suppression, load_suppressions
from sdlc.threats.model import SastEvidence

PREFIX = "static-analysis/"


@dataclass(frozen=True)
class SastRun:
    """Rules that there are and that `ran`, files that were looked at, places by rule, and comments that silence."""

    known: frozenset[str]
    ran: frozenset[str]
    files: frozenset[str]
    hits: tuple[tuple[str, str, int], ...]
    suppressions: tuple[Suppression, ...]

    def judge(self, evidence: SastEvidence) -> tuple[str, str]:
        """The rule that is broken and why; two empty texts when the evidence holds."""
        rule, over = evidence.rule, evidence.over
        if rule not in self.known:
            return "TM302", f"there is no rule {rule} of static analysis (`sdlc rules list` names them)"
        if rule not in self.ran:
            return "TM307", f"the rule {rule} did not run in this build"
        looked = sum(fnmatch(path, over) for path in self.files)
        if not looked:
            return "TM307", f"the rule {rule} looked at no file of {over}"
        for one in self.suppressions:
            if fnmatch(one.path, over) and (rule in one.ids or not one.ids):
                return "TM307", f"a comment at {one.path}:{one.line} silences the rule {rule}"
        for name, path, line in self.hits:
            if name == rule and fnmatch(path, over):
                return "TM304", f"the rule {rule} finds something at {path}:{line}"
        return "", ""


def load_sast(raw: Mapping[str, bytes]) -> SastRun | None:
    """The run of the gate static-analysis in `raw` (names with its prefix), None without one.

    Raises UnreadableError.
    """
    if PREFIX + "rules.json" not in raw:
        return None
    known = strict_json.loads_object(raw[PREFIX + "rules.json"], what="rules.json")
    try:
        rules = frozenset(map(str, known["rules"]))
    except (KeyError, TypeError) as error:
        raise UnreadableError(f"rules.json: {type(error).__name__}: {error}") from None
    if PREFIX + "semgrep.json" not in raw:
        return SastRun(rules, frozenset(), frozenset(), (), ())
    report = load_semgrep(raw[PREFIX + "semgrep.json"])
    hits = tuple((match.rule, match.path, match.line) for match in report.matches)
    if PREFIX + "flows.json" in raw:
        found = load_flows_report(raw[PREFIX + "flows.json"]).found
        hits += tuple((flow.rule, flow.path, flow.line) for flow in found)
    silenced = load_suppressions(raw[PREFIX + "suppressions.json"]) if PREFIX + "suppressions.json" in raw else ()
    return SastRun(rules, report.rules & rules, report.files, hits, silenced)
