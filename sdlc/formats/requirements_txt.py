"""
Hashed requirement files: what is pinned, with which hashes, at which line.

Lines are joined and comments cut as pip does it; whatever could be read in two ways, or makes pip install something
that stands elsewhere, is refused, because a requirement that is skipped here would be missing in the SBOM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError

_COMMENT = re.compile(r"(?:^|(?<!\s)\s+)#.*$")
"""White space is looked at from where it begins alone: from each of its characters would take the square of it."""

_BEFORE_OPTION = re.compile(r"(?<!\s)\s+(?=--)")
_HASH = re.compile(r"(?P<algorithm>sha256|sha384|sha512):(?P<digits>[0-9a-fA-F]+)\Z")
_HEX_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
_ELSEWHERE = {"-r", "-c", "-e", "--requirement", "--constraint", "--editable"}
_HARMLESS = {
    "-i",
    "-f",
    "--index-url",
    "--extra-index-url",
    "--no-index",
    "--find-links",
    "--require-hashes",
    "--only-binary",
    "--no-binary",
    "--prefer-binary",
    "--pre",
    "--trusted-host",
    "--use-feature",
}
"""Options of a whole file that say where packages come from, never which."""


@dataclass(frozen=True)
class Pin:
    """One requirement, its name normalized (PEP 503).

    `version` is the text after a lone ``==`` or ``===``, empty when it is not pinned; `hashes` are sha256 in lower-case
    hex, sorted; `marker` is PEP 508 text or empty; `line` counts from 1. `source` names what comes from no index: a
    repository, an address or a path. `files` are (sha256, file name, address) of what the lock tells more of than the
    hash; name or address may be empty.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str
    line: int
    source: str = ""
    files: tuple[tuple[str, str, str], ...] = ()


def addresses(files: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """One address for each digest of `files` (`Pin.files`) that has any; of several the last in order."""
    return {digest: address for digest, _, address in sorted(files) if address}


def load_requirements(data: bytes, *, what: str) -> tuple[Pin, ...]:
    """The pins in `data`, in their order; raises UnreadableError with the line."""
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{what}: not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from None
    pins = (_pin(text, number, what) for number, text in _logical_lines(lines, what))
    return tuple(pin for pin in pins if pin is not None)


def _logical_lines(lines: list[str], what: str) -> Iterator[tuple[int, str]]:
    """Number of the first line and text, of lines joined at a final backslash and without comments."""
    pending, first = "", 0
    for number, line in enumerate(lines, start=1):
        first = first if pending else number
        continues = line.endswith("\\")
        if _COMMENT.search(line):
            if continues:
                raise UnreadableError(f"{what}: line {number}: a comment ends in a backslash", hint="remove it")
            line = _COMMENT.sub("", line)
        pending += line.removesuffix("\\")
        if continues:
            pending = pending or " "
            continue
        if pending.strip():
            yield first, pending.strip()
        pending = ""
    if pending:
        raise UnreadableError(f"{what}: line {first}: the file ends in the middle of a requirement")


def _pin(text: str, line: int, what: str) -> Pin | None:
    """The pin in `text`; None for an option that names no package."""
    if text.startswith("-"):
        option = text.split()[0].partition("=")[0]
        if option in _HARMLESS:
            return None
        elsewhere = option in _ELSEWHERE or option[:2] in ("-r", "-c", "-e")
        reason = "refers to something else than a locked package" if elsewhere else "is an unknown option"
        raise UnreadableError(
            f"{what}: line {line}: {option[:80]} {reason}",
            hint="lock into one flat file: uv pip compile --generate-hashes",
        )
    bare, *options = _BEFORE_OPTION.split(text)
    try:
        requirement = Requirement(bare)
        marker = str(requirement.marker or "")
    except (InvalidRequirement, RecursionError) as error:
        reason = str(error).partition("\n")[0][:120]
        raise UnreadableError(f"{what}: line {line}: {bare[:80]!r} is no requirement: {reason}") from None
    return Pin(
        name=canonicalize_name(requirement.name),
        version=_exact(requirement),
        hashes=_sha256(options, line, what),
        marker=marker,
        line=line,
        source=_bare(requirement.url or ""),
    )


def _exact(requirement: Requirement) -> str:
    """The one version that `requirement` admits, or an empty string; a URL or a path is no version."""
    specifiers = list(requirement.specifier)
    if requirement.url or len(specifiers) != 1:
        return ""
    operator, version = specifiers[0].operator, specifiers[0].version
    return version if operator == "===" or (operator == "==" and not version.endswith(".*")) else ""


def _bare(url: str) -> str:
    """`url` without a user name or a password in it: a lock is shown, and a token must not be."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", url)[:500]


def _sha256(options: list[str], line: int, what: str) -> tuple[str, ...]:
    """The sha256 hashes among `--hash` options; stronger ones are allowed and left out."""
    found: set[str] = set()
    for option in options:
        name, _, value = option.replace("=", " ", 1).partition(" ")
        match = _HASH.match(value.strip())
        if name != "--hash" or match is None or len(match["digits"]) != _HEX_DIGITS[match["algorithm"]]:
            raise UnreadableError(
                f"{what}: line {line}: {option[:80]!r} is no hash",
                hint="write --hash=sha256: and 64 hex digits",
            )
        if match["algorithm"] == "sha256":
            found.add(match["digits"].lower())
    return tuple(sorted(found))
