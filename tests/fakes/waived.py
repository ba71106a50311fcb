"""A release of which one test fails, and a waiver for that."""

from __future__ import annotations

import dataclasses

from fakes import releases
from fakes.releases import candidate_of, chain, check_of, proposal_of, raw_of, records

from sdlc.evidence.store import Store

WAIVER = """\
schema = "sdlc.waivers/1"
[[waivers]]
id = "W-1"
gate = "tests"
rule = "test-failed"
fingerprint = "{fingerprint}"
owner = "{owner}"
approver = "{approver}"
reason = "It fails on this machine alone."
created = {created}
expires = {expires}
"""


def waived_release(store: Store, *, approvals: tuple[str, ...] = ("ada", "grace"), **changes: str) -> dict[str, bytes]:
    """A release of which one test fails, with a waiver for that."""
    check = check_of(store, raw_of(records("tests/test_a.py::test_two")))
    [finding] = check.results[1].reading.findings
    values = {"owner": "alan", "approver": "ada", "created": "2026-05-20", "expires": "2026-07-01", **changes}
    text = WAIVER.format(fingerprint=finding.fingerprint, **values).replace("test-failed", finding.rule)
    candidate = candidate_of(store, dataclasses.replace(check, waivers=store.put(text.encode())))
    return releases.members(proposal_of(candidate, chain(candidate, *approvals), store), store)
