"""Every rule fires on its vulnerable samples and is silent on its clean ones; one run of semgrep answers for all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from rules.scanning import BY_ID, REPOSITORY, narrowed, scan

RULES = REPOSITORY / "rules"
SAMPLES = REPOSITORY / "rules" / "samples"
IMPERATIVES = {
    "Add", "Call", "Choose", "Compare", "Convert", "Escape", "Exchange", "Give", "Keep", "Leave", "List", "Listen",
    "Load", "Log", "Look", "Name", "Parse", "Pass", "Read", "Redirect", "Remove", "Render", "Resolve", "Set", "Store",
    "Take", "Use", "Write",
}  # fmt: skip


def samples(kind: str) -> list[Path]:
    return sorted((SAMPLES / kind).glob("*.py"))


def rule_of(sample: Path) -> str:
    return sample.stem.rpartition("_")[0]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "samples"
    shutil.copytree(SAMPLES, folder)
    (folder / ".semgrepignore").touch()
    return folder


@pytest.fixture(scope="module")
def fired(mirror: Path) -> dict[str, set[str]]:
    """The rules that fired, by sample."""
    by_sample = defaultdict(set)
    for rule, path, _line in scan(mirror, "--experimental"):
        by_sample[path].add(rule)
    return by_sample


def test_the_compiled_file_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, RULES / "compile.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_every_rule_has_two_samples_of_either_kind(rule: str) -> None:
    for kind in ("vulnerable", "clean"):
        assert len([path for path in samples(kind) if rule_of(path) == rule]) >= 2, kind


def test_no_sample_belongs_to_no_rule() -> None:
    assert {rule_of(path) for kind in ("vulnerable", "clean") for path in samples(kind)} == set(BY_ID)


@pytest.mark.parametrize("sample", samples("vulnerable"), ids=lambda path: path.stem)
def test_a_vulnerable_sample_fires_its_rule(sample: Path, fired: dict[str, set[str]]) -> None:
    assert rule_of(sample) in fired[f"vulnerable/{sample.name}"]


@pytest.mark.parametrize("sample", samples("clean"), ids=lambda path: path.stem)
def test_a_clean_sample_is_silent(sample: Path, fired: dict[str, set[str]]) -> None:
    rules = fired[f"clean/{sample.name}"]
    assert rule_of(sample) not in rules
    assert {rule for rule in rules if BY_ID[rule]["metadata"]["confidence"] == "high"} == set()


def test_the_fast_engine_finds_what_the_default_one_finds(mirror: Path) -> None:
    assert scan(mirror, "--experimental") == scan(mirror)


def test_a_rule_is_kept_from_no_file_in_which_it_matches(mirror: Path, tmp_path: Path) -> None:
    found = scan(mirror, "--experimental", rules=narrowed(mirror, tmp_path))
    assert found
    assert found == scan(mirror, "--experimental")


@pytest.mark.parametrize("rule", BY_ID.values(), ids=lambda rule: rule["id"])
def test_every_rule_says_what_a_person_needs(rule: dict) -> None:
    metadata = rule["metadata"]
    assert rule["message"].endswith(".")
    assert metadata["severity"] in {"critical", "high", "medium", "low"}
    assert metadata["confidence"] in {"high", "medium", "low"}
    assert all(isinstance(number, int) for number in metadata["cwe"])
    assert metadata["cwe"]
    assert {entry[4:] for entry in metadata["owasp"]} == {"2021", "2025"}
    assert all(link.startswith("https://") for link in metadata["links"])
    assert metadata["links"]
    assert metadata["fix"].split()[0] in IMPERATIVES
    assert metadata["fix"].endswith(".")
