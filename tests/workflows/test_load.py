"""Workflow files are read strictly, whatever somebody wrote into them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.workflows.load import load_workflow


def test_jobs_steps_and_their_lines() -> None:
    text = (
        "on: [push, pull_request]\npermissions: read-all\njobs:\n  build:\n    runs-on: {labels: [a, b]}\n"
        "    environment: {name: release}\n    needs: [x]\n    steps:\n      - run: make\n      - uses: ./here\n"
        "        with: {deep: true}\n"
    )
    workflow = load_workflow(text, "w.yml")
    [job] = workflow.jobs
    assert workflow.triggers == {"push", "pull_request"}
    assert workflow.rights(job) == {"*": "read"}
    assert (job.line, job.runs_on, job.environment, job.needs) == (4, ("a", "b"), "release", ("x",))
    assert [(step.line, step.name) for step in job.steps] == [(9, "step 1"), (10, "step 2")]
    assert job.steps[1].given == {"deep": "true"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "w.yml:"),
        ("- a\n", "a mapping is expected"),
        ("on: push\n", "neither `jobs` nor `runs`"),
        ("on: push\non: pull_request\njobs: {}\n", "duplicate key"),
        ("on: push\njobs:\n  x: 3\n", "w.yml:3"),
        ("x" * (2**20 + 1), "larger than"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 10)}]\n" for p, n in zip("abcde", "bcdef", strict=True))
            + "jobs: {}\n",
            "entries",
        ),
        ("a: !!python/object/apply:os.system [id]\njobs: {}\n", ""),
    ],
    ids=["cut off", "a list", "neither", "twice", "no job", "large", "aliases", "a tag"],
)
def test_what_is_no_workflow_is_refused(text: str, said: str) -> None:
    if not said:
        assert load_workflow(text, "w.yml").jobs == ()
        return
    with pytest.raises(UnreadableError, match=said):
        load_workflow(text, "w.yml")


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(UnreadableError):
        load_workflow(text, "w.yml")
