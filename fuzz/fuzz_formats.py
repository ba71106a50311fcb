"""What tools print and projects hold: every reader answers, or refuses with the one error of its kind."""

from __future__ import annotations

from sdlc.activities.history import load_history
from sdlc.activities.record import dump_record, load_record
from sdlc.components.binaries import audited_crates, sightings
from sdlc.components.embedded import inside
from sdlc.config import load_config
from sdlc.credentials.kinds import load_kinds
from sdlc.credentials.revoked import load_revocations
from sdlc.credentials.search import TooManyError, search
from sdlc.errors import UnreadableError, UsageError
from sdlc.formats import strict_json
from sdlc.formats.bandit_json import load_bandit
from sdlc.formats.check_json import load_check
from sdlc.formats.context_json import load_context, load_tools
from sdlc.formats.foreign_sbom import load_sbom
from sdlc.formats.fuzz_report import load_report
from sdlc.formats.locks import load_lock
from sdlc.formats.osv_json import load_advisory
from sdlc.formats.python_source import load_source
from sdlc.formats.requirements_txt import load_requirements
from sdlc.formats.semgrep_json import load_semgrep
from sdlc.formats.strict_yaml import EntryError
from sdlc.formats.suppression_comments import load_suppressions
from sdlc.formats.test_records import load_junit, load_records
from sdlc.formats.wheel_metadata import load_wheel
from sdlc.harness import fuzz
from sdlc.inventory.page import to_page
from sdlc.inventory.rows import load_inventory
from sdlc.inventory.spdx import to_spdx
from sdlc.inventory.tree import tree
from sdlc.malware.code import code_tells
from sdlc.malware.looking import look
from sdlc.malware.opening import Limits
from sdlc.malware.record import dump_scan, load_scan
from sdlc.policy.schema import load_policy
from sdlc.policy.waivers import load_waivers
from sdlc.requirements.judge import Proofs, judge
from sdlc.requirements.model import load_requirements as load_security_requirements
from sdlc.requirements.trace import trace_json
from sdlc.scanning.rules import rules_folder
from sdlc.standards.catalog import load_standard
from sdlc.standards.coverage import cover
from sdlc.surface.extract import extract
from sdlc.surface.item import dump_surface, load_surface
from sdlc.threats.load import ModelError, load_acceptances, load_model
from sdlc.threats.pointers import load_pointers

OBSERVED = ("sboms", "libraries", "sightings", "crates", "vendored", "skipped")
TEXTS = ("license_expression", "license", "author", "author_email", "maintainer", "maintainer_email", "home")
SILENT = {**dict.fromkeys(TEXTS, ""), "urls": {}, "requires": [], "classifiers": []}
KINDS = load_kinds((rules_folder() / "secrets" / "kinds.toml").read_bytes())


@fuzz(raises=(UnreadableError,))
def fuzz_json(data: bytes) -> None:
    """What is read is written, and read as the same."""
    value = strict_json.loads(data, what="x")
    if strict_json.loads(strict_json.dumps(value), what="x") != value:
        raise AssertionError("another value")


@fuzz(raises=(UnreadableError,))
def fuzz_tool_output(data: bytes) -> None:
    """Reports of the tools, one reader after the other."""
    for load in (load_bandit, load_semgrep, load_report, load_context, load_tools, load_pointers):
        try:
            load(data)
        except UnreadableError:
            continue


@fuzz(raises=(UnreadableError,))
def fuzz_advisory(data: bytes) -> None:
    """An OSV record."""
    load_advisory(strict_json.loads(data, what="x"), what="x")


@fuzz(raises=(UnreadableError,))
def fuzz_requirements(data: bytes) -> None:
    """A hashed requirement file."""
    load_requirements(data, what="x")


@fuzz(raises=(UnreadableError,))
def fuzz_locks(data: bytes) -> None:
    """Locks, the same bytes as each kind of them."""
    for name in ("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock"):
        try:
            load_lock(data, what=name)
        except UnreadableError:
            continue


@fuzz(raises=(UnreadableError,))
def fuzz_foreign_sbom(data: bytes) -> None:
    """An SBOM that a wheel carries: whatever is read can be joined and named."""
    load_sbom(data, what="x")
    empty: dict[str, list[object]] = {key: [] for key in OBSERVED}
    text = data.decode()
    inside({"name": "box", "looked": 1, "metadata": SILENT, **empty, "sboms": [{"path": "x", "text": text}]})


@fuzz(raises=(UnreadableError,))
def fuzz_inventory(data: bytes) -> None:
    """An SBOM that a user names: whatever is read can be shown, and no component gets lost on the way."""
    inventory = load_inventory(data, what="x")
    shown = {line.item.ref for line in tree(inventory) if line.item is not None}
    if shown != {item.ref for item in inventory.every}:
        raise AssertionError("the tree lacks a component")
    to_page(inventory)
    packages = strict_json.loads_object(to_spdx(inventory, created="2026-01-01T00:00:00Z")[0], what="spdx")["packages"]
    if len({row["SPDXID"] for row in packages}) != len(inventory.every):
        raise AssertionError("SPDX lacks a component")


@fuzz(raises=(ValueError,))
def fuzz_binary(data: bytes) -> None:
    """A compiled file of a stranger."""
    for seen in sightings(data):
        if not 0 <= seen.offset < len(data):
            raise AssertionError("a place outside of the file")
    audited_crates(data)


@fuzz(raises=(UnreadableError,))
def fuzz_wheel(data: bytes) -> None:
    """A wheel, which is a zip of a stranger."""
    load_wheel(data, what="box-1.0-py3-none-any.whl")


@fuzz(raises=(UnreadableError,))
def fuzz_records(data: bytes) -> None:
    """What our plug-in for pytest writes."""
    load_records(data)


@fuzz(raises=(UnreadableError,))
def fuzz_junit(data: bytes) -> None:
    """XML of pytest."""
    load_junit(data)


@fuzz(raises=(UnreadableError,))
def fuzz_check(data: bytes) -> None:
    """The record of a check."""
    load_check(data)


@fuzz()
def fuzz_source(data: bytes) -> None:
    """Python of a stranger: parsed or not, with a reason."""
    load_source("a.py", data)


@fuzz(raises=(UnreadableError,))
def fuzz_suppressions(data: bytes) -> None:
    """Comments that suppress findings."""
    load_suppressions(data)


@fuzz(raises=(UsageError,))
def fuzz_configuration(data: bytes) -> None:
    """`sdlc.toml`, with the same bytes as `pyproject.toml`."""
    load_config(data, pyproject=data, folder="box")


@fuzz(raises=(UsageError,))
def fuzz_policy(data: bytes) -> None:
    """A policy."""
    load_policy(data)


@fuzz(raises=(UsageError,))
def fuzz_standard(data: bytes) -> None:
    """A standard that is read is covered in one of the four words, whatever a release shows."""
    standard = load_standard(data, "standard.toml")
    if sum(cover(standard, {}).counts.values()) != len(standard.controls):
        raise AssertionError("a control without a word")


@fuzz(raises=(UsageError,))
def fuzz_waivers(data: bytes) -> None:
    """A file of waivers."""
    load_waivers(data)


@fuzz(raises=(UnreadableError,))
def fuzz_revocations(data: bytes) -> None:
    """A record of revoked credentials."""
    load_revocations(data)


@fuzz(raises=(TooManyError,))
def fuzz_search(data: bytes) -> None:
    """The search for credentials: an answer for any text, whose lines are lines of that text."""
    text = data.decode("latin-1")
    for match in search(text, "a.env", KINDS, binary=False):
        if not 1 <= match.line <= match.end_line <= text.count("\n") + 1:
            raise AssertionError("a line that is not there")


@fuzz(raises=(ModelError,))
def fuzz_threat_model(data: bytes) -> None:
    """YAML of a threat model."""
    load_model(data, path="x.yaml")


@fuzz()
def fuzz_surface(data: bytes) -> None:
    """Python of a stranger: its surface, the same twice, and what is written is read back."""
    files = {"a.py": data, "app/__init__.py": data[::2], "pyproject.toml": data}
    surface = extract(files, frozenset(files)).surface
    if load_surface(dump_surface(surface)) != surface:
        raise AssertionError("another surface")


@fuzz(raises=(UnreadableError,))
def fuzz_surface_table(data: bytes) -> None:
    """A stored surface."""
    load_surface(data)


@fuzz(raises=(ModelError,))
def fuzz_acceptances(data: bytes) -> None:
    """YAML of accepted risks."""
    load_acceptances(data, path="x.yaml")


@fuzz(raises=(EntryError,))
def fuzz_security_requirements(data: bytes) -> None:
    """YAML of security requirements; what is read can be judged and traced, without any test."""
    loaded = load_security_requirements(data, path="x.yaml")
    rows = judge(loaded, Proofs())
    if any(row.verified for row in rows) or not trace_json(rows):
        raise AssertionError("shown by nothing")


@fuzz(raises=(UnreadableError,))
def fuzz_activity_record(data: bytes) -> None:
    """A signed record of an activity, and a history: what is read is written again as it was."""
    record = load_record(data, what="x")
    if dump_record(record) != data:
        raise AssertionError("another record")
    load_history(data)


@fuzz()
def fuzz_shipped(data: bytes) -> None:
    """Whatever is shipped is looked at, and the first row is of the artifact itself."""
    rows, _ = look({"box-1.0.zip": data}, {}, Limits(total=2**20, one=2**19, files=100, depth=4))
    if not rows or rows[0].path != "box-1.0.zip" or rows[0].size != len(data):
        raise AssertionError("the artifact has no row of its own")


@fuzz()
def fuzz_harmful_code(data: bytes) -> None:
    """Python that decodes and executes something, and goes on with anything."""
    list(code_tells("setup.py", b"import base64\nexec(base64.b64decode(x))\n" + data))


@fuzz(raises=(UnreadableError,))
def fuzz_scan_record(data: bytes) -> None:
    """The record of a scan is written as it was read."""
    scan = load_scan(data)
    if load_scan(dump_scan(scan)) != scan:
        raise AssertionError("another record")
