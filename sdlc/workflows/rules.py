"""
Rules about the shape of workflows: who may run whose code with which rights.

Each looks at jobs and their steps, not at single lines; what a line alone shows (a template in a script, an unpinned
action) is zizmor's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sdlc.model.finding import Confidence, Severity
from sdlc.workflows.load import Job, Step, Workflow


@dataclass(frozen=True)
class Rule:
    """What a rule says of a place; `instead_of` is zizmor's name of the same, less exactly."""

    id: str
    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...]
    message: str
    fix: str
    instead_of: str = ""


@dataclass(frozen=True)
class Match:
    """A rule that fires at a line, in words that survive moves: `anchor`."""

    rule: Rule
    line: int
    anchor: str


HIGH, MEDIUM = Confidence.HIGH, Confidence.MEDIUM

FOREIGN = Rule(
    "foreign-code-with-secrets",
    Severity.CRITICAL,
    HIGH,
    (829, 94),
    "A stranger's commit is checked out and then run in a job that has the repository's secrets and token.",
    "Run code of pull requests under the trigger pull_request, and only read its results here.",
    "dangerous-triggers",
)
CACHE = Rule(
    "cache-in-release",
    Severity.HIGH,
    HIGH,
    (345,),
    "A job that signs or publishes restores a cache, which less trusted runs may have written.",
    "Leave out the cache in jobs that sign, publish or hold an environment.",
    "cache-poisoning",
)
SIGNING = Rule(
    "signing-job-runs-project-code",
    Severity.MEDIUM,
    HIGH,
    (272,),
    "The job can get an identity token and runs scripts of the repository: who changes them signs in its name.",
    "Build in a job without id-token, and hand the result on by artifact and digest.",
)
FAIL_OPEN = Rule(
    "check-that-cannot-fail",
    Severity.HIGH,
    HIGH,
    (693,),
    "A check is run, and its failure is thrown away.",
    "Remove continue-on-error and `|| true` where something is checked.",
)
SKIPPED = Rule(
    "gate-can-be-skipped",
    Severity.MEDIUM,
    HIGH,
    (693,),
    "The job is skipped when one that it needs fails, and a skipped required check counts as passed.",
    "Write `if: always()` and compare each needed result with success.",
)
SELF_HOSTED = Rule(
    "foreign-code-on-own-machine",
    Severity.MEDIUM,
    MEDIUM,
    (829,),
    "Pull requests run on a machine of one's own, where their code may stay.",
    "Use machines that live for one job, or let somebody approve each run.",
)
RULES = (FOREIGN, CACHE, SIGNING, FAIL_OPEN, SKIPPED, SELF_HOSTED)

_PRIVILEGED = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
_HEAD = re.compile(
    r"github\.event\.pull_request\.head|github\.head_ref|refs/pull/|github\.event\.workflow_run\.head_|"
    r"github\.event\.issue\.number|github\.event\.number|github\.event\.pull_request\.number"
)
_GIT = re.compile(r"\bgit\s{1,8}(fetch|checkout|pull)\b")
_OF_A_REQUEST = re.compile(r"pull/|\$\{\{[^}]{0,200}head")
_CHECKER = re.compile(
    r"(^|[\s;&|/'\"])(sdlc\s+(check|verify|collect|share)|pytest|tox|nox|bandit|semgrep|trivy|grype|pip-audit|zizmor|"
    r"gitleaks|osv-scanner|mypy|cosign\s+verify\S*|slsa-verifier|make\s+(test|lint|check)|npm\s+(test|audit))(?=[\s;&|'\"]|$)",
    re.MULTILINE,
)
_CHECKING_ACTIONS = re.compile(
    r"(secure-sdlc|github/codeql-action/analyze|zizmorcore/|pypa/gh-action-pip-audit|aquasecurity/trivy-action|"
    r"anchore/scan-action|gitleaks/|google/osv-scanner)"
)
_THROWN_AWAY = re.compile(r"\|\|\s*(true|:|exit\s+0|echo\b)")
_GATE = re.compile(r"(?i)\b(gate|required|all[- ]?green|ci[- ]?ok|status[- ]?check)\b")
_SETUP = re.compile(r"(actions/setup-|ruby/setup-ruby|astral-sh/setup-uv|gradle/)")


def matches(workflow: Workflow) -> Iterator[Match]:
    """Every place where a rule fires."""
    for job in workflow.jobs:
        yield from _foreign(workflow, job)
        yield from _cache(workflow, job)
        yield from _signing(workflow, job)
        yield from _fail_open(job)
        yield from _skipped(job)
        if workflow.triggers & {"pull_request", "pull_request_target"} and "self-hosted" in job.runs_on:
            yield Match(SELF_HOSTED, job.line, job.id)


def _foreign(workflow: Workflow, job: Job) -> Iterator[Match]:
    if not workflow.triggers & _PRIVILEGED:
        return
    for number, step in enumerate(job.steps):
        values = " ".join(step.given.get(name, "") for name in ("ref", "repository"))
        taken = _is_checkout(step) and (_HEAD.search(values) or step.given.get("allow-unsafe-pr-checkout") == "true")
        fetched = any(_fetches(line) for line in step.run.splitlines())
        if not taken and not fetched:
            continue
        if fetched or any(_runs_something(later) for later in job.steps[number + 1 :]):
            yield Match(FOREIGN, step.line, f"{job.id}: {step.uses or step.run}")


def _cache(workflow: Workflow, job: Job) -> Iterator[Match]:
    rights = workflow.rights(job)
    signs = any(_writes(rights, scope) for scope in ("id-token", "packages", "attestations"))
    publishes = bool(job.environment) or (_writes(rights, "contents") and "release" in workflow.triggers)
    if not (signs or publishes):
        return
    for step in job.steps:
        cached = step.uses.startswith("actions/cache") and not step.uses.startswith("actions/cache/save")
        by_setup = _SETUP.match(step.uses) and step.given.get("cache", step.given.get("enable-cache", ""))
        if cached or (by_setup and by_setup.lower() != "false"):
            yield Match(CACHE, step.line, f"{job.id}: {step.uses}")


def _signing(workflow: Workflow, job: Job) -> Iterator[Match]:
    if not _writes(workflow.rights(job), "id-token"):
        return
    there = False
    for step in job.steps:
        there = there or _is_checkout(step)
        if there and _runs_something(step):
            yield Match(SIGNING, step.line, job.id)
            return


def _fail_open(job: Job) -> Iterator[Match]:
    for step in job.steps:
        checks = bool(_CHECKER.search(step.run) or _CHECKING_ACTIONS.search(step.uses))
        if checks and (step.forgiven or job.forgiven or _thrown_away(step.run)):
            yield Match(FAIL_OPEN, step.line, f"{job.id}: {step.uses or step.run}")


def _thrown_away(script: str) -> bool:
    """Whether a line that checks is followed by what makes it succeed in any case."""
    lines = script.replace("\\\n", " ").splitlines()
    return any(_CHECKER.search(line) and _THROWN_AWAY.search(line) for line in lines) or (
        bool(_CHECKER.search(script)) and any(line.strip() == "set +e" for line in lines) and "exit $" not in script
    )


def _skipped(job: Job) -> Iterator[Match]:
    named = _GATE.search(job.id.replace("_", " ").replace("-", " ")) or _GATE.search(job.name)
    always = re.search(r"always\(\)|!\s*cancelled\(\)", job.condition)
    if named and job.needs and not always:
        yield Match(SKIPPED, job.line, job.id)


def _fetches(line: str) -> bool:
    """Whether a line of a script lays out a stranger's commit; each pattern alone, so that no line takes long."""
    return "gh pr checkout" in line or bool(_GIT.search(line) and _OF_A_REQUEST.search(line))


def _is_checkout(step: Step) -> bool:
    return step.uses.startswith("actions/checkout@")


def _runs_something(step: Step) -> bool:
    """A script, or an action out of the work tree."""
    return bool(step.run.strip()) or step.uses.startswith("./")


def _writes(rights: Mapping[str, str], scope: str) -> bool:
    return "write" in (rights.get(scope), rights.get("*"))
