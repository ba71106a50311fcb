"""
A folder for each row of what a premarket submission to the FDA has to hold, with the evidence that answers it.

Each holds `about.txt` (the row in our words, how much of it is shown, who holds the rest), the raw files under the name
of their gate, and the gates' findings as CSV. Files are named by us: a name that a tool or a product chose is shown,
never used as a path.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from sdlc.errors import UsageError
from sdlc.exports.clauses import export as clauses
from sdlc.exports.tables import evidence_of, tables_of
from sdlc.formats.spreadsheet_text import harmless
from sdlc.formats.terminal import printable
from sdlc.model.digest import sha256
from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage, Covered

STANDARD = "fda-premarket-2026"
_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")


def folders(release: Verified, coverages: Sequence[Coverage], members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file by its path in the folder; `members` are those of the bundle. Equal bundles give equal files.

    Raises UsageError where the standard is not among `coverages`.
    """
    coverage = next((one for one in coverages if one.standard.id == STANDARD), None)
    if coverage is None:
        raise UsageError(f"the folders follow the standard {STANDARD}", hint="leave out --standard, or name it")
    blobs: dict[str, bytes] = {sha256(data): data for data in members.values()}
    made = {"clauses.csv": clauses(release, [coverage]), "about.txt": _text(_head(release, coverage))}
    for number, one in enumerate(coverage.controls, start=1):
        folder = f"{number:02}-{_safe(one.control.id)}"
        files = dict(_files(release, one, blobs))
        made |= {f"{folder}/{path}": data for path, (data, _) in files.items()}
        made[f"{folder}/about.txt"] = _text(_about(one, {path: said for path, (_, said) in files.items()}))
        if findings := _findings(release, one, coverages):
            made[f"{folder}/findings.csv"] = findings
    return made


def _head(release: Verified, coverage: Coverage) -> Iterator[str]:
    manifest = release.manifest
    yield f"{manifest.product} {manifest.version}, channel {manifest.channel}, sequence {manifest.sequence}"
    yield f"made from the evidence bundle whose manifest has the SHA-256 {release.manifest_digest}"
    yield f"{coverage.standard.title}, {coverage.standard.version}; {coverage.standard.review}"
    yield "The rows are in our own words. Nothing here is a submission, and nothing says that anything conforms."
    yield "These copies prove nothing by themselves: the bundle, `sdlc verify` and a trust root do."
    for word, number in coverage.counts.items():
        yield f"  {word.value}: {number}"


def _about(one: Covered, files: Mapping[str, str]) -> Iterator[str]:
    control = one.control
    yield f"{control.id}: {control.text}"
    yield f"document: {control.document or 'none is named'}"
    yield f"shown: {one.word.value}"
    for producer in one.producers:
        asked = "in full" if producer.name in control.full else "in part"
        yield f"  {producer.name}, asked {asked}, {producer.shown.value}: {producer.sentence}"
    if control.people:
        yield f"people: {control.people}"
    yield f"files: {len(files)}"
    for path, said in sorted(files.items()):
        yield f"  {path}  {said}"


def _files(release: Verified, one: Covered, blobs: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[bytes, str]]]:
    """Path in the row's folder → bytes, and what they are; what was withheld from the copy is not there."""
    evidence = evidence_of(release)
    for producer in one.producers:
        for name, digest in evidence.get(producer.name, {}).items():
            if digest in blobs:
                path = f"{_safe(producer.name)}/{digest[:8]}-{_safe(name)}"
                yield path, (blobs[digest], f"sha256 {digest}, {producer.name}: {name}")


def _findings(release: Verified, one: Covered, coverages: Sequence[Coverage]) -> bytes:
    names = {producer.name for producer in one.producers}
    table = next(table for table in tables_of(release, coverages) if table.name == "findings")
    rows = [row for row in table.rows if row[0] in names]
    if not rows:
        return b""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _safe(name: str) -> str:
    return _UNSAFE.sub("-", name).strip("-.")[:60] or "unnamed"


def _text(lines: Iterator[str]) -> bytes:
    return "".join(f"{printable(line)}\n" for line in lines).encode()
