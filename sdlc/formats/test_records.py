"""
`records.jsonl`, what our pytest plug-in writes, one JSON object a line; and the counts of pytest's JUnit file.

`start`, then `collected` and `deselected` ids, one `result` per test, and `end` with pytest's exit code. A file
without `end`, or whose last line has no end, belongs to a run that was cut off. Where it was looked for, `touched` says
by numbers which functions of the product a test ran; `function` names a number, once. Earlier records have neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

EXPECTED_TO_FAIL = frozenset({"xfailed", "xpassed"})
OUTCOMES = frozenset({"passed", "failed", "skipped", "xfailed", "xpassed", "error"})
MAX_LINE = 64 * 1024


@dataclass(frozen=True)
class TestResult:
    """How one test ended; `seconds` over all its phases, `message` the first line of what it said."""

    __test__ = False

    outcome: str
    seconds: float
    message: str


@dataclass(frozen=True)
class Touched:
    """
    Functions of the product (`package/module.py::Class.method`) that a test ran; `spawned` other processes, too.

    `unseen` are modules of which it is not known.
    """

    functions: frozenset[str]
    spawned: bool
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TestRecords:
    """One run of pytest: results by node id, and what each test touched where that was looked for."""

    __test__ = False

    results: Mapping[str, TestResult]
    collected: tuple[str, ...]
    deselected: tuple[str, ...]
    finished: bool
    exit_code: int
    touched: Mapping[str, Touched] = field(default_factory=dict)

    def touched_by(self, test_id: str) -> Touched | None:
        """What `test_id`, or all its parameters, touched; None where nobody looked."""
        found = [one for name, one in self.touched.items() if name == test_id or name.startswith(f"{test_id}[")]
        if not found:
            return None
        return Touched(
            frozenset().union(*(one.functions for one in found)),
            any(one.spawned for one in found),
            frozenset().union(*(one.unseen for one in found)),
        )

    def matching(self, test_id: str) -> tuple[TestResult, ...]:
        """The results of `test_id`: itself, or all its parameters."""
        return tuple(
            result for name, result in self.results.items() if name == test_id or name.startswith(f"{test_id}[")
        )


@dataclass(frozen=True)
class Unproved:
    """Why a test proves nothing in this build: it did not run, or it `failed` (or was expected to)."""

    sentence: str
    failed: bool = False


def why_unproved(test_id: str, records: TestRecords | None, *, every: bool = False) -> Unproved | None:
    """What stands against `test_id`, all its parameters together, in this build; None where it ran and passed.

    `records` is None where the tests gate did not answer. With `every`, no case may be left out.
    """
    if records is None:
        return Unproved(f"{test_id} did not run, because the tests gate did not answer")
    if not records.finished:
        return Unproved(f"{test_id} proves nothing, because the test run was cut off")
    outcomes = [result.outcome for result in records.matching(test_id)]
    if not outcomes:
        return Unproved(f"{test_id} did not run in this build")
    bad = [outcome for outcome in outcomes if outcome in ("failed", "error")]
    if bad:
        return Unproved(f"{test_id} {bad[0]} in this build", failed=True)
    if EXPECTED_TO_FAIL & set(outcomes):
        return Unproved(f"{test_id} is marked as expected to fail", failed=True)
    if "passed" not in outcomes:
        return Unproved(f"{test_id} was {outcomes[0]} in this build")
    left = sum(outcome != "passed" for outcome in outcomes)
    left += sum(one == test_id or one.startswith(f"{test_id}[") for one in records.deselected)
    if every and left:
        return Unproved(f"{left} of the cases of {test_id} did not run in this build")
    return None


def load_records(data: bytes) -> TestRecords:
    """The run in `data`; raises UnreadableError with the line number."""
    results: dict[str, TestResult] = {}
    collected: list[str] = []
    deselected: list[str] = []
    functions: dict[int, str] = {}
    touched: dict[str, Touched] = {}
    finished, exit_code = False, -1
    *lines, cut_off = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        what = f"records.jsonl line {number}"
        event = strict_json.loads_object(line, what=what, max_bytes=MAX_LINE)
        if finished:
            raise UnreadableError(f"{what}: something follows the end of the run")
        if (event.get("event") == "start") is not (number == 1):
            raise UnreadableError(f"{what}: the run does not begin with its start")
        try:
            match event["event"]:
                case "start":
                    continue
                case "collected":
                    collected.append(str(event["id"]))
                case "deselected":
                    deselected.append(str(event["id"]))
                case "result":
                    name, outcome = str(event["id"]), str(event["outcome"])
                    if outcome not in OUTCOMES:
                        raise UnreadableError(f"{what}: there is no outcome {outcome!r:.40}")
                    if name in results:
                        raise UnreadableError(f"{what}: {name} has two results")
                    results[name] = TestResult(outcome, float(event["seconds"]), str(event["message"]))
                case "function":
                    functions[int(event["number"])] = str(event["name"])
                case "touched":
                    ran = frozenset(functions[int(number)] for number in event["functions"])
                    touched[str(event["id"])] = Touched(
                        ran, event["spawned"] is True, frozenset(map(str, event["unseen"]))
                    )
                case "end":
                    finished, exit_code = True, int(event["exit"])
                case other:
                    raise UnreadableError(f"{what}: there is no event {other!r:.40}")
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    return TestRecords(results, tuple(collected), tuple(deselected), finished and not cut_off, exit_code, touched)


def version_of(data: bytes) -> str:
    """The version of pytest that wrote the records, as it says itself; empty when it does not."""
    first = data.partition(b"\n")[0]
    try:
        return str(strict_json.loads_object(first, what="records.jsonl", max_bytes=MAX_LINE).get("pytest", ""))[:40]
    except UnreadableError:  # what is no record is said by `load_records`
        return ""


@dataclass(frozen=True)
class JunitCounts:
    """How many test cases of a JUnit file passed, failed (errors included) and were skipped."""

    passed: int
    failed: int
    skipped: int


def load_junit(data: bytes) -> JunitCounts:
    """The counts of the JUnit file `data`; raises UnreadableError, also for a document type (entity bombs)."""
    cases: list[set[str]] = []
    parser = expat.ParserCreate()

    def started(name: str, _attributes: Mapping[str, str]) -> None:
        if name == "testcase":
            cases.append(set())
        elif name in ("failure", "error", "skipped") and cases:
            cases[-1].add(name)

    def refuse(*_declaration: object) -> None:
        raise UnreadableError("junit.xml: has a document type, which pytest never writes")

    parser.StartElementHandler = started
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnreadableError(f"junit.xml: not XML at line {error.lineno}: {expat.ErrorString(error.code)}") from None
    failed = sum(bool(case & {"failure", "error"}) for case in cases)
    skipped = sum(case == {"skipped"} for case in cases)
    return JunitCounts(len(cases) - failed - skipped, failed, skipped)
