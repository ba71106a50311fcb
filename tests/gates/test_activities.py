"""The gate in a real repository: records of the base commit against real commits and their real authors."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import commit, git
from fakes.activity import PENTEST, REVIEW, course, signed
from fakes.products import TOOLS
from fakes.releases import trust_root

from sdlc.errors import IncompleteError, UnreadableError
from sdlc.gates import activities as gate
from sdlc.model.result import Context, GateResult, Grade, Outcome, RawArtifacts, Reading
from sdlc.model.verdict import State
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import load_policy
from sdlc.policy.weakening import of_settings
from sdlc.readings import activities as reading
from sdlc.readings.replay import settings_to_json
from sdlc.signing.trust_json import dump_trust
from sdlc.workspace import commits, open_workspace

Repository = Callable[..., Path]
ALL = gate.Settings(required=("penetration-test", "training", "code-review"))
CONFIGURATION = 'schema = "sdlc/1"\n[product]\nname = "router"\nversion = "1.0"\n'
CODE = {"router.py": "x = 1\n", "sdlc.toml": CONFIGURATION, ".sdlc/trust.json": dump_trust(trust_root())}
POLICY = load_policy(
    b'schema = "sdlc.policy/1"\nid = "p"\n[[rules]]\nid = "people"\ntype = "required"\ngate = "activities"\n'
)
LONG = ("2099-01-01", "2020-01-01")


def recorded(root: Path, **changed: bytes) -> None:
    """Commit all records about the commit that is checked out; `changed` ones by name, empty: without it."""
    head = git(root, "rev-parse", "HEAD").strip()
    files = {
        "pentest": signed(PENTEST),
        "review": signed({**REVIEW, "commit": head}),
        **{f"course-{one}": signed(course(one, *LONG), "grace") for one in ("ada", "alan")},
        "course-grace": signed(course("grace", *LONG), "ada"),
        **changed,
    }
    commit(root, {f".sdlc/records/{name}.json": data for name, data in files.items() if data}, "Record what was done")


def run(root: Path, settings: gate.Settings = ALL) -> RawArtifacts:
    return gate.run(open_workspace(root, TOOLS), TOOLS, settings, {})


def answer(root: Path, settings: gate.Settings = ALL) -> Reading:
    return reading.read(run(root, settings), settings, Context())


def rules(given: Reading) -> list[str]:
    return [finding.rule for finding in given.findings]


def verdict(given: Reading, at: datetime) -> list[str]:
    """What the policy says on the day `at`: messages of the findings that stand, empty when it is allowed."""
    result = GateResult("activities", given, reading.READER, Grade.REPLAYED, settings_to_json(ALL), {})
    facts = Facts({"activities": result}, "nightly", at, "router", "1.0")
    [rule, *_] = decide(POLICY, facts).rules
    assert (rule.state is State.HOLDS) == (not rule.findings)
    return [finding.message for finding in rule.findings]


def test_all_that_is_asked_for_is_there(repository: Repository) -> None:
    root = repository(CODE)
    recorded(root)
    raw = run(root)
    given = reading.read(raw, ALL, Context())
    assert given.outcome is Outcome.PASSED, given
    assert given.sentence == "5 records (1 penetration-test, 3 training, 1 code-review), 2 commits"
    assert given.details["product-version"] == "1.0"
    rows = list(csv.DictReader(io.StringIO(raw["register.csv"].decode("utf-8-sig"))))
    assert [row["activity"] for row in rows] == ["training", "training", "training", "penetration-test", "code-review"]
    assert PENTEST["report"]["sha256"] in rows[3]["what"]
    assert rows[3]["signed by"] == "Ada Lovelace"
    with pytest.raises(UnreadableError, match="the register is not that of the records"):
        reading.read({**raw, "register.csv": b""}, ALL, Context())


def test_a_commit_after_the_approval_is_named(repository: Repository) -> None:
    """The demonstration: push a commit after approval, and the approval is older than code."""
    root = repository(CODE)
    recorded(root)
    commit(root, {"router.py": "x = 2\n"})
    pushed = git(root, "rev-parse", "HEAD").strip()[:12]
    commit(root, {".sdlc/note.txt": "no code"})
    [finding] = answer(root).findings
    assert finding.rule == "ACT-REVIEW-OLD"
    assert f"and {pushed} came after it: router.py" in finding.message
    # Taken back, it is the code that was read; a change that is in no commit is not.
    commit(root, {"router.py": "x = 1\n"})
    assert answer(root).findings == ()
    (root / "more.py").write_text("y = 1\n")
    assert rules(answer(root)) == ["ACT-REVIEW-OLD"]


def test_an_expired_course_blocks_with_the_commit(repository: Repository) -> None:
    """The demonstration: expire one author's course, and the gate fails naming the commit."""
    root = repository(CODE)
    head = git(root, "rev-parse", "HEAD").strip()[:12]
    recorded(root, **{"course-alan": signed(course("alan", "2021-01-01", "2020-01-01"), "grace")})
    given = answer(root)
    assert given.outcome is Outcome.FAILED
    assert set(rules(given)) == {"ACT-TRAINING-EXPIRED"}
    assert any(f"Alan Turing wrote {head} on" in one.message for one in given.findings)
    # One that ends after the last commit: only the day of the decision can tell.
    soon = datetime.now(UTC) + timedelta(days=5)
    ends = signed(course("alan", soon.strftime("%Y-%m-%d"), "2020-01-01"), "grace")
    recorded(root, **{"course-alan": ends})
    given = answer(root)
    assert given.findings == ()
    assert verdict(given, soon) == []
    [said] = verdict(given, soon + timedelta(days=1))
    assert said.startswith("the course 'Secure code' of Alan Turing, alan, who wrote ")
    assert said.endswith(f"ended on {soon:%Y-%m-%d}")


def test_only_what_is_in_the_base_commit_counts(repository: Repository) -> None:
    root = repository(CODE)
    recorded(root)
    (root / ".sdlc/records/pentest.json").unlink()
    assert answer(root).findings == ()
    (root / ".sdlc/records/extra.json").write_bytes(b"{}")
    assert answer(root).findings == ()
    commit(root, {})
    assert rules(answer(root)) == ["ACT-UNREADABLE", "ACT-MISSING"]


def test_a_co_author_whom_nobody_knows(repository: Repository) -> None:
    root = repository(CODE)
    git(root, "tag", "v0")
    commit(root, {"router.py": "x = 2\n"}, "more\n\nCo-authored-by: Mallory <Mallory@Example.org>")
    recorded(root)
    [finding] = answer(root).findings
    assert finding.rule == "ACT-AUTHOR-UNKNOWN"
    assert finding.message.startswith("mallory@example.org, who wrote ")
    assert len(commits(open_workspace(root, TOOLS), TOOLS, "v0")) == 2
    git(root, "tag", "v1")
    commit(root, {".sdlc/note.txt": "no code"})
    given = answer(root, gate.Settings(required=ALL.required, since="v1"))
    assert (given.findings, given.counters["commits"]) == ((), 1)


def test_what_a_merge_brings_along_is_after_the_review(repository: Repository) -> None:
    """Attack: the code is changed in the merge itself, where a log shows nothing."""
    root = repository(CODE)
    recorded(root)
    git(root, "switch", "-q", "-c", "side")
    commit(root, {".sdlc/note.txt": "a"})
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "--no-commit", "side")
    commit(root, {"router.py": "x = 666\n"}, "Merge side")
    merged = git(root, "rev-parse", "HEAD").strip()[:12]
    [finding] = answer(root).findings
    assert f"{merged} came after it: router.py" in finding.message


def test_a_history_that_is_cut_off_is_no_answer(repository: Repository, tmp_path: Path) -> None:
    root = repository(CODE)
    recorded(root)
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{root}", "clone"], cwd=tmp_path, check=True)
    with pytest.raises(IncompleteError, match="not in this repository"):
        run(tmp_path / "clone")
    with pytest.raises(IncompleteError, match="since v9"):
        run(root, gate.Settings(required=ALL.required, since="v9"))
    git(root, "switch", "-q", "--orphan", "other")
    commit(root, {"a.txt": "x"})
    git(root, "tag", "elsewhere")
    git(root, "switch", "-q", "main")
    with pytest.raises(IncompleteError, match="since elsewhere"):
        run(root, gate.Settings(required=ALL.required, since="elsewhere"))


def test_nothing_recorded_and_nothing_asked(repository: Repository) -> None:
    root = repository(CODE)
    workspace = open_workspace(root, TOOLS)
    said = "there is no record in .sdlc/records/, and sdlc.toml requires none"
    assert gate.not_applicable(workspace, gate.Settings()) == said
    assert gate.not_applicable(workspace, ALL) is None
    assert set(rules(answer(root))) == {"ACT-MISSING", "ACT-TRAINING-MISSING"}
    (root / ".sdlc/records").mkdir()
    (root / ".sdlc/records/x.json").write_text("{}")
    given = answer(root, gate.Settings())
    assert (given.outcome, given.sentence) == (Outcome.ERROR, "no record is in .sdlc/records/")
    with pytest.raises(UnreadableError, match="'party' is none"):
        answer(root, gate.Settings(required=("party",)))
    with pytest.raises(UnreadableError, match="pentest_max_days: 9999 is not in"):
        answer(root, gate.Settings(pentest_max_days=9999))


@pytest.mark.parametrize(
    ("change", "weaker"),
    [
        ({"required": ("training",)}, True),
        ({"pentest_max_days": 366}, True),
        ({"pentest_max_days": 100}, False),
        ({"risky": ("src/*",)}, True),
        ({"exclude": (".sdlc/*", "docs/*")}, True),
        ({"since": "v1"}, True),
    ],
)
def test_asking_less_is_a_weakening(change: dict[str, object], weaker: bool) -> None:
    new = gate.Settings(**{"required": ALL.required, **change})  # type: ignore[arg-type]
    assert bool(of_settings({"activities": ALL}, {"activities": new}, "sdlc.toml")) is weaker
