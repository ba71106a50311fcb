"""Asks yara-x, with our own signatures: patterns of bytes only, no module that would parse the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

from sdlc.errors import ToolError
from sdlc.model.digest import Digest, sha256

SECONDS = 60


@dataclass(frozen=True)
class Patterns:
    """Compiled signatures: their number, the date of the newest, and the digest of their texts."""

    version: str
    date: date
    number: int
    digest: Digest
    _scanner: Any

    def ask(self, data: bytes) -> tuple[str, ...]:
        """What the signatures that match `data` call it. Raises ToolError."""
        import yara_x

        try:
            found = self._scanner.scan(data)
        except (yara_x.ScanError, yara_x.TimeoutError) as error:
            raise ToolError(f"yara-x could not look at a file of {len(data)} bytes: {error}") from None
        return tuple(str(dict(one.metadata).get("title", one.identifier)) for one in found.matching_rules)


def load_patterns(texts: Mapping[str, bytes]) -> Patterns:
    """The signatures in `texts`, by file name. Raises ToolError."""
    try:
        import yara_x
    except ImportError:
        raise ToolError("yara-x is not installed", hint="pip install 'secure-sdlc[gates]'") from None
    compiler = yara_x.Compiler()
    for name, text in sorted(texts.items()):
        try:
            compiler.add_source(text.decode("utf-8"), origin=name)
        except (yara_x.CompileError, UnicodeDecodeError) as error:
            raise ToolError(f"{name}: {error!s:.300}", hint="mend the signature there") from None
    rules = compiler.build()
    dates = [str(dict(rule.metadata).get("date", "")) for rule in rules]
    try:
        newest = max(date.fromisoformat(one) for one in dates)
    except ValueError:
        raise ToolError("a signature states no date", hint='write meta: date = "2026-01-31"') from None
    scanner = yara_x.Scanner(rules)
    scanner.set_timeout(SECONDS)
    together = b"".join(f"{name}\0{sha256(text)}\n".encode() for name, text in sorted(texts.items()))
    return Patterns(version("yara-x"), newest, len(dates), sha256(together), scanner)
