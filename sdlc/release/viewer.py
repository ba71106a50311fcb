"""
`report.html`: the page that people read, drawn from candidate, verdict and decisions and from nothing else.

It is one file that makes no request and runs no script; every foreign text is escaped, and shown with its invisible
characters spelled out. The manifest holds its digest and `VERSION`, so that `verify` can draw it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from sdlc.formats.terminal import printable
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest
from sdlc.model.result import Grade
from sdlc.model.verdict import State, Verdict
from sdlc.release.candidate import Candidate
from sdlc.release.decisions import SignedDecision

VERSION = "viewer/1"

NOT_SHOWN = (
    "That the runner's machine was honest: whoever holds the runner key can invent raw evidence. Replay proves that "
    "the findings follow from the bytes, not where the bytes come from.",
    "That a gate looked at everything: it finds what its rules know. No finding is not the same as no defect.",
    "What people knew or read: a signature proves who decided, about which candidate, and the meaning that was chosen.",
    "A last decision that was withheld before signing: the chain shows what was taken out of its middle.",
    "An independent time, unless a time authority stamped the manifest: all others are those of the signers' clocks.",
)

GRADE_MEANINGS = {
    Grade.REPLAYED: "recomputed from the stored bytes",
    Grade.SLICE: "recomputed from the part of the data that concerns this product",
    Grade.ATTESTED: "the runner says that the tool printed these bytes",
}


def draw(candidate: Candidate, digest: Digest, verdict: Verdict, decisions: Sequence[SignedDecision]) -> bytes:
    """The page as UTF-8 HTML; equal input gives equal bytes. `digest` is that of the candidate's payload."""
    environment = Environment(
        loader=PackageLoader("sdlc", "release"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Everything that is printed goes through this, so that no text can forget it; escaping comes after.
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters["time"] = time_to_text
    page = environment.get_template("page.html.j2").render(
        viewer=VERSION,
        candidate=candidate,
        digest=digest,
        verdict=verdict,
        blockers=[rule for rule in verdict.rules if rule.state in (State.BLOCKED, State.INCOMPLETE)],
        decisions=decisions,
        grade_meanings=GRADE_MEANINGS,
        not_shown=NOT_SHOWN,
    )
    return page.encode("utf-8")
