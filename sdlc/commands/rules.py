"""`sdlc rules`: which rules static analysis has, which weaknesses they cover, and whether they do what they say."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from sdlc.commands.inputs import read_file
from sdlc.errors import BlockedError, UsageError
from sdlc.formats.rule_catalogue import Rule, load_rules
from sdlc.formats.terminal import printable
from sdlc.reports.rule_coverage import coverage_page
from sdlc.scanning.rules import OWN, compiled_rules, own_alone, rules_folder
from sdlc.scanning.samples import try_rules
from sdlc.session import Session

FOLDER = click.option(
    "--own",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Your own rules, a folder of packs such as {OWN}, instead of ours.",
)


@click.group(name="rules")
def command() -> None:
    """List the rules of static analysis; try them. `sdlc explain RULE` tells more of one."""


@command.command(name="list")
@click.option("--cwe", type=int, help="Only rules for this weakness.")
@click.option("--owasp", metavar="CATEGORY", help="Only rules of this category, such as A03:2021 or A03.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@FOLDER
def list_rules(cwe: int | None, owasp: str | None, form: str, folder: Path | None) -> None:
    """Every rule, with its severity, whether it can stop a change, and what it finds."""
    rules = [rule for rule in _rules(folder) if cwe is None or cwe in rule.cwe]
    rules = [rule for rule in rules if owasp is None or any(_is_in(entry, owasp) for entry in rule.owasp)]
    if not rules:
        raise UsageError("no rule fits", hint="`sdlc rules coverage` says which weaknesses have rules")
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(rule) | {"blocks": rule.blocks} for rule in rules], indent=2))
        return
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        answer = "blocks" if rule.blocks else "advice"
        row = f"{rule.id:<{width}}  {rule.severity:<8}  {answer}  CWE-{rule.cwe[0]:<4}  {rule.message}"
        click.echo(printable(row))


@command.command(name="coverage")
def coverage() -> None:
    """The page of OWASP categories and weaknesses with their rules, and what no rule looks for, in Markdown."""
    click.echo(coverage_page(_rules(None)), nl=False)


@command.command(name="test")
@FOLDER
@click.option("--seconds", type=click.IntRange(1), default=300, show_default=True, help="How long it may take.")
@click.pass_obj
def test(session: Session, folder: Path | None, seconds: int) -> None:
    """Try every rule on its samples: each must fire on its vulnerable ones and keep silent on its clean ones.

    A pack lies in FOLDER, its samples in FOLDER/samples/vulnerable/RULE_1.py and FOLDER/samples/clean/RULE_1.py.
    A rule without a sample of either kind has not been tried, and counts as failed.
    """
    rules = _rules(folder)
    samples = (folder or rules_folder()) / "samples"
    trial = try_rules(session.tools, rules, _compiled(folder), samples, seconds=seconds)
    for line in trial.failures:
        click.echo(printable(f" ✗ {line}"))
    said = f"{len(rules)} rules, {trial.vulnerable} vulnerable samples, {trial.clean} clean ones"
    if trial.failures:
        raise BlockedError("rules-wrong", f"{said}: {len(trial.failures)} not as they should be")
    click.echo(f" ✓ {said}: each rule fires where it should and nowhere else")


def _packs(folder: Path) -> list[tuple[str, bytes]]:
    packs = [(str(path), read_file(path)) for path in sorted(folder.glob("*.y*ml")) if path.is_file()]
    if not packs:
        raise UsageError(f"{folder} holds no pack of rules", hint="a pack is a YAML file; see docs/own-rules.md")
    return packs


def _rules(folder: Path | None) -> tuple[Rule, ...]:
    return load_rules(_compiled(folder))


def _compiled(folder: Path | None) -> bytes:
    return compiled_rules().read_bytes() if folder is None else own_alone(_packs(folder))


def _is_in(entry: str, category: str) -> bool:
    return entry == category.upper() or entry.partition(":")[0] == category.upper()
