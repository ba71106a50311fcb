"""`sdlc doctor`: which programs the gates would find on this machine, and in which version."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.errors import ExitCode, ToolError
from sdlc.sandbox.confine import probe
from sdlc.session import Session

PROGRAMS = (("git", ""), ("uv", ""), ("bandit", ""), ("semgrep", ""), ("detect-secrets", ""))


@click.command(name="doctor")
@click.pass_obj
def command(session: Session) -> None:
    """Say which tools the gates would find here; exit 4 when one is missing."""
    missing = 0
    for program, distribution in PROGRAMS:
        try:
            found = session.tools.identify(program, distribution=distribution)
            click.echo(f"ok       {program:<14} {found.version:<10} sha256 {(found.digest or '')[:16]}…")
        except ToolError as error:
            missing += 1
            click.echo(f"missing  {program:<14} {error.hint}")
    try:
        click.echo(f"ok       {'sandbox':<14} level {probe(session.tools, Path.cwd()).value}")
    except ToolError as error:
        missing += 1
        click.echo(f"missing  {'sandbox':<14} {error.message}")
    click.get_current_context().exit(ExitCode.INCOMPLETE if missing else ExitCode.ALLOWED)
