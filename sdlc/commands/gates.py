"""`sdlc gates`: list the gates, or print one gate's documentation page with its settings."""

from __future__ import annotations

import dataclasses
import inspect

import click

from sdlc.errors import UsageError
from sdlc.gates import GATES


@click.command(name="gates")
@click.argument("gate", required=False)
def command(gate: str | None) -> None:
    """List the gates; with GATE, explain that one and list its settings."""
    if gate is None:
        for name, module in GATES.items():
            click.echo(f"{name:<18}{_first_line(module)}")
        return
    if gate not in GATES:
        raise UsageError(f"there is no gate {gate!r}", hint=f"known gates: {', '.join(GATES)}")
    click.echo(page(gate), nl=False)


def page(gate: str) -> str:
    """The documentation page of `gate` in Markdown: its docstring, what it needs, its settings."""
    module = GATES[gate]
    lines = [f"# `{gate}`", "", inspect.cleandoc(module.__doc__ or ""), "", "## Settings", ""]
    needs = ", ".join(f"`{need}`" for need in module.NEEDS) or "no other gate"
    lines += [f"In `sdlc.toml`, table `[gates.{gate}]`. Reads the evidence of: {needs}.", ""]
    lines += ["| key | default | a change is |", "|---|---|---|"]
    for field in dataclasses.fields(module.Settings):
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        shown = str(default).lower() if isinstance(default, bool) else repr(default).replace("'", '"')
        lines.append(f"| `{field.name}` | `{shown}` | {field.metadata.get('change', 'free')} |")
    return "\n".join(lines) + "\n"


def _first_line(module: object) -> str:
    return inspect.cleandoc(module.__doc__ or "").partition("\n")[0]
