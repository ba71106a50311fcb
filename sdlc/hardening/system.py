"""All settings of the system that a product runs in, judged by the rules and by the product's own baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sdlc.hardening.baseline import Baseline, judge_asked
from sdlc.hardening.container_rules import judge_compose, judge_kubernetes
from sdlc.hardening.host_rules import judge_nginx, judge_sshd, judge_sysctl, judge_unit
from sdlc.hardening.image_rules import judge_dockerfile
from sdlc.hardening.rules import finding
from sdlc.hardening.setting import Scope, Setting, scopes
from sdlc.model.finding import Finding, Place

JUDGES: dict[str, Callable[[Scope], Iterator[Finding]]] = {
    "dockerfile": judge_dockerfile,
    "compose": judge_compose,
    "kubernetes": judge_kubernetes,
    "unit": judge_unit,
    "sshd": judge_sshd,
    "sysctl": judge_sysctl,
    "nginx": judge_nginx,
}


def judge_system(settings: Iterable[Setting], baseline: Baseline | None) -> Iterator[Finding]:
    """What stands against `settings`."""
    found = list(scopes(settings))
    for scope in found:
        yield from JUDGES[scope.place.kind](scope)
    if baseline is not None:
        yield from judge_asked(found, baseline)
        yield from _services(found, baseline)


def service_of(scope: Scope) -> str:
    """The service that a scope starts: of a compose file its name, of a unit the unit's; empty for none."""
    place = scope.place
    return {"compose": place.scope, "unit": place.path.rpartition("/")[2]}.get(place.kind, "")


def _services(found: Iterable[Scope], baseline: Baseline) -> Iterator[Finding]:
    for scope in found:
        name = service_of(scope)
        if baseline.services is not None and name and name not in baseline.services:
            said = f"{name} is started, and the baseline does not name it"
            yield finding("HARD-SERVICE", Place(scope.place.path, scope.place.line), name, said)
