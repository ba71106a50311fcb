"""
argv → command → exit code: the one error handler, and the only reader of clock and environment.

Commands are imported when they are called, so that `sdlc --version` and `sdlc verify` start fast.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from sdlc import __version__
from sdlc.disk import LocalDisk
from sdlc.errors import BlockedError, ExitCode, SdlcError
from sdlc.formats.terminal import printable
from sdlc.network import Network
from sdlc.session import Session
from sdlc.tools import LocalTools

COMMANDS = {
    "init": ("sdlc.commands.init", "Write what a repository needs to begin."),
    "check": ("sdlc.commands.check", "Run the gates and say whether the change may pass."),
    "plan": ("sdlc.commands.plan", "Split the gates over jobs."),
    "share": ("sdlc.commands.share", "Run one job's part of a plan."),
    "collect": ("sdlc.commands.collect", "Bring the jobs' shares together and decide."),
    "gates": ("sdlc.commands.gates", "List the gates; explain one."),
    "threats": ("sdlc.commands.threats", "Look at threat models, mend, format, import and export them."),
    "fix": ("sdlc.commands.fix", "Mend the findings that have one right answer."),
    "rules": ("sdlc.commands.rules", "List the rules of static analysis; say what they cover."),
    "fuzz": ("sdlc.commands.fuzz", "List fuzz harnesses, run them, replay what crashed."),
    "surface": ("sdlc.commands.surface", "Show the attack surface, what differs, its ports, and its pages."),
    "explain": ("sdlc.commands.explain", "Explain a finding, a rule, a blocker or a reason code."),
    "doctor": ("sdlc.commands.doctor", "Say which tools the gates would find here."),
    "waive": ("sdlc.commands.waive", "Waive a finding of the last check, with an owner and an end."),
    "release": ("sdlc.commands.release", "Prepare, inspect and sign a release."),
    "approve": ("sdlc.commands.approve", "Approve a release candidate under your own name."),
    "reject": ("sdlc.commands.reject", "Reject a release candidate under your own name."),
    "verify": ("sdlc.commands.verify", "Verify an evidence bundle, offline."),
    "diff": ("sdlc.commands.diff", "Say what changed from one release to another."),
    "export": ("sdlc.commands.export", "Write a verified release as CSV, XLSX, JSON or OSCAL."),
    "standards": ("sdlc.commands.standards", "Say what a release shows of outside standards."),
    "selftest": ("sdlc.commands.selftest", "Attack your own release configuration, on a mirror of it."),
    "sbom": ("sdlc.commands.sbom", "Show, compare and export an SBOM."),
    "vex": ("sdlc.commands.vex", "Decide whether an advisory affects the product, signed; read and write VEX."),
    "licenses": ("sdlc.commands.licenses", "List licenses of what is shipped; write NOTICES.txt."),
    "requirements": ("sdlc.commands.requirements", "Look at security requirements and roles; print the trace matrix."),
    "hardening": ("sdlc.commands.hardening", "Show what is weak and how to mend it: the hardening guide."),
    "record": ("sdlc.commands.record", "Record a penetration test, a course or a review, signed."),
    "feed": ("sdlc.commands.feed", "Import, fetch and show advisory feeds."),
    "key": ("sdlc.commands.key", "Make and show signing keys."),
    "trust": ("sdlc.commands.trust", "Keep the trust root: who, which key, which role."),
}


class _LazyGroup(click.Group):
    """Knows every command's name and help; imports a command's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong module is our bug
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sdlc")
def sdlc() -> None:
    """Decide whether software may ship, and prove it.

    Exit codes: 0 allowed or verified, 1 blocked or not verified, 2 usage or configuration, 3 a bug of ours or a
    disk that refuses, 4 incomplete, 130 interrupted.
    """


def main(argv: Sequence[str], session: Session) -> ExitCode:
    """Run the command line `argv` (without the program's name) and return its exit code."""
    try:
        # Without standalone mode, click returns the code of `Context.exit` instead of raising it.
        code = sdlc.main(args=list(argv), prog_name="sdlc", standalone_mode=False, obj=session)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nsdlc: interrupted; what was finished is kept, nothing half-written stays", err=True)
        return ExitCode.INTERRUPTED
    except SdlcError as error:
        code = f" [{error.reason}]" if isinstance(error, BlockedError) else ""
        click.echo(f"sdlc: {printable(error.message)}{code}", err=True)
        if error.hint:
            click.echo(f"  → {printable(error.hint)}", err=True)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BUG
    except Exception as error:
        click.echo(f"sdlc: a bug of ours: {type(error).__name__}: {printable(str(error))[:200]}", err=True)
        click.echo(f"  → please report it with the log {_write_log()}", err=True)
        return ExitCode.BUG
    return ExitCode(code) if isinstance(code, int) else ExitCode.ALLOWED


def console() -> None:
    """The entry point of the `sdlc` command."""
    environment = dict(os.environ)
    session = Session(
        now=datetime.now(UTC),
        environment=environment,
        disk=LocalDisk(),
        tools=LocalTools(environment),
        network=Network(environment),
        interactive=sys.stderr.isatty(),
    )
    sys.exit(main(sys.argv[1:], session))


def _write_log() -> str:
    try:
        descriptor, path = tempfile.mkstemp(prefix="sdlc-bug-", suffix=".log")
        with os.fdopen(descriptor, "w") as stream:
            stream.write(f"secure-sdlc {__version__}, Python {sys.version}\n{traceback.format_exc()}")
    except OSError:
        return "(which could not be written: the disk refuses)"
    return path


if __name__ == "__main__":
    console()
