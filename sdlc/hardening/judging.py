"""What the judges of settings have in common: how a weak setting is said, and the words of all their values."""

from __future__ import annotations

from sdlc.hardening.rules import RULES, finding
from sdlc.hardening.setting import Scope, Setting, words_of
from sdlc.model.finding import Confidence, Finding, Place, Severity

YES = frozenset({"true", "yes", "on", "1"})
NO = frozenset({"false", "no", "off", "0"})
STRONG_CAPABILITIES = frozenset(
    words_of(
        "all sys_admin sys_ptrace sys_module sys_rawio sys_boot sys_time dac_read_search dac_override "
        "net_admin bpf mac_admin mac_override perfmon setfcap linux_immutable"
    )
)
"""With these a process can become root of the host, or change it."""

USUAL_CAPABILITIES = frozenset({"net_bind_service"})
"""What a service without root asks for that listens below 1024."""


def capability(text: str) -> str:
    """`CAP_NET_ADMIN` as ``net_admin``."""
    return text.strip().lower().removeprefix("cap_")


def weak(rule: str, scope: Scope, key: str, should: str, *, severity: Severity | None = None) -> Finding:
    """The finding that `key` of `scope` is not `should`: what it is now, where, and what to write."""
    last = scope.last(key)
    now = f"{key} is {last.value or 'empty'!s:.60}" if last else f"{key} is not set"
    return said(rule, scope, last or scope.place, key, now, fix=f"Set {key} to {should}.", severity=severity)


def said(
    rule: str,
    scope: Scope,
    at: Setting,
    key: str,
    text: str,
    *,
    fix: str = "",
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    """A finding of `rule` about `key` of `scope`, which stands `at`."""
    place = scope.place
    named = ":".join(filter(None, (place.scope, key)))
    message = f"{place.scope}: {text}" if place.scope else text
    message = f"{message}: {RULES[rule].title}"
    return finding(
        rule, Place(place.path, at.line), named, message, fix=fix, severity=severity,
        confidence=confidence,
    )  # fmt: skip
