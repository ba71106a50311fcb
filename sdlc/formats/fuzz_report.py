"""`fuzz.json`: what each harness did, engine by engine, and the crashes that were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json


@dataclass(frozen=True)
class FuzzCrash:
    """One crash; `input` names the artifact with the smallest input, `replayed` says that it crashed again.

    `test` names the artifact with its regression test, `found_bytes` is the size of the input before it was made
    smaller; reports of earlier versions have neither. `base` says what the base commit does with the input (`crashes`,
    `survives`, `unknown`; empty where nothing was compared), `base_says` in words. `changed` are the first and last
    line of the piece of the change in which `line` lies, zeros for none.
    """

    exception: str
    message: str
    path: str
    line: int
    function: str
    key: str
    input: str
    phase: str
    replayed: bool
    test: str = ""
    found_bytes: int = 0
    base: str = ""
    base_says: str = ""
    changed: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Sight:
    """What one engine saw of the package under test: see `sdlc.harness.sight`. `early`: not instrumented modules."""

    engine: str
    looked: int = 0
    entered: int = 0
    first_raise: int = 0
    close: int = 0
    first_lines: int = 0
    lines: int = 0
    hit: int = 0
    early: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grown:
    """How CPU time grew with prefix + token·n + suffix + closing·n: the power at head and on the base, or None."""

    prefix: bytes
    token: bytes
    suffix: bytes
    exponent: float
    base_exponent: float | None = None
    closing: bytes = b""


@dataclass(frozen=True)
class HarnessRun:
    """One harness over all engines; `executions` are calls of the harness, `edges` what atheris saw covered.

    `searched` are those of the search engines alone. Of `looked` inputs that were watched, `entered` came into the
    package under test; earlier reports have neither. `swallows` is the line where the harness hides every exception, 0
    for none; `unchanged`: the base commit has the same file of harnesses. `spared`: the change cannot matter to it, so
    it was replayed and looked at, not searched. `target` is the function that it is there for, empty if it names none.
    `engines` are those that ran it, with how they saw its coverage, empty where they did not look. `refused`: file and
    line where many of its first inputs were refused, and how many; `reached` are lines, where no edges were counted.
    """

    name: str
    file: str
    executions: int
    edges: int
    crashes: tuple[FuzzCrash, ...]
    problems: tuple[str, ...]
    looked: int = 0
    entered: int = 0
    searched: int = 0
    sights: tuple[Sight, ...] = ()
    growth: tuple[Grown, ...] = ()
    swallows: int = 0
    unchanged: bool = False
    spared: bool = False
    target: str = ""
    engines: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[tuple[str, int, int], ...] = ()
    reached: int = 0


@dataclass(frozen=True)
class FuzzReport:
    """The whole run of the gate; `version` of the schema, since 2 with what a reading holds harnesses to.

    Since 3 with the engines that searched.
    """

    sandbox: str
    harnesses: tuple[HarnessRun, ...]
    version: int = 1


def load_report(data: bytes) -> FuzzReport:
    """The report in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what="fuzz.json")
    try:
        return FuzzReport(
            version={"sdlc.fuzz/2": 2, "sdlc.fuzz/3": 3}.get(str(document.get("schema")), 1),
            sandbox=str(document["sandbox"]),
            harnesses=tuple(
                HarnessRun(
                    name=str(row["name"]),
                    file=str(row["file"]),
                    executions=sum(int(engine["executions"]) for engine in row["engines"].values()),
                    edges=max((int(engine.get("edges", 0)) for engine in row["engines"].values()), default=0),
                    crashes=tuple(
                        FuzzCrash(
                            exception=str(crash["exception"]),
                            message=str(crash["message"]),
                            path=str(crash["path"]),
                            line=int(crash["line"]),
                            function=str(crash["function"]),
                            key=str(crash["key"]),
                            input=str(crash["input"]),
                            phase=str(crash["phase"]),
                            replayed=bool(crash["replayed"]),
                            test=str(crash.get("test", "")),
                            found_bytes=int(crash.get("found_bytes", 0)),
                            base=str(crash.get("base", "")),
                            base_says=str(crash.get("base_says", "")),
                            changed=_lines(crash.get("changed", (0, 0))),
                        )
                        for crash in row["crashes"]
                    ),
                    problems=tuple(str(problem) for problem in row["problems"]),
                    looked=_sight(row, "looked"),
                    entered=_sight(row, "entered"),
                    sights=tuple(_sight_of(word, engine) for word, engine in row["engines"].items()),
                    growth=tuple(_grown(one) for one in row.get("growth", ())),
                    swallows=int(row.get("swallows", 0)),
                    unchanged=row.get("unchanged") is True,
                    engines={word: str(e.get("way", "")) for word, e in row["engines"].items() if e["executions"]},
                    refused=_refused(row),
                    reached=max((int(e.get("lines", 0)) for e in row["engines"].values()), default=0),
                    target=str(row.get("target", "")),
                    spared=row.get("affected") == "",
                    searched=sum(int(e["executions"]) for word, e in row["engines"].items() if word != "replay"),
                )
                for row in document["harnesses"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"fuzz.json: {type(error).__name__}: {error}") from None


def _refused(row: dict[str, Any]) -> tuple[tuple[str, int, int], ...]:
    """Of every search the commonest place, each place once."""
    found: dict[tuple[str, int], int] = {}
    for engine in row["engines"].values():
        for path, line, count in list(engine.get("refused", ()))[:1]:
            place = (str(path), int(line))
            found[place] = max(found.get(place, 0), int(count))
    return tuple((path, line, count) for (path, line), count in found.items())


def _sight(row: dict[str, Any], word: str) -> int:
    return sum(int(engine.get("sight", {}).get(word, 0)) for engine in row["engines"].values())


def _sight_of(word: str, engine: dict[str, Any]) -> Sight:
    numbers = {key: int(value) for key, value in engine.get("sight", {}).items()}
    return Sight(word, **numbers, early=tuple(map(str, engine.get("early", ()))))


def _lines(value: Any) -> tuple[int, int]:
    first, last = value
    return int(first), int(last)


def _grown(one: dict[str, Any]) -> Grown:
    prefix, token, suffix = (bytes.fromhex(str(one[part])) for part in ("prefix", "token", "suffix"))
    base = one.get("base_exponent")
    closing = bytes.fromhex(str(one.get("closing", "")))  # older evidence knows none
    return Grown(prefix, token, suffix, float(one["exponent"]), None if base is None else float(base), closing)
