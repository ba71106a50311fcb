"""
From a workspace to gate results: plan → run → read → redact → store. It decides nothing.

One gate's crash becomes that gate's outcome `error` here, in one place, and never takes down another. Only a disk
that refuses to be written ends the whole run. Nothing is stored before the gate `secrets` has answered: what it found
is taken out of every text, and what then says something else is read again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sdlc.credentials.redact import redact, redactor
from sdlc.errors import SdlcError, StorageError, UsageError
from sdlc.evidence.store import Store
from sdlc.executors.local import run_tasks
from sdlc.formats import strict_json
from sdlc.formats.context_json import load_tools
from sdlc.gates import GATES, Gate
from sdlc.model.result import UNSTORED, GateResult, Outcome, RawArtifacts, Reading
from sdlc.readings import READINGS
from sdlc.readings.replay import replay, settings_to_json
from sdlc.tools import Tools, within
from sdlc.workspace import Workspace

GATE_SECONDS = 3600.0
"""No gate may take longer, whatever its tools' own timeouts add up to."""


@dataclass(frozen=True)
class Progress:
    """What a caller wants to be told while gates run."""

    started: Callable[[str], None] = lambda _gate: None
    ended: Callable[[GateResult], None] = lambda _result: None


@dataclass(frozen=True)
class _Run:
    """What a gate said, and its raw artifacts, not yet stored."""

    result: GateResult
    raw: RawArtifacts

    @property
    def answered(self) -> bool:
        """True when other gates may build on it."""
        return bool(self.raw) and self.result.reading.outcome in (Outcome.PASSED, Outcome.FAILED)


def plan(wanted: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The gates to run with what each needs: `wanted` (empty: all) and, transitively, their needs."""
    wanted = tuple(wanted)
    for gate in wanted:
        if gate not in GATES:
            raise UsageError(f"there is no gate {gate!r}", hint=f"known gates: {', '.join(GATES)}")
    chosen: dict[str, tuple[str, ...]] = {}
    queue = list(wanted or GATES)
    while queue:
        gate = queue.pop()
        if gate not in chosen:
            chosen[gate] = tuple(GATES[gate].NEEDS)
            queue.extend(chosen[gate])
    return {gate: chosen[gate] for gate in GATES if gate in chosen}


def downstream(gate: str) -> tuple[str, ...]:
    """`gate` and every gate that reads, directly or not, what it found: they are as old as their oldest input."""
    if gate not in GATES:
        raise UsageError(f"there is no gate {gate!r}", hint=f"known gates: {', '.join(GATES)}")
    chosen = {gate}
    while more := {name for name, other in GATES.items() if set(other.NEEDS) & chosen} - chosen:
        chosen |= more
    return tuple(name for name in GATES if name in chosen)


def run(
    planned: Mapping[str, tuple[str, ...]],
    workspace: Workspace,
    tools: Tools,
    settings: Mapping[str, Any],
    store: Store,
    *,
    jobs: int,
    progress: Progress | None = None,
    interrupt: Callable[[], None] = lambda: None,
    kept: Mapping[str, RawArtifacts] | None = None,
    narrowed: Mapping[str, Workspace] | None = None,
) -> tuple[GateResult, ...]:
    """One result for every planned gate, in the order of `GATES`.

    `kept` are raw artifacts of gates that ran before; `narrowed` names the gates that look at a part of the workspace.
    """
    progress = progress or Progress()
    before = kept or {}
    seen = narrowed or {}

    def work(gate: str, inputs: Mapping[str, _Run]) -> _Run:
        old = {need: before[need] for need in planned[gate] if need in before and need not in inputs}
        answered = old | {need: _kept(done.raw) for need, done in inputs.items() if done.answered}
        return _run_gate(GATES[gate], seen.get(gate, workspace), within(tools, GATE_SECONDS), settings[gate], answered)

    runs = run_tasks(
        planned,
        work,
        jobs=jobs,
        started=progress.started,
        ended=lambda _name, done: progress.ended(done.result),
        interrupt=interrupt,
    )
    runs = _without_secrets({gate: runs[gate] for gate in planned}, before)
    return tuple(_store(run, store) for run in runs.values())


def _run_gate(
    gate: Gate,
    workspace: Workspace,
    tools: Tools,
    settings: Any,
    inputs: Mapping[str, RawArtifacts],
) -> _Run:
    started = time.monotonic()
    raw: RawArtifacts = {}

    def look() -> Reading:
        nonlocal raw
        reason = gate.not_applicable(workspace, settings)
        if reason is not None:
            return Reading(Outcome.NOT_APPLICABLE, sentence=reason)
        raw = dict(gate.run(workspace, tools, settings, inputs))
        return replay(gate.ID, _kept(raw), settings_to_json(settings), inputs)

    reading = _guarded(gate.ID, look)
    reader = READINGS[gate.ID]
    result = GateResult(
        gate=gate.ID,
        reading=reading,
        reader=reader.READER,
        grade=reader.GRADE,
        settings=settings_to_json(settings),
        raw={},
        tools=load_tools(raw["tools.json"]) if "tools.json" in raw else (),
        seconds=time.monotonic() - started,
    )
    return _Run(result, raw)


def _guarded(gate: str, look: Callable[[], Reading]) -> Reading:
    """What `look` says; what it raises becomes the outcome `error`."""
    try:
        return look()
    except StorageError:
        raise
    except SdlcError as error:
        return Reading(Outcome.ERROR, sentence=error.message, hint=error.hint)
    except Exception as error:  # a bug in one gate must not take down the others
        said = f"a bug in the gate {gate}: {type(error).__name__}: {error}"[:300]
        return Reading(Outcome.ERROR, sentence=said, hint="report it with the command that you ran")


def _kept(raw: RawArtifacts) -> RawArtifacts:
    """What may be stored, and read, and handed to other gates."""
    return {name: data for name, data in raw.items() if not name.startswith(UNSTORED)}


def _without_secrets(runs: Mapping[str, _Run], before: Mapping[str, RawArtifacts]) -> dict[str, _Run]:
    """`runs` without the values that the gates found to be secret; whose bytes changed is read again from them.

    `before` are raw artifacts of gates that ran earlier, which some of these read.
    """
    values = [
        str(value)
        for run in runs.values()
        for name, data in run.raw.items()
        if name.startswith(UNSTORED)
        for value in strict_json.loads(data, what=name)
    ]
    pattern = redactor(values)
    clean = {gate: {n: redact(data, pattern) for n, data in _kept(run.raw).items()} for gate, run in runs.items()}
    changed = {gate for gate, raw in clean.items() if raw != _kept(runs[gate].raw)}
    done: dict[str, _Run] = {}
    for gate, run in runs.items():
        reading = run.result.reading
        wanted = READINGS[gate].NEEDS
        needs = {need: before[need] for need in wanted if need in before and need not in runs}
        needs |= {need: clean[need] for need in wanted if need in runs and runs[need].answered}
        if run.raw and not changed.isdisjoint({gate, *needs}):
            again = partial(replay, gate, clean[gate], run.result.settings, needs)
            reading = _guarded(gate, again)
        said = replace(reading, sentence=_said(reading.sentence, pattern), hint=_said(reading.hint, pattern))
        done[gate] = _Run(replace(run.result, reading=said), clean[gate])
    return done


def _said(text: str, pattern: re.Pattern[bytes] | None) -> str:
    return redact(text.encode("utf-8", "surrogatepass"), pattern).decode("utf-8", "surrogatepass")


def _store(run: _Run, store: Store) -> GateResult:
    return replace(run.result, raw={name: store.put(data) for name, data in sorted(run.raw.items())})
