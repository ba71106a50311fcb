"""`report.json`: the tables of the gate; and the guide that people read, made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.markdown_text import escape
from sdlc.hardening import footprint, listening
from sdlc.hardening.default_rules import Default
from sdlc.hardening.rules import RULES
from sdlc.hardening.setting import Setting, scopes
from sdlc.model.finding import Finding

SCHEMA = "sdlc.hardening-report/1"
PARTS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "footprint": (
        "Dependencies",
        ("name", "version", "extra", "needed", "brings", "declared at"),
        "no dependency was judged",
    ),
    "ports": (
        "Ports",
        ("port", "declared", "in the code", "opened by the started product", "state"),
        "no port was judged",
    ),
    "defaults": ("Defaults", ("key", "value", "at", "rule", "OWASP ASVS"), "no file of defaults is named"),
    "system": ("System", ("kind", "at", "of", "settings", "weak"), "no file says in which system the product runs"),
    "to-do": ("To do", ("rule", "at", "what", "do"), "nothing is weak"),
    "not-answered": ("Not answered", ("what",), "all was answered"),
    "accepted": ("Accepted", ("rule", "at", "what", "why"), "nothing is accepted"),
}
"""Every table: its title, its columns, and what is said of an empty one."""

Tables = dict[str, list[list[str]]]


def tables_of(
    dependencies: Iterable[footprint.Row],
    ports: Iterable[listening.Row],
    defaults: Iterable[Default],
    system: Iterable[Setting],
    findings: Sequence[Finding],
    problems: Iterable[str],
) -> Tables:
    """All tables; the system's weak settings are those of `findings`."""
    return {
        "footprint": [
            [one.name, one.version, one.extra, one.needed or "nothing uses it", ", ".join(one.brings), str(one.place)]
            for one in dependencies
        ],
        "ports": [
            [f"{one.protocol}/{one.port}", one.declared, ", ".join(one.in_code), ", ".join(one.opened), one.state]
            for one in ports
        ],
        "defaults": [
            [one.setting.key, one.setting.value, f"{one.setting.path}:{one.setting.line}", one.rule,
             RULES[one.rule].asvs if one.rule else ""]
            for one in defaults
        ],
        "system": list(_system(system, findings)),
        "to-do": [[one.rule, str(one.place), one.message, one.fix] for one in findings if not one.suppressed],
        "not-answered": [[one] for one in problems],
        "accepted": [[one.rule, str(one.place), one.message, one.suppressed] for one in findings if one.suppressed],
    }  # fmt: skip


def _system(settings: Iterable[Setting], findings: Sequence[Finding]) -> Iterator[list[str]]:
    for scope in scopes(settings):
        place = scope.place
        begins = f"{place.scope}:" if place.scope else ""
        weak = [
            one.subject.removeprefix(begins)
            for one in findings
            if one.place and one.place.path == place.path and one.subject.startswith(begins) and not one.suppressed
        ]
        named = sorted(set(weak)) if begins or not any(":" in one for one in weak) else []
        yield [place.kind, f"{place.path}:{place.line}", place.scope or "-", str(len(scope.settings)), ", ".join(named)]


def dump_tables(tables: Tables) -> bytes:
    """`report.json`."""
    return strict_json.dumps({"schema": SCHEMA, "tables": tables})


def load_tables(data: bytes) -> Tables:
    """The tables in `data`; raises UnreadableError."""
    document: dict[str, Any] = strict_json.loads_object(data, what="report.json")
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"the schema is not {SCHEMA}")
        return {name: [[str(cell) for cell in row] for row in document["tables"][name]] for name in PARTS}
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"report.json: {type(error).__name__}: {error}") from None


def guide(product: str, tables: Tables) -> str:
    """The hardening guide as Markdown: what is to do first, then each table."""
    lines = [f"# Hardening of {escape(product)}", ""]
    order = ("to-do", "not-answered", "accepted", "system", "defaults", "ports", "footprint")
    for name in order:
        title, columns, nothing = PARTS[name]
        lines += [f"## {title}", ""]
        rows = tables[name]
        if not rows:
            lines += [f"{nothing[0].upper()}{nothing[1:]}.", ""]
            continue
        lines.append(f"| {' | '.join(columns)} |")
        lines.append("|" + "---|" * len(columns))
        lines += [f"| {' | '.join(escape(cell) or '-' for cell in row)} |" for row in rows]
        lines.append("")
    return "\n".join(lines)
