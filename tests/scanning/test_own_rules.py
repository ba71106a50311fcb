"""Rules of the product's own: read from the base, run beside ours, refused by name when they are malformed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import commit

from sdlc.errors import ExitCode

Make = Callable[..., Path]
Cli = Callable[..., subprocess.CompletedProcess[str]]
PACK = """\
rules:
  - id: no-raw-pixels
    message: Pixels of a foreign file are decoded without a limit.
    metadata: {cwe: [409], severity: high, confidence: high, fix: Decode with imaging.pixels.decode.}
    mode: taint
    pattern-sources:
      - flow: dicom
    pattern-sinks:
      - patterns:
          - pattern: $DATASET.decompress(...)
          - focus-metavariable: $DATASET
"""
RAW = "import pydicom\n\n\ndef show(path):\n    image = pydicom.dcmread(path)\n    image.decompress()\n"
SAFE = "import pydicom\n\n\ndef show(path):\n    return pydicom.dcmread(path)\n"
BROKEN = PACK.replace("$DATASET.decompress(...)", "(")


def findings(done: subprocess.CompletedProcess[str]) -> list[str]:
    [gate] = json.loads(done.stdout)["gates"]
    return [f"{one['rule']} {one['place']['path']}:{one['place']['line']}" for one in gate["findings"]]


def check(cli: Cli, root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return cli("check", "--gate", "static-analysis", "--format", "json", *words, cwd=root)


def test_they_run_beside_ours(repository: Make, cli: Cli) -> None:
    done = check(cli, repository({".sdlc/rules/imaging.yaml": PACK, "app.py": RAW}))
    assert findings(done) == ["no-raw-pixels app.py:6"]
    assert done.returncode == ExitCode.BLOCKED


def test_in_a_subfolder_of_a_repository(repository: Make, cli: Cli) -> None:
    root = repository({"viewer/.sdlc/rules/imaging.yaml": PACK, "viewer/app.py": RAW, "app.py": RAW})
    assert findings(check(cli, root / "viewer")) == ["no-raw-pixels app.py:6"]
    assert findings(check(cli, root)) == []


def test_those_of_the_base_count_and_their_removal_is_a_weakening(repository: Make, cli: Cli) -> None:
    root = repository({".sdlc/rules/imaging.yaml": PACK, "app.py": SAFE})
    (root / ".sdlc/rules/imaging.yaml").unlink()
    commit(root, {"app.py": RAW}, "Take the rule away and do what it forbids")
    done = check(cli, root, "--since", "HEAD~1")
    assert done.returncode == ExitCode.BLOCKED
    assert findings(done) == ["no-raw-pixels app.py:6"]
    assert "the rule no-raw-pixels is gone" in done.stdout


def test_a_rewritten_one_is_a_weakening(repository: Make, cli: Cli) -> None:
    root = repository({".sdlc/rules/imaging.yaml": PACK, "app.py": SAFE})
    commit(root, {".sdlc/rules/imaging.yaml": PACK.replace("confidence: high", "confidence: low")})
    assert "the rule no-raw-pixels is changed" in check(cli, root, "--since", "HEAD~1").stdout
    commit(root, {".sdlc/rules/imaging.yaml": "# Said in other words.\n" + PACK.replace("high", "low")})
    commit(root, {".sdlc/rules/imaging.yaml": PACK.replace("high", "low")}, "Only the comment goes")
    assert "WEAKER-RULE" not in check(cli, root, "--since", "HEAD~1").stdout


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ("rules: [", "imaging.yaml:"),
        ("rules: 3", "rules: a list of rules"),
        (PACK.replace("fix:", "edits: 3, fix:"), "metadata.edits: regular expressions"),
        (PACK.replace("fix:", "edits: {'(': a}, fix:"), "metadata.edits: no regular expression"),
        (PACK.replace("no-raw-pixels", "sql-injection"), "'sql-injection' is already defined"),
        (PACK.replace("flow: dicom", "flow: dcm"), "there is no flow 'dcm'"),
        (PACK.replace("severity: high", "severity: bad"), "metadata.severity: one of"),
        (PACK.replace("cwe: [409]", "cwe: [x]"), "metadata.cwe"),
        (BROKEN, "not all was looked at"),
    ],
)
def test_a_malformed_one_is_never_passed(repository: Make, cli: Cli, pack: str, said: str) -> None:
    done = check(cli, repository({".sdlc/rules/imaging.yaml": pack, "app.py": SAFE}))
    assert done.returncode == ExitCode.INCOMPLETE
    assert said in done.stdout


def test_they_are_tried_on_their_samples(repository: Make, cli: Cli) -> None:
    files = {"imaging.yaml": PACK, "samples/vulnerable/no-raw-pixels_1.py": RAW}
    root = repository(files | {"samples/clean/no-raw-pixels_1.py": SAFE})
    done = cli("rules", "test", "--own", ".", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 rules, 1 vulnerable samples, 1 clean ones" in done.stdout
    commit(root, {"samples/clean/no-raw-pixels_2.py": RAW, "samples/vulnerable/no-raw-pixels_2.py": SAFE})
    commit(root, {"samples/clean/other_1.py": SAFE})
    done = cli("rules", "test", "--own", ".", cwd=root)
    assert done.returncode == ExitCode.BLOCKED
    assert "no-raw-pixels: fires on samples/clean/no-raw-pixels_2.py" in done.stdout
    assert "no-raw-pixels: silent on samples/vulnerable/no-raw-pixels_2.py" in done.stdout
    assert "samples/clean/other_1.py: it is named after no rule" in done.stdout


def test_a_rule_without_samples_has_not_been_tried(repository: Make, cli: Cli) -> None:
    root = repository({"imaging.yaml": PACK, "samples/vulnerable/no-raw-pixels_1.py": RAW})
    done = cli("rules", "test", "--own", ".", cwd=root)
    assert done.returncode == ExitCode.BLOCKED
    assert "no-raw-pixels: no clean sample tries it" in done.stdout


def test_what_cannot_be_tried_is_said(repository: Make, cli: Cli) -> None:
    root = repository({"imaging.yaml": BROKEN, "samples/clean/no-raw-pixels_1.py": SAFE})
    assert cli("rules", "test", "--own", ".", cwd=root).returncode == ExitCode.INCOMPLETE
    commit(root, {"imaging.yaml": PACK, "samples/clean/no-raw-pixels_1.py": "def ("})
    done = cli("rules", "test", "--own", ".", cwd=root)
    assert done.returncode == ExitCode.USAGE
    assert "no-raw-pixels_1.py:1" in done.stderr
    assert cli("rules", "test", "--own", "samples", cwd=root).returncode == ExitCode.USAGE


def test_ours_do_what_they_say(repository: Make, cli: Cli) -> None:
    done = cli("rules", "test", cwd=repository({"app.py": SAFE}))
    assert (done.returncode, done.stderr) == (0, "")


NEVER_ENDS = """\
rules:
  - id: never-ends
    message: Five assignments, one after another.
    metadata: {cwe: [1], severity: high, confidence: high, fix: Wait.}
    pattern: |
      $A = $B
      ...
      $C = $D
      ...
      $E = $A
      ...
      $G = $C
      ...
      $I = $E
"""


def test_one_that_never_ends_is_stopped_and_named(repository: Make, cli: Cli) -> None:
    lines = "".join(f"    a{number} = b{number}\n" for number in range(1500))
    limit = 'schema = "sdlc/1"\n[gates.static-analysis]\nrule_timeout = 1\n'
    files = {".sdlc/rules/slow.yaml": NEVER_ENDS, "app.py": f"def f():\n{lines}", "sdlc.toml": limit}
    done = check(cli, repository(files))
    assert done.returncode == ExitCode.INCOMPLETE
    [gate] = json.loads(done.stdout)["gates"]
    assert gate["outcome"] == "error"
    assert "app.py: Timeout" in gate["sentence"]
    assert "never-ends" in gate["sentence"]


def test_a_pack_that_is_no_text_is_named(repository: Make, cli: Cli) -> None:
    root = repository({"app.py": SAFE})
    (root / ".sdlc/rules").mkdir(parents=True)
    (root / ".sdlc/rules/own.yaml").write_bytes(b"rules:\xff")
    commit(root, {})
    done = check(cli, root)
    assert done.returncode == ExitCode.INCOMPLETE
    assert ".sdlc/rules/own.yaml: not UTF-8 at byte 6" in json.loads(done.stdout)["gates"][0]["sentence"]
