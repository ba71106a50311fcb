"""The gate in a real git repository: every rule fires on its sample and stays silent on the sample beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sdlc.formats.context_json import load_context
from sdlc.gates import attack_surface as gate
from sdlc.model.finding import Confidence
from sdlc.model.result import Outcome, RawArtifacts, Reading
from sdlc.readings.attack_surface import Settings, read
from sdlc.surface.item import load_surface
from sdlc.threats.rules import SURFACE_RULES
from sdlc.tools import LocalTools
from sdlc.workspace import open_workspace

SAMPLES = Path(__file__).parents[1] / "samples" / "attack-surface" / "rules"
VULNERABLE = sorted(path.name for path in (SAMPLES / "vulnerable").iterdir())
CLEAN = sorted(path.name for path in (SAMPLES / "clean").iterdir())
Make = Callable[..., Path]
Files = dict[str, str | bytes]


def tree(*folders: Path) -> Files:
    """The files of all `folders`, later ones over earlier ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(root: Path, settings: Settings | None = None) -> RawArtifacts:
    settings = settings or Settings()
    tools = LocalTools(os.environ)
    workspace = open_workspace(root, tools)
    assert gate.not_applicable(workspace, settings) is None
    return gate.run(workspace, tools, settings, {})


def judge(files: Files, make: Make) -> Reading:
    raw = run(make(files))
    return read(raw, Settings(), load_context(raw["context.json"]))


def test_every_rule_has_both_samples() -> None:
    assert set(SURFACE_RULES) <= {name.partition("-")[0] for name in VULNERABLE}
    assert set(SURFACE_RULES) <= set(CLEAN)


@pytest.mark.parametrize("name", VULNERABLE)
def test_a_rule_fires_on_its_sample_once(name: str, repository: Make) -> None:
    rule = name.partition("-")[0]
    files = tree(SAMPLES / "clean" / "all", SAMPLES / "vulnerable" / name)
    if rule == "TM901":
        del files["threat_models/mailbox.yaml"]
    reading = judge(files, repository)
    assert [finding.rule for finding in reading.findings] == [rule], reading
    assert reading.outcome is Outcome.FAILED
    (found,) = reading.findings
    assert found.place is not None
    assert found.place.line > 0
    assert found.place.path in files
    assert found.fix.endswith(".")
    assert found.confidence is Confidence.HIGH
    assert found.reproduce == "sdlc check --gate attack-surface"


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_sample_is_silent(name: str, repository: Make) -> None:
    reading = judge(tree(SAMPLES / "clean" / "all", SAMPLES / "clean" / name), repository)
    assert (reading.findings, reading.outcome) == ((), Outcome.PASSED), reading
    assert reading.counters["files"] >= 1
    assert reading.counters["surface"] >= 4


def test_what_the_gate_returns(repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all")
    files |= {
        "tests/test_app.py": "import app\n",
        "src/migrations/one.py": "x = 1\n",
        "threat_models/acceptances.yaml": "x",
    }
    raw = run(repository(files))
    assert set(raw) == {"models/mailbox.yaml", "surface.json", "context.json", "tools.json"}
    surface = load_surface(raw["surface.json"])
    assert surface.files == 1
    assert surface.excluded == {"tests": 1, "migrations": 1}
    assert load_context(raw["context.json"]).files == ("src/app.py",)
    assert {item.key for item in surface.items} == {
        "http:GET /letters/{}",
        "http:POST /letters",
        "http:GET /health",
        "listen:tcp/8025",
        "exec:sendmail",
        "env:MAILBOX_KEY",
    }


def test_what_it_finds_says_what_to_write(repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all", SAMPLES / "vulnerable" / "TM401")
    (found,) = judge(files, repository).findings
    assert "guard seen: none" in found.message
    assert 'claim: "http:POST /export/{}"' in found.fix
    assert "components.box.surface of threat_models/mailbox.yaml" in found.fix


def test_a_file_that_is_no_python_is_an_error_that_names_it(repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all") | {"src/broken.py": "def (:\n"}
    reading = judge(files, repository)
    assert reading.outcome is Outcome.ERROR
    assert "src/broken.py: line 1" in reading.sentence


def test_nothing_to_look_at_is_no_pass(repository: Make) -> None:
    files = {"threat_models/mailbox.yaml": tree(SAMPLES / "clean" / "all")["threat_models/mailbox.yaml"]}
    reading = judge(files, repository)
    assert reading.outcome is Outcome.ERROR
    assert "not one Python file" in reading.sentence


@pytest.mark.parametrize("wrong", [b"auth: session", b'claim: "http:GET /health"'])
def test_a_malformed_claim_is_an_error_with_its_line(wrong: bytes, repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all")
    model = bytes(files["threat_models/mailbox.yaml"])  # type: ignore[arg-type]
    files["threat_models/mailbox.yaml"] = model.replace(wrong, b"colour: blue")
    line = 1 + model[: model.index(wrong)].count(b"\n")
    reading = judge(files, repository)
    assert reading.outcome is Outcome.ERROR
    assert reading.sentence.startswith(f"not all was read: threat_models/mailbox.yaml:{line}:")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"src/box.py": "def double(x):\n    return 2 * x\n"}, "1 files have no entry point"),
        ({"README.md": "x"}, "no Python file"),
    ],
)
def test_without_a_model_and_without_a_surface_it_does_not_apply(files: Files, said: str, repository: Make) -> None:
    workspace = open_workspace(repository(files), LocalTools(os.environ))
    assert gate.not_applicable(workspace, Settings()) == f"there is no threat_models/*.yaml, and {said}"


def test_a_surface_without_a_model_asks_for_one(repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all")
    del files["threat_models/mailbox.yaml"]
    (found,) = judge(files, repository).findings
    assert (found.rule, found.fix) == ("TM901", "Start a model with `sdlc init`, and claim what it shows.")
    assert found.message.startswith("4 entry points (http:GET /health first)")


def test_a_folder_called_tests_hides_nothing_that_the_product_imports(repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all")
    app = bytes(files["src/app.py"]).decode()  # type: ignore[arg-type]
    files["src/app.py"] = app.replace("import os\n", "import os\nimport src.tests.hidden\n")
    files["src/tests/hidden.py"] = 'from app import app\n\n\n@app.get("/letters/x")\ndef x():\n    return ""\n'
    (found,) = judge(files, repository).findings
    assert (found.rule, str(found.place)) == ("TM403", "src/tests/hidden.py:4")


def test_the_files_beside_the_models_are_no_models(repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all")
    beside = {
        "threat_models/acceptances.yaml": "schema: sdlc.threat-acceptances/1\nacceptances: {}\n",
        "threat_models/harms.yaml": "schema: sdlc.threat-harms/1\nharms: {}\n",
        "threat_models/policy.yaml": "schema: sdlc.threat-policy/1\n",
    }
    reading = judge({**files, **beside}, repository)
    assert reading.outcome is Outcome.PASSED, reading.sentence
    assert reading.counters["models"] == 1


def test_a_model_that_cannot_be_read_is_not_called_missing(repository: Make) -> None:
    files: Files = {**tree(SAMPLES / "clean" / "all"), "threat_models/mailbox.yaml": "schema: no\n"}
    reading = judge(files, repository)
    assert reading.outcome is Outcome.ERROR
    assert "mailbox.yaml:1:9" in reading.sentence
    assert not reading.findings
