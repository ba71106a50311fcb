"""
Writes what really ran, test by test, to the file that `SDLC_TEST_RECORDS` names; loaded with `-p`.

JUnit does not say what was collected, deselected or expected to fail; a control's evidence depends on it. Besides,
the modules that `SDLC_TESTED_MODULES` names come from the environment, never from a checkout that happens to lie on
the path. The plug-in lives in the process of the tests: a hostile test can write what it likes into the records.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from importlib.machinery import ModuleSpec, PathFinder
from typing import IO, Any

import pytest

from .touched import Touched  # relative: the folder has another name beside a product that is called sdlc

OUTCOMES_OF_A_CALL = ("failed", "xfailed", "xpassed", "skipped", "passed")

_stream: IO[str] | None = None
_phases: dict[str, list[Any]] = {}
_announced: set[str] = set()
_not_collected: set[str] = set()
_touched: Touched | None = None
_numbers: dict[str, int] = {}


class InstalledFirst:
    """Finds the product's top-level modules where the built wheel was installed, whatever comes first on the path."""

    def __init__(self, names: frozenset[str], folders: list[str], touched: Touched) -> None:
        self._names = names
        self._folders = folders
        self._touched = touched

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The specification of a module of the product, None for everything else."""
        if name.partition(".")[0] not in self._names:
            return None
        spec = PathFinder.find_spec(name, self._folders if path is None else path, target)
        return self._touched.watch(spec) if spec is not None else None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before any file of the product's tests is imported, see to it that the product is the installed one, and seen."""
    global _touched
    environment = os.environ  # noqa: TID251 - there is no other way to reach a plug-in
    names = frozenset(environment.get("SDLC_TESTED_MODULES", "").split())
    folders = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    _touched = Touched(folders)
    _touched.miss(module for name, module in tuple(sys.modules.items()) if name.partition(".")[0] in names)
    sys.meta_path.insert(0, InstalledFirst(names, folders, _touched))


def pytest_configure(config: Any) -> None:
    """Open the records and say that the run began; a worker of pytest-xdist leaves that to its controller."""
    global _stream
    environment = os.environ  # noqa: TID251 - there is no other way to reach a plug-in
    if not hasattr(config, "workerinput"):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND  # what others write there shows, and stays
        descriptor = os.open(environment["SDLC_TEST_RECORDS"], flags, 0o600)
        _stream = open(descriptor, "w", encoding="utf-8")  # noqa: SIM115 - open for all the run
        _write(event="start", pytest=pytest.__version__)


def pytest_collection_finish(session: Any) -> None:
    """What will run."""
    _announce(item.nodeid for item in session.items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Any) -> None:  # noqa: ARG001 - the hook's shape
    """What will run, as each worker of pytest-xdist found it."""
    _announce(ids)


def pytest_deselected(items: Any) -> None:
    """What was asked not to run."""
    for item in items:
        _write(event="deselected", id=item.nodeid)


def pytest_collectreport(report: Any) -> None:
    """A file that could not be imported is an error under its own name; one that skips itself is skipped.

    Every worker of pytest-xdist collects all files, and says so of each.
    """
    if not report.passed and report.nodeid not in _not_collected:
        _not_collected.add(report.nodeid)
        outcome = "error" if report.failed else "skipped"
        _write(event="result", id=report.nodeid, outcome=outcome, seconds=0.0, message=_first_line(report))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A test begins."""
    if _touched is not None:
        _touched.begin()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:  # noqa: ARG001 - the hook's shape
    """The last report of a test carries what it touched, also from a worker of pytest-xdist."""
    made = yield
    if call.when == "teardown" and _touched is not None:
        made.get_result().sdlc_touched = _touched.take()


def pytest_runtest_logreport(report: Any) -> None:
    """Remember each phase; after teardown, write the one outcome of the test."""
    phases = _phases.setdefault(report.nodeid, [])
    phases.append(report)
    if report.when == "teardown":
        del _phases[report.nodeid]
        outcome, decisive = _outcome(phases)
        seconds = round(sum(phase.duration for phase in phases), 6)
        _write(event="result", id=report.nodeid, outcome=outcome, seconds=seconds, message=_first_line(decisive))
        if hasattr(report, "sdlc_touched"):
            functions, spawned, unseen = report.sdlc_touched
            ran = [_number(one) for one in functions]
            _write(event="touched", id=report.nodeid, functions=ran, spawned=spawned, unseen=unseen)


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:  # noqa: ARG001 - the hook's shape
    """The run came to its end."""
    _write(event="end", exit=int(exitstatus))
    if _stream is not None:
        _stream.close()


def _number(function: str) -> int:
    """The number of a function, which is written with it when it comes for the first time."""
    if function not in _numbers:
        _numbers[function] = len(_numbers)
        _write(event="function", number=_numbers[function], name=function)
    return _numbers[function]


def _announce(ids: Any) -> None:
    for name in ids:
        if name not in _announced:
            _announced.add(name)
            _write(event="collected", id=name)


def _outcome(phases: list[Any]) -> tuple[str, Any]:
    """Of a test with several reports of its call (subtests), the worst counts."""
    for phase in phases:
        if phase.when != "call" and phase.failed:
            return "error", phase
    calls = [(_of_one(phase), phase) for phase in phases if phase.when == "call" or phase.skipped]
    return min(calls, key=lambda pair: OUTCOMES_OF_A_CALL.index(pair[0])) if calls else ("error", phases[-1])


def _of_one(phase: Any) -> str:
    if hasattr(phase, "wasxfail"):
        return "xpassed" if phase.passed else "xfailed"
    return str(phase.outcome)


def _first_line(report: Any) -> str:
    if report.passed:
        return ""
    if isinstance(report.longrepr, tuple):  # of a skip: file, line, reason
        return str(report.longrepr[-1]).partition("\n")[0][:300]
    text = getattr(getattr(report.longrepr, "reprcrash", None), "message", "") or str(report.longrepr or "")
    return text.strip().partition("\n")[0][:300]


def _write(**event: object) -> None:
    if _stream is not None and not _stream.closed:
        # No reader takes a lone surrogate, escaped or not; a test may well be about one.
        text = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace").decode()
        _stream.write(text + "\n")
        _stream.flush()
