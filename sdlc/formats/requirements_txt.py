"""Hashed requirement files: what is pinned, with which hashes, at which line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError

_HASH = re.compile(r"--hash[= ]sha256:([0-9a-f]{64})\b")


@dataclass(frozen=True)
class Pin:
    """One requirement. `version` is empty when it is not pinned with `==`; `marker` is PEP 508 text or empty."""

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str
    line: int


def load_requirements(data: bytes, *, what: str) -> tuple[Pin, ...]:
    """The pins in `data`, names normalized (PEP 503); raises UnreadableError with the line."""
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{what}: not UTF-8 at byte {error.start}") from None
    pins: list[Pin] = []
    pending, first = "", 0
    for number, line in enumerate(lines, start=1):
        text = re.sub(r"(^|\s)#.*$", "", line).strip()
        if not pending:
            first = number
        pending = f"{pending} {text.removesuffix(chr(92)).strip()}".strip()
        if text.endswith("\\") or not pending:
            continue
        pin = _pin(pending, first, what)
        pending = ""
        if pin is not None:
            pins.append(pin)
    if pending:
        raise UnreadableError(f"{what}: line {first}: the file ends in the middle of a requirement")
    return tuple(pins)


def _pin(text: str, line: int, what: str) -> Pin | None:
    if text.startswith("-"):
        if text.startswith(("-r", "-c", "--requirement", "--constraint", "-e", "--editable")):
            raise UnreadableError(
                f"{what}: line {line}: {text.split()[0]} refers to something else than a locked package",
                hint="lock into one flat file: uv pip compile --generate-hashes",
            )
        return None
    bare = re.split(r"\s--", text)[0].strip()
    try:
        requirement = Requirement(bare)
    except InvalidRequirement as error:
        raise UnreadableError(f"{what}: line {line}: {bare[:80]!r} is no requirement: {error}") from None
    exact = [s.version for s in requirement.specifier if s.operator == "==" and not s.version.endswith("*")]
    return Pin(
        name=canonicalize_name(requirement.name),
        version=exact[0] if len(exact) == 1 and len(requirement.specifier) == 1 else "",
        hashes=tuple(sorted(set(_HASH.findall(text)))),
        marker=str(requirement.marker or ""),
        line=line,
    )
