"""Workflow files as jobs and steps with the lines where they stand; nothing of them is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sdlc.errors import UnreadableError

MAX_BYTES = 2**20
MAX_NODES = 50_000


@dataclass(frozen=True)
class Step:
    """One step; `given` are its inputs, `name` what a person would call it."""

    line: int
    name: str
    uses: str
    run: str
    given: Mapping[str, str]
    forgiven: bool


@dataclass(frozen=True)
class Job:
    """One job; `permissions` are None where it does not say any, scope `*` stands for all of them."""

    id: str
    line: int
    name: str
    runs_on: tuple[str, ...]
    permissions: Mapping[str, str] | None
    environment: str
    needs: tuple[str, ...]
    condition: str
    forgiven: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Workflow:
    """One file; an action has no triggers and one job, named `action`."""

    path: str
    triggers: frozenset[str]
    permissions: Mapping[str, str] | None
    jobs: tuple[Job, ...]

    def rights(self, job: Job) -> Mapping[str, str]:
        """What `job` may do, as far as the file says it."""
        said = job.permissions if job.permissions is not None else self.permissions
        return said if said is not None else {}


def load_workflow(text: str, path: str) -> Workflow:
    """The workflow or action in `text`; raises UnreadableError with the line."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise UnreadableError(f"{path}: it is larger than {MAX_BYTES // 2**20} MiB")
    yaml = YAML(typ="rt", pure=True)
    yaml.allow_duplicate_keys = False
    try:
        document = yaml.load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise UnreadableError(f"{path}:{line}: {error.problem or error.context or 'not YAML'}") from None
    except (YAMLError, ValueError, RecursionError, AssertionError, AttributeError, TypeError, KeyError) as error:
        raise UnreadableError(f"{path}: not YAML: {type(error).__name__}") from None
    if not isinstance(document, CommentedMap):
        raise UnreadableError(f"{path}:1: a mapping is expected")
    _count(document, path)
    if isinstance(runs := document.get("runs"), CommentedMap):
        steps = tuple(_steps(runs.get("steps")))
        action = Job("action", _line(document, "runs"), "action", (), None, "", (), "", False, steps)
        return Workflow(path, frozenset(), None, (action,))
    jobs = document.get("jobs")
    if not isinstance(jobs, CommentedMap):
        raise UnreadableError(f"{path}:1: neither `jobs` nor `runs`: this is no workflow and no action")
    made = []
    for name, job in jobs.items():
        if not isinstance(job, CommentedMap):
            raise UnreadableError(f"{path}:{_line(jobs, name)}: the job {name!s:.60} is no mapping")
        made.append(_job(str(name), job, _line(jobs, name)))
    return Workflow(path, frozenset(_words(document.get("on"))), _permissions(document), tuple(made))


def _count(document: Any, path: str) -> None:
    """Attack: aliases that refer to aliases, a few lines that unfold to millions of entries."""
    left, seen = [document], 0
    while left:
        node = left.pop()
        seen += 1
        if seen > MAX_NODES:
            raise UnreadableError(f"{path}: more than {MAX_NODES} entries")
        if isinstance(node, CommentedMap):
            left += list(node.values())
        elif isinstance(node, CommentedSeq):
            left += list(node)


def _job(name: str, job: CommentedMap, line: int) -> Job:
    environment = job.get("environment")
    if isinstance(environment, CommentedMap):
        environment = environment.get("name")
    runs_on = job.get("runs-on")
    if isinstance(runs_on, CommentedMap):
        runs_on = runs_on.get("labels")
    return Job(
        id=name,
        line=line,
        name=_text(job.get("name")) or name,
        runs_on=tuple(_words(runs_on)),
        permissions=_permissions(job),
        environment=_text(environment),
        needs=tuple(_words(job.get("needs"))),
        condition=_text(job.get("if")),
        forgiven=_true(job.get("continue-on-error")),
        steps=tuple(_steps(job.get("steps"))),
    )


def _steps(steps: Any) -> Iterator[Step]:
    if not isinstance(steps, CommentedSeq):
        return
    for number, step in enumerate(steps):
        if not isinstance(step, CommentedMap):
            continue
        given = step.get("with")
        yield Step(
            line=int(steps.lc.item(number)[0]) + 1,
            name=_text(step.get("name")) or _text(step.get("id")) or f"step {number + 1}",
            uses=_text(step.get("uses")),
            run=_text(step.get("run")),
            given={str(key): _text(value) for key, value in given.items()} if isinstance(given, CommentedMap) else {},
            forgiven=_true(step.get("continue-on-error")),
        )


def _permissions(table: CommentedMap) -> Mapping[str, str] | None:
    if "permissions" not in table:
        return None
    said = table["permissions"]
    if isinstance(said, CommentedMap):
        return {str(scope): _text(level) for scope, level in said.items()}
    words = {"write-all": "write", "read-all": "read"}
    return {"*": words[str(said)]} if str(said) in words else {}


def _words(value: Any) -> Iterator[str]:
    """A text, a list of texts, or the keys of a mapping."""
    if isinstance(value, CommentedMap | CommentedSeq):
        yield from (str(one) for one in value)
    elif value is not None:
        yield str(value)


def _line(table: CommentedMap, key: Any) -> int:
    return int(table.lc.key(key)[0]) + 1


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _true(value: Any) -> bool:
    return _text(value).strip().lower() == "true"
