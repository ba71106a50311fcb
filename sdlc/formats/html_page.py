"""One HTML file that asks nothing of anybody: templates that escape everything, style and script allowed by digest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sdlc.formats.terminal import printable


def templates(loader: BaseLoader, *, shown: Callable[[str], str] = printable) -> Environment:
    """Templates in which every text goes through `shown` before it is escaped, so that none can forget it.

    What a template names and is not given raises UndefinedError.
    """
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        optimized=False,  # what is compiled once is drawn once
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: shown(value) if type(value) is str else value,
    )


@cache
def source(room: str, name: str) -> Markup:
    """Our own style, script or messages in the folder of a room; nothing foreign is ever put into it."""
    loader = PackageLoader("sdlc", room)
    return Markup(loader.get_source(Environment(autoescape=True), name)[0])  # noqa: S704 - see above


def content_security_policy(style: str, script: str) -> Markup:
    """The policy of a page with exactly this style and this script, and nothing else."""
    return Markup(  # noqa: S704 - two digests of our own
        f"default-src 'none'; style-src '{_allowed(style)}'; script-src '{_allowed(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _allowed(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
