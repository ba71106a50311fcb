"""`release.yml` from the tag to the publication; without decisions, rights or the right bytes nothing is signed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import commit, git, run_sdlc
from fakes.callers import caller
from fakes.desk import ReleaseDesk, open_desk
from fakes.sigstore_instance import instance
from runner.forge import NUMBER, Forge
from runner.workflow import Job, Run

from sdlc.signing.keyless import FORGE

ADDRESS = "https://github.com/imaging/tools/.github/workflows/release.yml@refs/tags/v1"
BRANCH = "sdlc-decisions"
Tamper = Callable[[Job, str], None]


TAG = "refs/tags/v1.0"
JOBS = ("evidence", "candidate", "sign", "publish")


@dataclass
class Release:
    """A pushed tag: the product on its forge, the approvers' keys, what certifies jobs, and the attempts."""

    folder: Path
    desk: ReleaseDesk
    config: Path
    forge: Forge
    attempts: list[Run] = field(default_factory=list)

    def run(self, tamper: Tamper = lambda _job, _step: None, **given: str) -> Run:
        """One attempt of the caller in the documentation; jobs that succeeded before are not run again."""
        key = f"keyless:{self.config}"
        given = {"first": "true", "runner-key": key, "signer-key": key, **given}
        head = git(self.forge.repository, "rev-parse", "v1.0").strip()
        before = self.attempts[-1].jobs if self.attempts else {}
        folder = self.folder / f"attempt{len(self.attempts) + 1}"
        made = Run(self.forge, folder, "push", {}, head, TAG, tamper=tamper, before=before)
        self.attempts.append(made.workflow(caller("release.yml", self.folder, **given)))
        return made

    def let_in(self) -> None:
        """A reviewer of the environment says yes."""
        self.forge.approved = frozenset({"release"})

    def decide(self, *persons: str) -> None:
        """Each approves the candidate that was downloaded, and pushes the decision."""
        candidate = self.folder / "-".join(("downloaded", *persons))
        shutil.copytree(self.forge.artifacts["sdlc-candidate"], candidate)
        git(self.forge.repository, "switch", "-q", BRANCH)
        for path in self._chains(self.forge.repository):
            shutil.copy(path, candidate / "release" / path.parent.name)
        git(self.forge.repository, "switch", "-q", "main")
        for person in persons:
            done = run_sdlc(*self.desk.command(person), "--out", str(candidate))
            assert done.returncode == 0, done.stdout + done.stderr
        self.push(
            {f"{path.parent.name}/{path.name}": path.read_bytes() for path in self._chains(candidate / "release")}
        )

    def push(self, files: dict[str, bytes]) -> None:
        """What somebody writes into the branch of decisions."""
        git(self.forge.repository, "switch", "-q", BRANCH)
        commit(self.forge.repository, dict(files), "Decision")
        git(self.forge.repository, "switch", "-q", "main")

    @staticmethod
    def _chains(folder: Path) -> list[Path]:
        return sorted(path for path in folder.glob("*/[0-9]*.dsse.json"))

    @property
    def published(self) -> list[Path]:
        return sorted((self.forge.folder / "releases").glob("*/*"))


def results(run: Run) -> dict[str, str]:
    return {name: run.jobs[name].result for name in JOBS}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the instance is, for signers."""
    with instance().served() as address:
        path = tmp_path_factory.mktemp("instance") / "config.json"
        path.write_text(json.dumps(instance().trust_config(address)))
        yield path


def begin(folder: Path, config: Path) -> Release:
    """The product with its trust root on the protected branch, a branch for decisions, and a tag."""
    desk = open_desk(folder)
    root = folder / "root.json"
    root.write_text(json.dumps(instance().trusted_root()))
    words = ["trust", "add-identity", str(desk.trust), ADDRESS, "--issuer", FORGE, "--sigstore-root", str(root)]
    for role, claims in (("runner", ()), ("release-signer", ("--claim", "environment=release"))):
        done = run_sdlc(*words, "--role", role, "--claim", f"repository-id={NUMBER}", *claims)
        assert done.returncode == 0, done.stderr
    git(desk.product, "switch", "-q", "--orphan", BRANCH)
    git(desk.product, "commit", "-q", "--allow-empty", "-m", "Decisions")
    git(desk.product, "switch", "-q", "main")
    commit(desk.product, {".sdlc/trust.json": desk.trust.read_bytes()}, "The trust root")
    git(desk.product, "tag", "v1.0")

    def mint(claims: Mapping[str, str]) -> str:
        return instance().token("repo:imaging/box", FORGE, **claims)

    return Release(folder, desk, config, Forge(folder / "forge", desk.product, mint=mint))


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory, config: Path) -> Release:
    """The tag was pushed; the run waits in the environment."""
    release = begin(tmp_path_factory.mktemp("release"), config)
    waiting = release.run()
    waited = {"evidence": "success", "candidate": "success", "sign": "cancelled", "publish": "skipped"}
    assert results(waiting) == waited, waiting.jobs["candidate"].log
    return release


@pytest.fixture
def release(proposed: Release, tmp_path: Path) -> Release:
    """A copy of the waiting run."""
    shutil.copytree(proposed.forge.repository, tmp_path / "product")
    forge = proposed.forge.copied(tmp_path / "forge", tmp_path / "product")
    desk = ReleaseDesk(tmp_path / "product", proposed.desk.side)
    return Release(tmp_path, desk, proposed.config, forge, list(proposed.attempts))


def test_the_run_waits_and_says_how_to_approve(proposed: Release) -> None:
    waiting = proposed.attempts[0]
    assert "gh run download 7 --name sdlc-candidate" in waiting.jobs["candidate"].summary
    assert waiting.jobs["collect"].summary.startswith("## ✅ Allowed")
    assert not proposed.published


def test_from_two_approvals_to_a_publication_that_verifies(release: Release) -> None:
    release.decide("ada", "grace")
    release.let_in()
    done = release.run()
    assert results(done) == dict.fromkeys(JOBS, "success"), done.jobs["sign"].log + done.jobs["publish"].log
    workspace = done.jobs["sign"].workspace
    assert {path.name for path in workspace.iterdir()} == {"decisions"}, "who signs has no checkout of the product"
    assert [path.name for path in release.published] == ["box-1.0-py3-none-any.whl", "evidence-bundle.zip"]
    verified = run_sdlc("verify", str(release.published[1]), "--trust", str(release.desk.trust))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert all(word in verified.stdout for word in ("VERIFIED", "Ada", "Grace"))
    assert json.loads((release.forge.artifacts["sdlc-bundle"] / "environment.json").read_text())["protection_rules"]


def test_an_environment_without_reviewers_is_said(release: Release) -> None:
    release.forge.write("environment", {"protection_rules": []})
    release.decide("ada", "grace")
    release.let_in()
    assert "has no required reviewers" in release.run().jobs["sign"].log


def test_one_approval_is_not_enough_and_a_second_mends_it(release: Release) -> None:
    release.decide("ada")
    release.let_in()
    done = release.run()
    assert (done.jobs["sign"].result, done.jobs["publish"].result) == ("failure", "skipped")
    assert "quorum-not-reached" in done.jobs["sign"].log
    release.decide("grace")
    assert results(release.run()) == dict.fromkeys(JOBS, "success")


def test_no_other_candidate_is_signed_than_the_one_that_was_put_out(release: Release) -> None:
    release.decide("ada", "grace")
    words = ["release", "sign", "--from", str(release.forge.artifacts["sdlc-candidate"]), "--candidate", "0" * 64]
    words += ["--trust", str(release.desk.trust), "--key", "signer.pem", "--out", str(release.folder / "b.zip")]
    done = run_sdlc(*words)
    assert done.returncode == 1
    assert "[candidate-exchanged]" in done.stderr


def before(job: str, step: str, deed: Callable[[Job], object]) -> Tamper:
    def tamper(at: Job, name: str) -> None:
        if (at.name, name) == (job, step):
            deed(at)

    return tamper


def exchange(path: str) -> Callable[[Job], None]:
    """Change one byte of a file on the job's machine."""

    def deed(job: Job) -> None:
        file = next(job.temp.glob(path))
        data = file.read_bytes()
        file.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])

    return deed


def lose_the_environment(job: Job) -> None:
    """The token of a job that nobody let into the environment."""
    job.variables = {}


HOSTILE: dict[str, tuple[Tamper, str, str]] = {
    "exchanges the trust root between jobs": (
        before("sign", "Sign", exchange("candidate/trust.json")),
        "sign",
        "FAILED",
    ),
    "changes a piece of evidence between jobs": (
        before("sign", "Sign", exchange("candidate/objects/*/*")),
        "sign",
        "was changed after it was stored",
    ),
    "changes the candidate between jobs": (
        before("sign", "Sign", exchange("candidate/release/candidate.dsse.json")),
        "sign",
        "candidate.dsse.json",
    ),
    "has no identity token": (before("sign", "Sign", lose_the_environment), "sign", "no identity token"),
    "exchanges the bundle before it is published": (
        before("publish", "Verify, then publish", exchange("bundle/evidence-bundle.zip")),
        "publish",
        "FAILED",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_who_changes_something_between_the_jobs_publishes_nothing(release: Release, name: str) -> None:
    tamper, job, said = HOSTILE[name]
    release.decide("ada", "grace")
    release.let_in()
    done = release.run(tamper)
    assert done.jobs[job].result == "failure"
    assert said in done.jobs[job].log
    assert not release.published


@pytest.mark.slow
def test_approvals_of_another_candidate_are_not_used_again(release: Release) -> None:
    """The same tag, evidence gathered again: a new candidate, about which nobody has decided."""
    release.decide("ada", "grace")
    release.let_in()
    release.attempts.clear()
    release.forge.artifacts.clear()
    shutil.rmtree(release.forge.folder / "artifacts")
    done = release.run()
    assert done.jobs["sign"].result == "failure"
    assert "quorum-not-reached" in done.jobs["sign"].log


@pytest.mark.slow
def test_the_decisions_of_strangers_are_no_decisions(release: Release) -> None:
    release.decide("ada")
    chain = next(path for path in (release.forge.artifacts["sdlc-candidate"] / "release").iterdir() if path.is_dir())
    release.push({f"{chain.name}/0002.dsse.json": b'{"payload": "", "payloadType": "x", "signatures": []}'})
    release.let_in()
    assert release.run().jobs["sign"].result == "failure"
    assert not release.published


@pytest.mark.slow
def test_a_weakness_or_a_tag_beside_the_protected_branch_is_not_even_proposed(tmp_path: Path, config: Path) -> None:
    release = begin(tmp_path, config)
    product = release.forge.repository
    git(product, "tag", "-d", "v1.0")
    git(product, "switch", "-qc", "side")
    commit(product, {"src/box/more.py": "y = 2\n"})
    git(product, "tag", "v1.0")
    git(product, "switch", "-q", "main")
    done = release.run()
    assert done.jobs["candidate"].result == "failure"
    assert "does not lie on the protected branch" in done.jobs["candidate"].log

    broken = "from box import double\n\ndef test_double():\n    assert double(2) == 5\n"
    git(product, "tag", "-d", "v1.0")
    commit(product, {"tests/test_box.py": broken})
    git(product, "tag", "v1.0")
    release.attempts.clear()
    release.forge.artifacts.clear()
    shutil.rmtree(release.forge.folder / "artifacts")
    again = Release(tmp_path / "again", release.desk, config, release.forge)
    again.folder.mkdir()
    done = again.run()
    assert done.jobs["collect"].outputs == {"verdict": "block"}
    assert results(done) == {"evidence": "success", "candidate": "skipped", "sign": "skipped", "publish": "skipped"}


def test_a_branch_is_no_release(release: Release) -> None:
    made = Run(release.forge, release.folder / "branch", "push", {}, "0" * 40, "refs/heads/main")
    assert not made.workflow(caller("release.yml", release.folder)).jobs
