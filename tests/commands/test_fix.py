"""`sdlc fix`: what is shown, what is written, and that the finding is gone afterwards."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY

from sdlc.errors import ExitCode
from sdlc.formats.rule_catalogue import load_rules
from sdlc.scanning.rules import compiled_rules

Make = Callable[..., Path]
Cli = Callable[..., subprocess.CompletedProcess[str]]
SAMPLES = REPOSITORY / "rules" / "samples" / "vulnerable"
MENDING = {rule.id for rule in load_rules(compiled_rules().read_bytes()) if rule.edits}
FILES = {path.name: path.read_text() for path in SAMPLES.glob("*.py") if path.stem.rpartition("_")[0] in MENDING}
CONFIG = {"sdlc.toml": 'schema = "sdlc/1"\n'}


def test_every_sample_of_a_rule_with_edits_is_mended(repository: Make, cli: Cli) -> None:
    root = repository(FILES | CONFIG)
    assert len(FILES) >= 10
    shown = cli("fix", cwd=root)
    assert shown.returncode == ExitCode.ALLOWED
    assert '+requests.get("https://example.org", verify=True, timeout=5)' in shown.stdout
    assert {name: (root / name).read_text() for name in FILES} == FILES

    assert cli("fix", "--write", cwd=root).returncode == ExitCode.ALLOWED
    assert [name for name in FILES if (root / name).read_text() == FILES[name]] == []
    again = cli("check", "--gate", "static-analysis", "-v", cwd=root)
    assert [rule for rule in MENDING if f" {rule} (" in again.stdout] == []


def test_a_suppressed_finding_is_left_alone(repository: Make, cli: Cli) -> None:
    text = "import requests\n\nrequests.get(u, verify=False)  # nosec tls-verification-off -- a test server\n"
    root = repository({"app.py": text} | CONFIG)
    assert " 0 mended" in cli("fix", "--write", cwd=root).stdout
    assert (root / "app.py").read_text() == text


@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_the_mode_of_the_file_stays(repository: Make, cli: Cli, mode: int) -> None:
    root = repository({"app.py": "import requests\n\nrequests.get(u, verify=False)\n"} | CONFIG)
    (root / "app.py").chmod(mode)
    cli("fix", "--write", cwd=root)
    assert (root / "app.py").stat().st_mode & 0o777 == mode
    assert "verify=True" in (root / "app.py").read_text()


def test_what_could_not_be_looked_at_is_no_success(repository: Make, cli: Cli) -> None:
    done = cli("fix", cwd=repository({"app.py": "def (\n"} | CONFIG))
    assert done.returncode == ExitCode.INCOMPLETE
    assert "not all was looked at" in done.stderr


def test_a_file_of_another_encoding_is_named_and_the_others_are_mended(repository: Make, cli: Cli) -> None:
    call = "import requests\n\nrequests.get(u, verify=False)\n"
    latin = f"# -*- coding: latin-1 -*-\n# gr\xfc\xdfe\n{call}".encode("latin-1")
    root = repository({"app.py": call, "old.py": latin} | CONFIG)
    done = cli("fix", "--write", cwd=root)
    assert done.returncode == ExitCode.ALLOWED
    assert " ! old.py is not UTF-8 and is left as it is" in done.stdout
    assert "verify=True" in (root / "app.py").read_text()
    assert (root / "old.py").read_bytes() == latin
