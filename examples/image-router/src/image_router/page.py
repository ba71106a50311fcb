"""The page of rules: plain HTML, no script, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from image_router.rules import Rule

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem;border-bottom:1px solid #ccc}"
    ".error{color:#a00}"
)


def render_login(message: str = "") -> str:
    """Asks for the administrator's token."""
    return _page(
        f"{_error(message)}<form method=post action=/login><label>Token "
        "<input type=password name=token autocomplete=current-password required></label> "
        "<button>Log in</button></form>"
    )


def render_rules(rules: Iterable[Rule], message: str = "") -> str:
    """The rules as a table, with a form to add one and a button to remove each."""
    nothing = "<tr><td colspan=4>No rules: images are stored, not routed.</td></tr>"
    rows = "".join(_row(rule) for rule in rules) or nothing
    return _page(
        f"{_error(message)}<table><tr><th>Rule<th>If<th>Then to<th></tr>{rows}</table>"
        "<h2>Add a rule</h2><form method=post action=/add>"
        '<label>Rule <input name=rule size=80 required placeholder="chest: modality=CT -&gt; folder:chest"></label> '
        "<button>Add</button></form>"
    )


def _row(rule: Rule) -> str:
    conditions = ", ".join(f"{field} = {value}" for field, value in rule.conditions) or "always"
    targets = ", ".join(str(target) for target in rule.destinations)
    return (
        f"<tr><td>{escape(rule.name)}<td>{escape(conditions)}<td>{escape(targets)}"
        f'<td><form method=post action=/remove><input type=hidden name=rule value="{escape(rule.name)}">'
        "<button>Remove</button></form></tr>"
    )


def _error(message: str) -> str:
    return f"<p class=error role=alert>{escape(message)}</p>" if message else ""


def _page(body: str) -> str:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Image router</title>"
        f"<style>{STYLE}</style><h1>Routing rules</h1>{body}</html>"
    )
