"""Reads what a product carries, opens, ships as defaults and runs in, and whether each is less than it could be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError
from sdlc.hardening.baseline import LoadedBaseline, accepted, deadlines_of, load_baseline
from sdlc.hardening.default_rules import judge_defaults, judged
from sdlc.hardening.evidence import load_seen, texts_of
from sdlc.hardening.footprint import judge_footprint, rows_of
from sdlc.hardening.listening import Observed, judge_ports, load_observed, table
from sdlc.hardening.report import Tables, dump_tables, tables_of
from sdlc.hardening.setting import load_settings
from sdlc.hardening.system import judge_system
from sdlc.model.deadline import dump_deadlines
from sdlc.model.finding import Finding
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.readings.attack_surface import components_of
from sdlc.surface.claim import Component
from sdlc.surface.item import Item, load_surface
from sdlc.threats.load import ModelError, load_model

READER = "hardening/1"
GRADE = Grade.SLICE
NEEDS = ("build", "attack-surface")
SURFACE = "attack-surface/"
_STRENGTHEN = {"change": "may-only-strengthen"}


@dataclass(frozen=True)
class Settings:
    """What is looked at, and how the product is started.

    `defaults` are the files of defaults that are shipped. `start` is the command that starts the product, in a copy of
    the tree; then it gets `start_seconds`, and what listens is read. `allow_unused` are dependencies that nothing
    imports, each as ``name: reason``. `exclude` are globs of files that are no part of the product.
    """

    defaults: tuple[str, ...] = field(default=(), metadata=_STRENGTHEN)
    start: tuple[str, ...] = field(default=(), metadata=_STRENGTHEN)
    start_seconds: int = field(default=10, metadata=_STRENGTHEN)
    allow_unused: tuple[str, ...] = field(default=(), metadata=_STRENGTHEN)
    exclude: tuple[str, ...] = field(default=(), metadata=_STRENGTHEN)


@dataclass(frozen=True)
class Judged:
    """All that follows from the evidence; `problems` are why a part of it is no answer."""

    findings: tuple[Finding, ...]
    tables: Tables
    problems: tuple[str, ...]
    counters: dict[str, int]
    baseline: LoadedBaseline | None
    observed: Observed | None


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:
    """PASSED when nothing is weak; ERROR for what could not be read or started, or when nothing was looked at."""
    found = judge(raw, settings)
    if raw.get("report.json") != dump_tables(found.tables):
        raise UnreadableError("report.json is not that of the evidence beside it", hint="run the gate again")
    details = dump_deadlines(deadlines_of(found.baseline)) if found.baseline else {}
    if found.observed is not None and found.observed.sandbox:
        details |= {"sandbox": found.observed.sandbox}
    if found.problems:
        more = f" and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
        hint = "mend it, or leave a file out with gates.hardening.exclude"
        sentence = f"not all was answered: {found.problems[0]}{more}"
        return Reading(Outcome.ERROR, found.findings, found.counters, details, sentence, hint)
    numbers = found.counters
    work = sum(numbers[name] for name in ("dependencies", "defaults", "settings", "ports", "imports"))
    if not work or not context.files:
        hint = "name the files of defaults, or the command that starts it: sdlc gates hardening"
        return Reading(Outcome.ERROR, found.findings, numbers, details, "nothing was looked at", hint)
    opened = "opened" if found.observed else "compared with the code alone, since nothing starts it"
    said = (
        f"{numbers['dependencies']} dependencies, {numbers['ports']} ports {opened}, {numbers['defaults']} defaults, "
        f"{numbers['settings']} settings of the system; {numbers['weak']} weak, {numbers['accepted']} accepted"
    )
    return Reading(Outcome.of(found.findings, work=work), found.findings, numbers, details, said)


def judge(raw: RawArtifacts, settings: Settings) -> Judged:
    """Every part, judged; raises UnreadableError for evidence that is none."""
    for name in ("footprint.json", "defaults.json", "system.json", "problems.json"):
        if name not in raw:
            raise UnreadableError(f"{name} is missing in the evidence of hardening", hint="run the gate again")
    problems = [
        why if why.startswith(path) else f"{path}: {why}"
        for path, why in texts_of(raw["problems.json"], "problems.json").items()
    ]
    baseline = load_baseline(raw["baseline.toml"]) if "baseline.toml" in raw else None
    seen = load_seen(raw["footprint.json"])
    dependencies, unknown = rows_of(seen)
    problems += [
        f"{name} is declared, and not in the build's environment: nobody can tell what it gives" for name in unknown
    ]
    allowed, wrong = allowed_by(settings)
    problems += wrong
    defaults = judged(load_settings(raw["defaults.json"], "defaults.json"))
    system = load_settings(raw["system.json"], "system.json")
    items, components = surface_of(raw)
    observed = load_observed(raw["listening.json"]) if "listening.json" in raw else None
    if observed is not None and observed.problem:
        problems.append(observed.problem)
    if settings.start and observed is None:
        raise UnreadableError(
            "listening.json is missing: nothing says what the product opened", hint="run the gate again"
        )
    compared = bool(components) or observed is not None
    findings: Sequence[Finding] = (
        *judge_footprint(seen, dependencies, allowed),
        *(judge_ports(items, components, observed) if compared else ()),
        *judge_defaults(defaults),
        *judge_system(system, baseline.file if baseline else None),
    )
    findings = accepted(findings, baseline) if baseline else tuple(findings)
    ports = table(items, components, observed) if compared else ()
    counters = {
        "dependencies": len(dependencies),
        "imports": len(seen.imports),
        "ports": len(ports),
        "opened": len(observed.sockets) if observed else 0,
        "defaults": len(defaults),
        "settings": sum(bool(one.key) for one in system),
        "weak": sum(not one.suppressed for one in findings),
        "accepted": sum(bool(one.suppressed) for one in findings),
    }
    tables = tables_of(dependencies, ports, defaults, system, findings, problems)
    return Judged(tuple(findings), tables, tuple(problems), counters, baseline, observed)


def allowed_by(settings: Settings) -> tuple[dict[str, str], list[str]]:
    """The reasons of `allow_unused` by name, and what is wrong with its entries."""
    allowed: dict[str, str] = {}
    wrong: list[str] = []
    for one in settings.allow_unused:
        name, colon, reason = one.partition(":")
        if colon and reason.strip():
            allowed[canonicalize_name(name.strip())] = reason.strip()
        else:
            wrong.append(f"sdlc.toml: gates.hardening.allow_unused: {one!r:.60} is no `name: reason`")
    return allowed, wrong


def surface_of(raw: RawArtifacts) -> tuple[tuple[Item, ...], tuple[Component, ...]]:
    """What listens and who owns it: as this gate saw it, where attack-surface did not answer, else as that gate did."""
    own = "" if "surface.json" in raw else SURFACE
    if f"{own}surface.json" not in raw:
        raise UnreadableError("nothing says what listens", hint="run the gates hardening and attack-surface again")
    return load_surface(raw[f"{own}surface.json"]).items, tuple(_components(raw, own))


def _components(raw: RawArtifacts, own: str) -> Iterator[Component]:
    for name in sorted(name for name in raw if name.startswith(f"{own}models/")):
        try:
            yield from components_of(load_model(raw[name], path=f"threat_models/{name.rpartition('/')[2]}"))
        except ModelError as error:
            raise UnreadableError(error.message) from None
