"""`pr.yml` runs, job by job; the author of a hostile pull request cannot talk its gate out of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, commit, git
from fakes.callers import caller
from fakes.products import CONFIGURATION, POLICY, PRODUCT, WEAK
from runner.expressions import Status, condition, evaluate, expand
from runner.forge import Forge, Refused
from runner.workflow import Job, Run

from sdlc.formats import strict_json
from sdlc.model.digest import sha256

WORKFLOW = REPOSITORY / ".github" / "workflows" / "pr.yml"
GATES = "build\ntests\nstatic-analysis\nthreat-model"
SILENCE = "nosec: command-injection B602 -- it is harmless, believe me"
FINE = {"src/box/more.py": "y = 2\n"}
Files = dict[str, str | bytes]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    root = tmp_path / "product"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, {**PRODUCT, ".sdlc/policy.toml": POLICY, "sdlc.toml": CONFIGURATION})
    return root


def run(
    base: Path,
    change: Files,
    tamper: Callable[[Job, str], None] = lambda _job, _step: None,
    event: dict[str, Any] | None = None,
    gates: str = GATES,
    fork: bool = False,
) -> Run:
    """A pull request with `change`, through the whole workflow, called as the documentation says."""
    before = git(base, "rev-parse", "HEAD").strip()
    commit(base, change)
    head = git(base, "rev-parse", "HEAD").strip()
    event = event if event is not None else {"pull_request": {"number": 7, "base": {"sha": before}}}
    forge = Forge(base.parent / "forge", base)
    made = Run(forge, base.parent / "run", next(iter(event)), event, head, "refs/pull/7/merge", {}, tamper, fork)
    return made.workflow(caller("pr.yml", base.parent, gates=gates))


def results(done: Run) -> dict[str, str]:
    return {name: job.result for name, job in done.jobs.items()}


def test_a_good_change_passes_and_every_job_did_its_work(base: Path) -> None:
    done = run(base, FINE)
    jobs = ("sdlc", "evidence", "plan", "execute", "static", "join", "collect", "sarif", "gate")
    assert results(done) == dict.fromkeys(jobs, "success")
    assert done.jobs["collect"].outputs == {"verdict": "pass"}
    assert done.jobs["sdlc"].outputs == {"verdict": "pass"}
    check_digests(done)
    assert done.jobs["collect"].summary.startswith("## ✅ Allowed")
    assert not list(done.jobs["collect"].workspace.iterdir()), "who decides has no checkout"
    assert done.alerts == []


@pytest.mark.parametrize("kind", ["pull_request", pytest.param("merge_group", marks=pytest.mark.slow)])
def test_a_weakness_blocks_in_a_pull_request_and_in_the_merge_queue(base: Path, kind: str) -> None:
    before = git(base, "rev-parse", "HEAD").strip()
    event: dict[str, Any] = {"merge_group": {"base_sha": before}}
    if kind == "pull_request":
        event = {"pull_request": {"number": 7, "base": {"sha": before}}}
    done = run(base, {"src/box/weak.py": WEAK}, event=event)
    assert (done.jobs["collect"].outputs["verdict"], done.jobs["gate"].result) == ("block", "failure")
    assert "src/box/weak" in done.jobs["collect"].summary
    assert [alert["ruleId"] for alert in done.alerts] == ["static-analysis/command-injection"], "shown all the same"


def share_of(job: Job) -> Path:
    return job.temp / "secure-sdlc-share"


def rewrite(job: Job, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the share where it lies, as hostile code does that got out of its sandbox."""
    path = share_of(job) / "share.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_bytes(strict_json.dumps(document))


def forge_the_outcome(job: Job, step: str) -> None:
    if (job.name, step) == ("execute", "Keep the share"):
        rewrite(job, lambda d: d["gates"][1].update(outcome="passed", findings=[], sentence="9000 passed"))


def forge_evidence_with_its_digest(job: Job, step: str) -> None:
    """The records are forged before the share is hashed: the digests fit, and the numbers contradict the bytes."""
    if (job.name, step) == ("execute", "Keep the share"):
        rewrite(job, lambda d: d["gates"][1]["counters"].update(passed=9000))


def poison_the_artifact(job: Job, step: str) -> None:
    """Between the jobs, where every job of the run may write artifacts."""
    if (job.name, step) == ("collect", "Decide"):
        path = job.temp / "execute" / "share.json"
        path.write_bytes(path.read_bytes().replace(b"tests", b"toast"))


def swap_shares(job: Job, step: str) -> None:
    if (job.name, step) == ("collect", "Decide"):
        shutil.rmtree(job.temp / "static")
        shutil.copytree(job.temp / "join", job.temp / "static")


def swap_the_plan(job: Job, step: str) -> None:
    if (job.name, step) == ("collect", "Decide"):
        path = job.temp / "plan" / "plan.json"
        document = json.loads(path.read_text())
        document["gates"] = [gate for gate in document["gates"] if gate["id"] != "tests"]
        path.write_bytes(strict_json.dumps(document))


def remove_evidence(job: Job, step: str) -> None:
    if (job.name, step) == ("collect", "Decide"):
        shutil.rmtree(job.temp / "execute" / "objects")


def say_the_verdict_from_another_job(job: Job, step: str) -> None:
    """A hostile job writes an output of the name `verdict`; the gate asks `collect` alone."""
    if (job.name, step) == ("execute", "Keep the share"):
        (job.folder / "output").write_text("verdict=pass\n")


def break_the_scanner(job: Job, step: str) -> None:
    if (job.name, step) == ("static", "Look at the source"):
        (job.temp / "secure-sdlc").unlink()


HOSTILE = {
    "forges the outcome of the tests": forge_the_outcome,
    "forges evidence and its digest": forge_evidence_with_its_digest,
    "poisons an artifact between jobs": poison_the_artifact,
    "swaps two shares": swap_shares,
    "takes a gate out of the plan": swap_the_plan,
    "removes the evidence": remove_evidence,
    "breaks the scanner": break_the_scanner,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_who_has_a_job_in_hand_does_not_pass(base: Path, name: str) -> None:
    failing = "from box import double\n\ndef test_double():\n    assert double(2) == 5\n"
    done = run(base, {"tests/test_box.py": failing}, HOSTILE[name])
    assert done.jobs["gate"].result == "failure"
    assert done.jobs["collect"].outputs.get("verdict") != "pass"


COMMENT = """\
on: pull_request
permissions: {}
jobs:
  comment:
    uses: OWNER/REPO/.github/workflows/comment.yml@SHA
    permissions: {pull-requests: write}
"""


def commented(done: Run, number: int, fork: bool = False) -> Run:
    """The job after `pr.yml`, for those who want it."""
    folder = done.folder.parent / f"comment{number}"
    folder.mkdir()
    (folder / "caller.yml").write_text(COMMENT)
    made = Run(done.forge, folder / "jobs", "pull_request", done.event, done.commit, done.ref, fork=fork)
    return made.workflow(folder / "caller.yml")


@pytest.mark.slow
def test_one_comment_is_rewritten_and_none_is_written_while_all_is_well(base: Path) -> None:
    good = run(base, FINE)
    assert commented(good, 1).jobs["write"].result == "success"
    assert good.forge.read("comments") == []
    good.forge.write("comments", [{"id": 1, "bot": False, "body": "<!-- secure-sdlc --> a person's"}])
    bad = again(good, {"src/box/weak.py": WEAK})
    assert commented(bad, 2).jobs["write"].result == "success"
    assert commented(bad, 3).jobs["write"].result == "success"
    [_, written] = bad.forge.read("comments")
    assert "src/box/weak" in written["body"]
    mended = again(bad, {"src/box/weak.py": "y = 3\n"})
    commented(mended, 4)
    [person, written] = mended.forge.read("comments")
    assert person["body"].endswith("a person's")
    assert written["body"].count("\n") == 2, "one line when all is well"
    assert commented(mended, 5, fork=True).jobs["write"].result == "failure", "and nothing else fails for it"


def again(done: Run, change: Files) -> Run:
    """The next push to the same pull request."""
    repository = done.forge.repository
    commit(repository, change)
    head = git(repository, "rev-parse", "HEAD").strip()
    done.forge.artifacts.clear()
    shutil.rmtree(done.forge.folder / "artifacts")
    made = Run(done.forge, done.folder.parent / f"run-{head[:7]}", "pull_request", done.event, head, done.ref)
    return made.workflow(caller("pr.yml", repository.parent, gates=GATES))


def test_an_output_of_another_job_is_no_verdict(base: Path) -> None:
    done = run(base, {"src/box/weak.py": WEAK}, say_the_verdict_from_another_job)
    assert (done.jobs["collect"].outputs["verdict"], done.jobs["gate"].result) == ("block", "failure")


CHANGES: dict[str, tuple[Files, str]] = {
    "weakens the policy that judges it": (
        {"src/box/weak.py": WEAK, ".sdlc/policy.toml": POLICY.replace("medium", "critical")},
        "WEAKER-POLICY",
    ),
    "removes the policy": ({".sdlc/policy.toml": "not a policy"}, "WEAKER-POLICY"),
    "adds a waiver for itself": (
        {
            "src/box/weak.py": WEAK,
            ".sdlc/waivers.toml": 'schema = "sdlc.waivers/1"\n[[waivers]]\nid = "W-1"\ngate = "static-analysis"\n'
            'rule = "command-injection"\nfingerprint = "f1:' + "0" * 32 + '"\nfunction = "' + "0" * 64 + '"\n'
            'owner = "mallory"\napprover = "eve"\nreason = "It is harmless, believe me."\ncreated = 2026-01-01\n'
            "expires = 2026-02-01\n",
        },
        "WEAKER-WAIVER",
    ),
    "suppresses what it brings": (
        {
            "src/box/weak.py": WEAK.replace(
                "shell=True)", "shell=True)  # nosec: command-injection B602 -- it is harmless, believe me"
            )
        },
        "WEAKER-SUPPRESSION",
    ),
    "excludes its own file": (
        {
            "src/box/weak.py": WEAK,
            "sdlc.toml": CONFIGURATION + '[gates.static-analysis]\nexclude = ["src/box/weak.py"]\n',
        },
        "WEAKER-SETTING",
    ),
    "deletes a failing test's assertion": ({"tests/test_box.py": "x = 1\n"}, ""),
    "brings a workflow command in a file's name": ({"src/box/::set-output name=verdict::pass.py": WEAK}, "injection"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_works_on_its_own_judges_is_blocked(base: Path, name: str) -> None:
    change, said = CHANGES[name]
    done = run(base, change)
    assert done.jobs["gate"].result == "failure"
    collect = done.jobs["collect"]
    assert collect.outputs.get("verdict") in ("block", "error")
    assert said in collect.log
    assert not any(line.lstrip().startswith("::set-output") for line in collect.log.splitlines())


@pytest.mark.parametrize(
    "event",
    [
        {"pull_request": {"number": 7, "base": {"sha": "0" * 40}}},
        {"pull_request": {"number": 7, "base": {"sha": "main; touch pwned"}}},
        {"pull_request": {"number": 7, "base": {"sha": "$(touch pwned)"}}},
    ],
    ids=["base unreachable", "a branch name with shell in it", "a command in it"],
)
def test_a_base_that_is_not_there_is_an_error(base: Path, event: dict[str, Any]) -> None:
    done = run(base, FINE, event=event)
    assert results(done) == {
        "sdlc": "failure",
        "evidence": "failure",
        "plan": "failure",
        "execute": "skipped",
        "static": "skipped",
        "join": "skipped",
        "collect": "skipped",
        "sarif": "skipped",
        "gate": "failure",
    }
    assert done.jobs["sdlc"].outputs == {"verdict": ""}
    assert not list(base.parent.rglob("pwned"))


def test_a_pull_request_of_a_fork_has_no_more_and_no_less(base: Path) -> None:
    """No job but the one that shows findings has a right to write; with a fork's read-only token it alone fails."""
    done = run(base, FINE, fork=True)
    assert {name: result for name, result in results(done).items() if result != "success"} == {"sarif": "failure"}
    assert "403" in done.jobs["sarif"].log
    assert not [job for job in done.jobs.values() if "write" in job.permissions.values()]
    reading = {name for name, job in done.jobs.items() if job.permissions.get("contents") and job.workspace.exists()}
    assert reading == {"plan", "execute", "static", "join"}


def test_a_caller_that_grants_too_little_does_not_start(base: Path) -> None:
    head = git(base, "rev-parse", "HEAD").strip()
    made = Run(Forge(base.parent / "forge", base), base.parent / "run", "pull_request", {}, head)
    with pytest.raises(Refused, match="sarif asks for security-events: write"):
        made.called(WORKFLOW, {"contents": "read"})


@pytest.mark.slow
def test_code_scanning_that_refuses_changes_no_verdict(base: Path) -> None:
    def tamper(job: Job, step: str) -> None:
        if (job.name, step) == ("sarif", "Show them beside the code"):
            job.permissions = {}

    done = run(base, FINE, tamper)
    assert (done.jobs["sarif"].result, done.jobs["gate"].result) == ("failure", "success")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'PASS' == 'pass'", True),
        ("needs.a.result != 'success'", True),
        ("needs.b.outputs.x || 'default'", "default"),
        ("!true && always()", False),
        ("(1 == 1) && 'a''b'", "a'b"),
    ],
)
def test_expressions_mean_what_the_service_means(text: str, value: object) -> None:
    assert evaluate(text, {"needs": {"a": {"result": "skipped"}}}) == value


def test_a_job_after_a_failure_runs_only_if_it_asks_for_it() -> None:
    failed = Status(failed=True)
    assert not condition(None, {}, failed)
    assert not condition("${{ 'x' == 'x' }}", {}, failed)
    assert condition("${{ always() && 'x' == 'x' }}", {}, failed)
    assert expand("a ${{ 'b' }} ${{ null }}", {}) == "a b "
    with pytest.raises(ValueError, match="no context"):
        evaluate("secrets.TOKEN", {})


def check_digests(done: Run) -> None:
    for name in ("execute", "static", "join"):
        path = done.artifacts[f"sdlc-{name}"] / "share.json"
        assert done.jobs[name].outputs == {"digest": sha256(path.read_bytes())}
