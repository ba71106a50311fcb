"""A verified release in which every text that scanned code, tools or people can reach is hostile."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from fakes import releases
from fakes.releases import SIGNED, candidate_of, chain, members, proposal_of, trust_root

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import GateResult, Outcome, ToolVersion
from sdlc.model.verdict import RefusedWaiver, RuleDecision, State, Waived
from sdlc.release.bundle import write_bundle
from sdlc.release.candidate import Artifact
from sdlc.release.inventory import TABLES, Before, Holdings, Inventory, Point
from sdlc.release.verified import Verified, demand_verified
from sdlc.release.verify import verify

TEXT = (
    '=HYPERLINK("x") </script><script>alert(1)</script><img src=x onerror=alert(1)>'
    "\u202e\"'&`{{7*7}}[a](javascript:b) \x1b[31m"
)
"""Formula, markup, bidirectional trick, template, link, terminal escape: all in one."""

CATALOG = (
    "<svg/onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<iframe srcdoc='<script>parent.taken=1</script>'></iframe>",
    "<math><mtext><style><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--></script><script>window.taken = 1</script>",
    "]]><script>window.taken = 1</script>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "<base href='https://index.example/'>",
    "<meta http-equiv=refresh content='0;url=https://index.example/'>",
    "<link rel=stylesheet href='https://index.example/x.css'>",
    "<form action='https://index.example/'><button>send</button></form>",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    "${alert(1)} #{alert(1)} {{constructor.constructor('alert(1)')()}} {% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;script>",
    "\ufeff\u2028\u2029\u0000\ud83d <\u0130mg src=x>",
    "x" * 3000,
)
"""Ways to become more than text on a page, one by one."""


def verified(folder: Path) -> Verified:
    """A good release, verified from its bytes."""
    data = releases.good_bundle(folder)
    return demand_verified(verify(data, trust_root(), at=SIGNED), "bundle.zip")


def finding(**changes: object) -> Finding:
    """A finding of which every text is hostile."""
    made = Finding(
        rule=TEXT,
        message=TEXT,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint=f"f1:{TEXT}",
        place=Place(TEXT, 7),
        fix=TEXT,
        reproduce=TEXT,
        cwe=(79,),
        owasp=(TEXT,),
        subject=TEXT,
        links=(TEXT,),
        suppressed="",
        properties={TEXT: TEXT},
    )
    return dataclasses.replace(made, **changes)


def hostile(release: Verified, text: str = TEXT) -> Verified:
    """`release` with hostile text in every field that others can write."""
    made = _hostile(release)
    return made if text == TEXT else _exchanged(made, text)


def _exchanged(value: Any, text: str) -> Any:
    """`value` with `text` wherever TEXT stands, in dataclasses, sequences and keys."""
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return value.replace(TEXT, text)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: _exchanged(getattr(value, one.name), text) for one in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    if isinstance(value, Mapping):
        return {_exchanged(key, text): _exchanged(one, text) for key, one in value.items()}
    return tuple(_exchanged(one, text) for one in value) if isinstance(value, tuple) else value


def _hostile(release: Verified) -> Verified:
    results = tuple(map(_result, release.results))
    waived = Waived(TEXT, "tests", finding(), TEXT, TEXT, date(2026, 9, 1))
    rules = tuple(RuleDecision(TEXT, rule.gate, rule.state, TEXT, (finding(),), TEXT) for rule in release.verdict.rules)
    tolerated = RuleDecision(TEXT, TEXT, State.TOLERATED, TEXT, (finding(),), TEXT)
    verdict = dataclasses.replace(
        release.verdict,
        rules=(*rules, tolerated),
        labels=(TEXT,),
        waived=(waived,),
        refused=(RefusedWaiver(TEXT, TEXT, TEXT),),
        notes=(TEXT,),
    )
    candidate = dataclasses.replace(
        release.candidate,
        product=TEXT,
        version=TEXT,
        channel=TEXT,
        repository=TEXT,
        authors=(TEXT,),
        artifacts=(Artifact(TEXT, 1, release.candidate.artifacts[0].digest),),
        results=results,
        break_glass=TEXT,
    )
    decisions = tuple(
        dataclasses.replace(
            one, decision=dataclasses.replace(one.decision, name=TEXT, person=TEXT, reason=TEXT, meaning=TEXT)
        )
        for one in release.decisions
    )
    manifest = dataclasses.replace(release.manifest, product=TEXT, version=TEXT, channel=TEXT)
    return dataclasses.replace(
        release,
        candidate=candidate,
        manifest=manifest,
        results=results,
        verdict=verdict,
        decisions=decisions,
        notes=(TEXT,),
        holdings=Holdings(
            _inventory(TEXT), Before(release.manifest_digest, TEXT, 1, SIGNED, _inventory(f"{TEXT} old"))
        ),
    )


def _inventory(key: str) -> Inventory:
    """Every table with one row of hostile texts, and one that both releases have and that differs."""
    row = dict.fromkeys(("version", "license", "hashes", "outcome", "seconds", "message", "severity", "guard"), TEXT)
    table = {key: row, "both": {"version": key, "outcome": key, "severity": key}}
    return Inventory(dict.fromkeys(TABLES, table), (Point(TEXT, 1, SIGNED, {"high": 1}, 1, 1),))


def _result(result: GateResult) -> GateResult:
    reading = dataclasses.replace(
        result.reading,
        outcome=Outcome.FAILED if result.gate == "tests" else result.reading.outcome,
        findings=(finding(), finding(suppressed=TEXT, cwe=())),
        counters={TEXT: 3},
        details={TEXT: TEXT},
        sentence=TEXT,
        hint=TEXT,
    )
    raw = {f"{TEXT} {name}": digest for name, digest in result.raw.items()}
    return dataclasses.replace(
        result, reading=reading, raw=raw, tools=(ToolVersion(TEXT, TEXT),), settings={TEXT: TEXT}, reader=TEXT
    )


def signed_bundle(folder: Path) -> bytes:
    """A bundle that verifies, of a product whose repository and reasons are hostile."""
    store = Store(folder, LocalDisk())
    candidate = candidate_of(store, repository=TEXT)
    decisions = chain(candidate, {"person": "ada", "reason": TEXT}, {"person": "grace", "reason": TEXT})
    return write_bundle(members(proposal_of(candidate, decisions, store), store))
