"""Reads what the fuzz gate found: one finding per way to crash."""

from __future__ import annotations

from dataclasses import dataclass, field

from sdlc.errors import UnreadableError
from sdlc.formats.fuzz_report import FuzzCrash, HarnessRun, load_report
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.readings.harness_check import weak, worse

READER = "fuzz/1"
GRADE = Grade.ATTESTED
NEEDS = ("build",)
CWE = {"RecursionError": 674, "Timeout": 400, "MemoryError": 789, "SIGSEGV": 119}
UNCAUGHT = 248
VIOLATED = {"output ratio": 409, "memory": 789, "growth": 407, "differential": 436}
"""Of a property that does not hold, by the fixed name that its message begins with; any other answer is just wrong."""
WRONG = 682
SANDBOXES = {"limits": 1, "namespace": 2, "sealed": 3}
"""Levels of the sandbox, as a floor of the policy may demand them."""

FEW = 100
"""Inputs of all searches together below which nothing was searched."""

OLD = "crashes"
"""What the property `base` of a finding says when the base commit crashes on the input too, or has the weak harness."""

BLIND_AFTER = 1000
"""Inputs that were watched, without one that entered the package under test, from which a harness is blind."""


@dataclass(frozen=True)
class Settings:
    """`seconds` is the whole budget, shared by all harnesses; `packages` are instrumented (empty: discovered).

    `executions` ends the searches of one harness earlier: then a quick machine does not search more than a slow one.
    """

    folder: str = field(default="fuzz", metadata={"change": "may-only-strengthen"})
    seconds: int = field(default=20, metadata={"change": "may-only-strengthen"})
    executions: int = field(default=10**9, metadata={"change": "may-only-strengthen"})
    packages: tuple[str, ...] = field(default=(), metadata={"change": "free"})
    memory_mb: int = field(default=4096, metadata={"change": "free"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when every harness ran and none crashed; ERROR when one could not run."""
    if "fuzz.json" not in raw:
        raise UnreadableError("fuzz.json is missing: nothing says what was fuzzed", hint="run the gate again")
    report = load_report(raw["fuzz.json"])
    crashes = {(run.name, crash.key): (run, crash) for run in report.harnesses for crash in run.crashes}
    counters = {
        "harnesses": len(report.harnesses),
        "executions": sum(run.executions for run in report.harnesses),
        "edges": sum(run.edges for run in report.harnesses),
        "crashes": len(crashes),
    }
    if report.version > 1:
        counters["sandbox"] = SANDBOXES.get(report.sandbox, 0)
    spared = sum(run.spared for run in report.harnesses)
    counters |= {"spared": spared} if spared else {}
    if report.version > 2:
        counters["atheris"] = sum("atheris" in run.engines for run in report.harnesses)
    ways = sorted({way for run in report.harnesses for way in run.engines.values() if way})
    details = {"sandbox": report.sandbox}
    few = FEW if report.version > 1 else 0
    idle = [
        run
        for run in report.harnesses
        if run.problems or not run.executions or (run.searched < few and not run.crashes)
    ]
    if idle or not report.harnesses:
        said = "; ".join(_trouble(run) for run in idle[:3]) if idle else "no harness"
        return Reading(
            Outcome.ERROR, counters=counters, details=details, sentence=said, hint="mend the harness, then check again"
        )
    blind = [run for run in report.harnesses if is_blind(run)]
    if blind:
        said = (
            f"{blind[0].file}: {blind[0].name}: blind: none of {blind[0].looked} inputs entered the package under test"
        )
        return Reading(
            Outcome.ERROR,
            counters=counters,
            details=details,
            sentence=said,
            hint="let the harness call the package, or name the package: [gates.fuzz] packages in sdlc.toml",
        )
    findings = tuple(_finding(run, crash, raw, context) for run, crash in crashes.values())
    if report.version > 1:
        findings += tuple(finding for run in report.harnesses for finding in (*weak(run, old=OLD), *worse(run)))
    old = sum(crash.base == OLD for _, crash in crashes.values())
    return Reading(
        Outcome.of(findings, work=counters["executions"]),
        findings,
        counters,
        details,
        sentence=f"{counters['harnesses']} harnesses, {counters['executions']} executions, {len(crashes)} crashes"
        + (f", {old} of them not of this change" if old else "")
        + (f"; {spared} harnesses spared, the change is not theirs" if spared else "")
        + (f"; no atheris: coverage by {ways[0]}" if ways else ""),
    )


def _trouble(run: HarnessRun) -> str:
    """What is wrong with a harness; what has no name is a file, and the problem says which."""
    said = (run.problems or (f"only {run.searched} inputs, so nothing was searched",))[0]
    if not run.problems and not run.executions:
        said = "it ran not once"
    return f"{run.file}: {run.name}: {said}" if run.name else said


def _finding(run: HarnessRun, crash: FuzzCrash, raw: RawArtifacts, context: Context) -> Finding:
    shown = repr(raw.get(crash.input, b"")[:60])
    path = in_tree(crash.path, context.files)
    wrote = f"{path}:{crash.changed[0]}-{crash.changed[1]}" if crash.changed[0] and crash.base != OLD else ""
    kind = {"RecursionError": "FUZZ-RECURSION", "Timeout": "FUZZ-HANG"}.get(crash.exception, "FUZZ-CRASH")
    again = "" if crash.replayed else " (it did not crash again when replayed)"
    again += " (the base commit crashes too: not of this change)" if crash.base == OLD else ""
    fix = f"Handle that input in {crash.function}(), or declare the exception if it is a proper answer."
    if crash.base and crash.base != OLD:
        fix += f" New: {crash.base_says}" + (f"; this change wrote {wrote}." if wrote else ".")
    more = {"test": crash.test, "base": crash.base, "changed": wrote}
    return Finding(
        rule=kind,
        message=f"{run.name}({shown}) raises {crash.exception}: {crash.message}{again}",
        severity=Severity.HIGH if crash.replayed else Severity.LOW,
        confidence=Confidence.HIGH if crash.replayed else Confidence.MEDIUM,
        fingerprint="f1:" + sha256(f"fuzz {crash.key}".encode())[:32],
        place=Place(path, crash.line),
        subject=run.name,
        fix=fix,
        reproduce="sdlc fuzz replay" if crash.test else "sdlc check --gate fuzz",
        cwe=(_weakness(crash),),
        properties={"input": crash.input, "engine": crash.phase} | {key: text for key, text in more.items() if text},
    )


def _weakness(crash: FuzzCrash) -> int:
    if crash.exception == "Violated":
        return VIOLATED.get(crash.message.partition(":")[0], WRONG)
    return CWE.get(crash.exception, UNCAUGHT)


def of_base(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Fingerprints of the findings that the base commit had as well."""
    return tuple(sorted(finding.fingerprint for finding in findings if finding.properties.get("base") == OLD))


def is_blind(run: HarnessRun) -> bool:
    """True when so many inputs were watched, and none of them entered the package under test or crashed."""
    return run.looked >= BLIND_AFTER and not run.entered and not run.crashes


def in_tree(path: str, files: tuple[str, ...]) -> str:
    """The file of the tree that an installed file was made from: the one with the longest common ending."""
    parts = path.split("/")
    for start in range(len(parts)):
        ending = "/".join(parts[start:])
        found = [name for name in files if name == ending or name.endswith(f"/{ending}")]
        if len(found) == 1:
            return found[0]
    return parts[-1]
