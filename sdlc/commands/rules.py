"""`sdlc rules`: which rules static analysis has, and which weaknesses they cover."""

from __future__ import annotations

import dataclasses
import json

import click

from sdlc.errors import UsageError
from sdlc.formats.rule_catalogue import Rule, load_rules
from sdlc.gates.static_analysis import compiled_rules
from sdlc.reports.rule_coverage import coverage_page


@click.group(name="rules")
def command() -> None:
    """List the rules of static analysis; say what they cover. `sdlc explain RULE` tells more of one."""


@command.command(name="list")
@click.option("--cwe", type=int, help="Only rules for this weakness.")
@click.option("--owasp", metavar="CATEGORY", help="Only rules of this category, such as A03:2021 or A03.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_rules(cwe: int | None, owasp: str | None, form: str) -> None:
    """Every rule, with its severity, whether it can stop a change, and what it finds."""
    rules = [rule for rule in _rules() if cwe is None or cwe in rule.cwe]
    rules = [rule for rule in rules if owasp is None or any(_is_in(entry, owasp) for entry in rule.owasp)]
    if not rules:
        raise UsageError("no rule fits", hint="`sdlc rules coverage` says which weaknesses have rules")
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(rule) | {"blocks": rule.blocks} for rule in rules], indent=2))
        return
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        answer = "blocks" if rule.blocks else "advice"
        click.echo(f"{rule.id:<{width}}  {rule.severity:<8}  {answer}  CWE-{rule.cwe[0]:<4}  {rule.message}")


@command.command(name="coverage")
def coverage() -> None:
    """The page of OWASP categories and weaknesses with their rules, and what no rule looks for, in Markdown."""
    click.echo(coverage_page(_rules()), nl=False)


def _rules() -> tuple[Rule, ...]:
    return load_rules(compiled_rules().read_bytes())


def _is_in(entry: str, category: str) -> bool:
    return entry == category.upper() or entry.partition(":")[0] == category.upper()
