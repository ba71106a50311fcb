"""The check of a harness itself: what reaches nothing, hides everything or is not seen finds nothing either."""

from __future__ import annotations

from collections.abc import Iterator

from sdlc.formats.fuzz_report import HarnessRun, Sight
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity

ENOUGH, SOME = 1000, 100
"""Inputs that one engine must have watched before anything is said, and every engine that has a say."""

CLEARLY = 0.75
"""Difference of two measured powers that is no noise."""

NEARLY_ALL = 0.998
"""A parser of a format with a fixed beginning refuses nearly all inputs, and is searched well all the same.

Of the example's encoded images 956 to 993 of a thousand are refused at one place, from run to run: a bar in there would
judge the same commit now so, now otherwise.
"""
SEARCHES = ("hypothesis", "atheris", "coverage")
SHORT = "words"
"""Its first inputs are single words: they may reach more than others, but that they are refused says nothing."""


def weak(run: HarnessRun, *, old: str) -> Iterator[Finding]:
    """What is wrong with the harness; `old` is what `base` says of one that the change did not touch."""
    seen = [sight for sight in run.sights if sight.engine in SEARCHES and sight.looked >= SOME]
    seen = seen if any(sight.looked >= ENOUGH for sight in seen) else []
    flat = [*seen, *(sight for sight in run.sights if sight.engine == SHORT and sight.close)]
    if not run.crashes and seen and all(sight.close and 0 < sight.lines == sight.first_lines for sight in flat):
        yield _finding(
            run,
            "FUZZ-FLAT",
            f"{max(s.looked for s in seen)} inputs reach none but the {seen[0].lines} lines that the first reached",
            "Let what the harness calls depend on its input, or give it a strategy that makes valid ones.",
            old=old,
        )
    if seen and all(sight.first_raise > NEARLY_ALL * sight.looked for sight in seen):
        share = max(_share(sight) for sight in seen)
        yield _finding(
            run,
            "FUZZ-FIRST-RAISE",
            f"{share:.1%} of the inputs are refused at one place, so what lies behind it is hardly searched",
            "Give the harness a strategy, or stored inputs in fuzz/corpus, that get past that place.",
            Confidence.MEDIUM,
            old=old,
        )
    if run.target and any(sight.close for sight in run.sights) and not any(sight.hit for sight in run.sights):
        yield _finding(
            run,
            "FUZZ-MISSES",
            f"none of the inputs that were watched line by line came into {run.target}(), which it is there for",
            "Let it call that function, with inputs that get there; or take the target out of @fuzz(…).",
            old=old,
        )
    if run.swallows:
        yield _finding(
            run,
            "FUZZ-SWALLOWS",
            "it hides every exception, so no input can crash it",
            "Declare the exceptions that are proper answers: @fuzz(raises=(…,)), and catch none.",
            line=run.swallows,
            old=old,
        )
    early = sorted({name for sight in run.sights for name in sight.early})
    if early:
        yield _finding(
            run,
            "FUZZ-NOT-INSTRUMENTED",
            f"{early[0]} was imported before it could be instrumented, so its coverage does not guide the search",
            "Look which plug-in or .pth file of the environment imports the package under test, and remove it.",
            old=old,
        )


def worse(run: HarnessRun) -> Iterator[Finding]:
    """Patterns whose CPU time grows clearly more steeply than on the base commit."""
    for one in run.growth:
        if (
            one.base_exponent is not None
            and one.exponent - one.base_exponent >= CLEARLY
            and one.exponent >= CLEARLY + 1
        ):
            pattern = f"{one.prefix!r} + {one.token!r}*n + {one.suffix!r}"
            pattern += f" + {one.closing!r}*n" if one.closing else ""
            before = f"of the power {one.base_exponent:g}" if one.base_exponent else "too fast to measure"
            yield Finding(
                rule="FUZZ-GROWTH",
                message=f"{run.name}: CPU time grows with the power {one.exponent:g}, on the base {before}: {pattern}",
                severity=Severity.MEDIUM,
                confidence=Confidence.HIGH,
                fingerprint="f1:" + sha256(f"fuzz FUZZ-GROWTH {run.name} {pattern}".encode())[:32],
                place=Place(run.file),
                subject=run.name,
                fix="Look where the change made the work depend on more than the length of the input.",
                reproduce="sdlc check --gate fuzz",
                cwe=(407,),
            )
            return


def _share(sight: Sight) -> float:
    return sight.first_raise / sight.looked


def _finding(
    run: HarnessRun,
    rule: str,
    says: str,
    fix: str,
    confidence: Confidence = Confidence.HIGH,
    *,
    line: int = 0,
    old: str,
) -> Finding:
    return Finding(
        rule=rule,
        message=f"{run.name}: {says}",
        severity=Severity.MEDIUM,
        confidence=confidence,
        fingerprint="f1:" + sha256(f"fuzz {rule} {run.file} {run.name}".encode())[:32],
        place=Place(run.file, line),
        subject=run.name,
        fix=fix,
        reproduce="sdlc check --gate fuzz",
        properties={"base": old} if run.unchanged else {},
    )
