"""The release manager's page in the terminal: what an approver is shown before deciding, on one screen."""

from __future__ import annotations

from collections.abc import Sequence

from sdlc.formats.terminal import fitted, printable
from sdlc.formats.timestamp import time_to_text
from sdlc.model.verdict import State
from sdlc.policy.decide import count
from sdlc.policy.remedy import waive
from sdlc.release.assemble import Proposal
from sdlc.release.blockers import blockers_of
from sdlc.release.changes import changes
from sdlc.release.inventory import with_closed, with_signers
from sdlc.release.page_facts import gate_rows

MORE = "  (every line: --verbose; with all rows: sdlc release status --html FILE)"


def summary(proposal: Proposal, below: Sequence[str] = (), *, verbose: bool = False) -> str:
    """The verdict first, then what stands against it, then the same facts as the page, and `below` in the end.

    At most 25 lines unless `verbose`; who decided, and what the verdict is, is never left out.
    """
    blocks = [[*_first(proposal), *_decided(proposal), *below]]
    rest = [_against(proposal), _tolerated(proposal), _gates(proposal), _others(proposal), _way_out(proposal)]
    screen = 10_000 if verbose else 25
    lines = fitted([*blocks, *rest], MORE, screen)
    # The first block is kept whole, but the decisions and what is next are read last.
    head, tail = len(_first(proposal)), len(blocks[0])
    lines = [*lines[:head], *lines[tail:], *lines[head:tail]]
    return "".join(f"{printable(line)}\n" for line in lines)


def _first(proposal: Proposal) -> list[str]:
    candidate, verdict = proposal.candidate, proposal.verdict
    glass = candidate.break_glass
    return [
        *([f"BREAK-GLASS, one approval suffices: {glass}"] if glass else []),
        f"{verdict.answer.value.upper():<10}{candidate.product} {candidate.version}, {candidate.channel}, "
        f"sequence {candidate.sequence}, commit {candidate.commit[:12]}",
        f"candidate {proposal.digest}",
    ]


def _decided(proposal: Proposal) -> list[str]:
    lines = []
    for signed in proposal.decisions:
        one = signed.decision
        reason = f": {one.reason}" if one.reason else ""
        lines.append(f"  {one.kind:<11}{one.name}, meaning {one.meaning}, {time_to_text(one.created)}{reason}")
    return lines


def _against(proposal: Proposal) -> list[str]:
    lines = []
    for one in blockers_of(proposal.verdict, proposal.candidate, proposal.holdings.now):
        when = f"due {one.due}, past when proposed" if one.late else f"due {one.due}"
        step = f"  # {one.step}" if one.step else ""
        lines.append(f"  {one.rule.state.value:<11}{one.rule.rule}: {one.rule.sentence}")
        lines.append(f"             {one.owner or 'nobody named'}, {when} → {one.command}{step}")
    return lines


def _tolerated(proposal: Proposal) -> list[str]:
    verdict = proposal.verdict
    lines = [f"  tolerated  {rule.rule}: {rule.sentence}" for rule in verdict.having(State.TOLERATED)]
    if verdict.waived:
        until = min(one.expires for one in verdict.waived)
        lines.append(f"  waived     {count(len(verdict.waived), 'finding')}, the first until {until}")
    return lines


def _gates(proposal: Proposal) -> list[str]:
    rows = gate_rows(proposal.candidate, proposal.candidate.results, proposal.verdict)
    again = {one.gate: time_to_text(one.at) for one in proposal.candidate.refreshed}
    lines = []
    for row in rows:
        grade = f" ({row.result.grade.value})" if row.result else ""
        late = f", ran again at {again[row.name]}" if row.name in again else ""
        lines.append(f"  {row.name:<17}{row.word:<16} {row.sentence}{grade}{late}")
    return lines


def _others(proposal: Proposal) -> list[str]:
    candidate, holdings = proposal.candidate, proposal.holdings
    lines = [f"  artifact  {a.digest[:16]}…  {a.name} ({a.size} bytes)" for a in candidate.artifacts]
    if holdings.before is not None:
        now = with_signers(holdings.now, proposal.decisions) if proposal.decisions else holdings.now
        now = with_closed(now, proposal.verdict.closed)
        said = [
            f"{section.name} +{len(section.added)} −{len(section.removed)} ~{len(section.changed)}"
            for section in changes(holdings.before.inventory, now)
            if section.count
        ]
        lines.append(f"  since {holdings.before.version}: {', '.join(said) or 'nothing that was compared changed'}")
    elif candidate.previous:
        lines.append("  since the release before: not known")
    return lines


def _way_out(proposal: Proposal) -> list[str]:
    actions = proposal.verdict.actions
    lines = [f"the smallest way to ALLOWED ({count(len(actions), 'action')}):"] if actions else []
    for number, action in enumerate(actions, start=1):
        clears = f" (clears {action.count})" if action.count > 1 else ""
        lines.append(f"  {number}. {action.do}{clears}")
        lines += [f"     or {waive(action.waive)}"] if action.waive else []
    return lines
