"""The page about a surface as Markdown and as one HTML file that makes no request and runs nothing."""

from __future__ import annotations

from jinja2 import PackageLoader
from markupsafe import Markup

from sdlc.formats.html_page import templates
from sdlc.formats.markdown_text import escape
from sdlc.formats.terminal import printable
from sdlc.reports.surface_facts import Page, Table


def markdown(page: Page) -> str:
    """For a job summary or a wiki; the diagrams are Mermaid."""
    lines = [f"# {escape(page.title)}", "", escape(page.sentence)]
    for picture in page.pictures:
        lines += ["", f"## {escape(picture.title)}", "", "```mermaid", picture.mermaid.rstrip("\n"), "```"]
    for table in page.tables:
        lines += ["", *table_lines(table)]
    return "\n".join(lines) + "\n"


def table_lines(table: Table) -> list[str]:
    """One table as lines of Markdown, with its heading."""
    lines = [f"## {escape(table.title)}", ""]
    if table.rows:
        lines += [f"| {' | '.join(table.heads)} |", f"|{'---|' * len(table.heads)}"]
        lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in table.rows]
    if table.note:
        lines += ([""] if table.rows else []) + [escape(table.note)]
    return lines


def html(page: Page) -> str:
    """One file; text is escaped, pictures are our own SVG."""
    environment = templates(PackageLoader("sdlc", "reports"), shown=_shown)
    pictures = [(picture.title, Markup(picture.svg)) for picture in page.pictures]  # noqa: S704 - drawn, and escaped, by us
    return environment.get_template("surface.html.j2").render(page=page, pictures=pictures) + "\n"


def _shown(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _cell(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))
