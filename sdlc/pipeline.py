"""
From a workspace to gate results: plan → run → store → read. It decides nothing.

One gate's crash becomes that gate's outcome `error` here, in one place, and never takes down another. Only a disk
that refuses to be written ends the whole run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sdlc.errors import SdlcError, StorageError, UsageError
from sdlc.evidence.store import Store
from sdlc.executors.local import run_tasks
from sdlc.formats.context_json import load_tools
from sdlc.gates import GATES, Gate
from sdlc.model.result import GateResult, Outcome, RawArtifacts, Reading
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
    result: GateResult
    raw: RawArtifacts


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
) -> tuple[GateResult, ...]:
    """One result for every planned gate, in the order of `GATES`; `kept` are raw artifacts of gates that ran before."""
    progress = progress or Progress()
    before = kept or {}

    def work(gate: str, inputs: Mapping[str, _Run]) -> _Run:
        old = {need: before[need] for need in planned[gate] if need in before and need not in inputs}
        answered = old | {need: done.raw for need, done in inputs.items() if done.raw}
        return _run_gate(GATES[gate], workspace, within(tools, GATE_SECONDS), settings[gate], answered, store)

    runs = run_tasks(
        planned,
        work,
        jobs=jobs,
        started=progress.started,
        ended=lambda _name, done: progress.ended(done.result),
        interrupt=interrupt,
    )
    return tuple(runs[gate].result for gate in planned)


def _run_gate(
    gate: Gate,
    workspace: Workspace,
    tools: Tools,
    settings: Any,
    inputs: Mapping[str, RawArtifacts],
    store: Store,
) -> _Run:
    started = time.monotonic()
    raw: RawArtifacts = {}
    reason = None
    try:
        reason = gate.not_applicable(workspace, settings)
        if reason is not None:
            reading = Reading(Outcome.NOT_APPLICABLE, sentence=reason)
        else:
            raw = dict(gate.run(workspace, tools, settings, inputs))
            for data in raw.values():
                store.put(data)
            reading = replay(gate.ID, raw, settings_to_json(settings), inputs)
    except StorageError:
        raise
    except SdlcError as error:
        reading = Reading(Outcome.ERROR, sentence=error.message, hint=error.hint)
    except Exception as error:  # a bug in one gate must not take down the others
        reading = Reading(
            Outcome.ERROR,
            sentence=f"a bug in the gate {gate.ID}: {type(error).__name__}: {error}"[:300],
            hint="report it with the command that you ran",
        )
    reader = READINGS[gate.ID]
    result = GateResult(
        gate=gate.ID,
        reading=reading,
        reader=reader.READER,
        grade=reader.GRADE,
        settings=settings_to_json(settings),
        raw={name: store.put(data) for name, data in sorted(raw.items())},
        tools=load_tools(raw["tools.json"]) if "tools.json" in raw else (),
        seconds=time.monotonic() - started,
    )
    answered = raw if reading.outcome in (Outcome.PASSED, Outcome.FAILED) else {}
    return _Run(result, answered)
