"""What a regression test of a fuzz crash calls: the harness once, on the stored input, judged as when it crashed."""

from __future__ import annotations

import ast
import importlib.util
import signal
from pathlib import Path
from typing import Any

from sdlc.harness.fuzz import harnesses_of
from sdlc.harness.oracle import TookTooLong, raise_took_too_long


def survives(file: Path, name: str, data: bytes) -> None:
    """Returns when the harness `name` of `file` answers `data` properly; otherwise its exception comes out.

    A declared exception is a proper answer. Too much CPU time is an AssertionError, because TookTooLong is no
    Exception and would end the whole test run.
    """
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    harness = next((one for one in harnesses_of(module) if one.name == name), None)
    if harness is None:
        raise LookupError(f"{file} has no harness {name}")
    value = ast.literal_eval(data.decode("utf-8")) if harness.strategy is not None else data
    before = signal.signal(signal.SIGVTALRM, raise_took_too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, harness.seconds)
    try:
        harness.function(value)
    except harness.raises:
        return
    except TookTooLong:
        raise AssertionError(f"more than {harness.seconds:g} s of CPU") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
