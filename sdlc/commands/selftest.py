"""`sdlc selftest`: the attack catalogue against your own release configuration."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands.inputs import TRUST, read_file, read_trust
from sdlc.errors import BlockedError, ExitCode
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable
from sdlc.policy.decide import count
from sdlc.release.bundle import read_bundle
from sdlc.release.verify import verify
from sdlc.selftest.attacks import Trial, try_all
from sdlc.selftest.mirror import Mirror
from sdlc.session import Session


@click.command(name="selftest")
@click.argument("bundle", type=click.Path(path_type=Path))
@TRUST
@click.option("--json", "as_json", is_flag=True, help="One JSON document, schema sdlc.selftest/1.")
@click.pass_obj
def command(session: Session, bundle: Path, trust_file: Path, as_json: bool) -> None:
    """Attack the release configuration of BUNDLE and say what would slip through: 0 nothing, 1 something.

    Its persons, thresholds, policy and evidence are mirrored under keys made for the moment; no real key is needed.
    """
    data, trust = read_file(bundle), read_trust(trust_file)
    result = verify(data, trust, at=session.now)
    if not result.ok or result.candidate is None:
        raise BlockedError(result.reason, f"{bundle}: {result.sentence}", hint=f"sdlc verify {bundle} --trust …")
    trials = try_all(Mirror(read_bundle(data), result.candidate, trust))
    slipped = [trial for trial in trials if not trial.refused]
    if as_json:
        rows = [vars(trial) for trial in trials]
        document = {"schema": "sdlc.selftest/1", "tried": len(trials), "slipped": len(slipped), "trials": rows}
        click.echo(strict_json.pretty(document).decode(), nl=False)
    else:
        click.echo("".join(f"{printable(line)}\n" for line in page(trials)), nl=False)
    click.get_current_context().exit(ExitCode.BLOCKED if slipped else ExitCode.ALLOWED)


def page(trials: tuple[Trial, ...]) -> list[str]:
    """What slips through first, each with what would stop it; then what was refused, and by what."""
    slipped = [trial for trial in trials if not trial.refused]
    lines = [f"{count(len(trials), 'attack')} tried, {len(slipped)} would slip through"]
    for trial in slipped:
        lines += [f"  ✗ {trial.name}", f"      {trial.mend}"]
    lines += [f"  ✓ {trial.name}{f' [{trial.reason}]' if trial.reason else ''}" for trial in trials if trial.refused]
    return lines
