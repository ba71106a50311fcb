"""`sdlc waive`: write the waiver of a finding of the last check into `.sdlc/waivers.toml`."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import click

from sdlc.commands.inputs import PATH, any_check
from sdlc.disk import replace_file
from sdlc.errors import UsageError
from sdlc.formats.check_json import CheckRecord
from sdlc.formats.terminal import printable
from sdlc.model.finding import Finding
from sdlc.policy.waivers import load_waivers
from sdlc.session import Session

FILE = Path(".sdlc") / "waivers.toml"
HEAD = 'schema = "sdlc.waivers/1"\n'
LEAST_DIGITS = 8
COMPONENT = "pkg:pypi/"


@click.command(name="waive")
@click.argument("fingerprint")
@PATH
@click.option("--owner", required=True, metavar="PERSON", help="Whose risk it is; does not count as an approver.")
@click.option("--approver", required=True, metavar="PERSON", help="Who agrees to it; somebody else.")
@click.option("--reason", required=True, help="Why it may be shipped like this; printed on every page.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day; default: 30 days from now.")
@click.option("--control", default="", help="What reduces the risk meanwhile.")
@click.option("--out", type=click.Path(path_type=Path), help="Results of the check; default PATH/.sdlc/out.")
@click.pass_obj
def command(
    session: Session,
    fingerprint: str,
    path: Path,
    owner: str,
    approver: str,
    reason: str,
    expires: date | None,
    control: str,
    out: Path | None,
) -> None:
    """Waive the finding FINGERPRINT (its first digits suffice) of the last check of PATH.

    The waiver counts once it is in the base commit: whoever merges it agrees to it.
    """
    record = any_check(out or path / ".sdlc" / "out")
    hits = _findings(record, fingerprint)
    gate, finding = hits[0]
    file = path / FILE
    before = file.read_bytes() if file.exists() else HEAD.encode()
    taken = {waiver.id for waiver in load_waivers(before, str(file))}
    today = session.now.date()
    last = date(expires.year, expires.month, expires.day) if expires else today + timedelta(days=30)
    entry = {
        "id": _free(f"W-{today.year}", taken),
        "gate": gate,
        "rule": finding.rule,
        **_scope(finding),
        "owner": owner,
        "approver": approver,
        "reason": reason,
        "created": today,
        "expires": last,
        **({"control": control} if control else {}),
        **({"max_uses": len(hits)} if len(hits) > 1 else {}),
    }
    lines = ["", "[[waivers]]", *(f"{key} = {_toml(value)}" for key, value in entry.items()), ""]
    after = before.rstrip(b"\n") + b"\n" + "\n".join(lines).encode("utf-8")
    load_waivers(after, str(FILE))
    replace_file(session.disk, file, after)
    click.echo(f"{entry['id']} waives {printable(str(finding.place or finding.subject))} {finding.rule} until {last}")
    click.echo(f"next      commit {FILE}; it counts once it is in the base commit")


def _findings(record: CheckRecord, fingerprint: str) -> list[tuple[str, Finding]]:
    """The findings of one fingerprint, which begins with what the user gave; raises UsageError."""
    wanted = fingerprint if fingerprint.startswith("f1:") else f"f1:{fingerprint}"
    hits = [(r.gate, f) for r in record.results for f in r.reading.findings if f.fingerprint.startswith(wanted)]
    hint = "sdlc check -v shows the fingerprints of what blocks"
    if len(wanted) < len("f1:") + LEAST_DIGITS:
        raise UsageError(f"{fingerprint} is shorter than {LEAST_DIGITS} digits", hint=hint)
    if not hits:
        raise UsageError(f"the last check has no finding {fingerprint}", hint=hint)
    if len({(gate, finding.fingerprint) for gate, finding in hits}) > 1:
        raise UsageError(f"{fingerprint} is the beginning of several fingerprints", hint="give more digits")
    return hits


def _scope(finding: Finding) -> dict[str, str]:
    """A component by its name and version; anything else by its fingerprint and the function around it."""
    name, _, version = finding.subject.removeprefix(COMPONENT).partition("@")
    if finding.subject.startswith(COMPONENT) and version:
        return {"component": name, "versions": f"=={version}"}
    function = finding.properties.get("function", "")
    return {"fingerprint": finding.fingerprint, **({"function": function} if function else {})}


def _free(prefix: str, taken: set[str]) -> str:
    return next(name for n in range(1, len(taken) + 2) if (name := f"{prefix}-{n:03d}") not in taken)


def _toml(value: object) -> str:
    """Dates and numbers bare; texts as JSON writes them, which TOML reads alike once they are printable."""
    return json.dumps(printable(value), ensure_ascii=False) if isinstance(value, str) else str(value)
