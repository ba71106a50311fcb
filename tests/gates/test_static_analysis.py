"""The gate on real repositories with the real tools, and on tools that fail."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.tools import FakeTools

from sdlc.errors import ToolError
from sdlc.formats import strict_json
from sdlc.formats.context_json import load_context
from sdlc.gates import static_analysis as gate
from sdlc.model.finding import Confidence
from sdlc.model.result import Outcome, Reading
from sdlc.readings.static_analysis import Settings, read
from sdlc.scanning.rules import compiled_rules
from sdlc.tools import Completed, LocalTools
from sdlc.workspace import open_workspace

TOOLS = LocalTools(os.environ)
VULNERABLE = """\
import os
from flask import request


def show():
    os.system("cat " + request.args["name"])
"""
CLEAN = "import subprocess\n\n\ndef show(name):\n    subprocess.run(['cat', '--', name], check=True)\n"
Repository = Callable[..., Path]


def check(root: Path, settings: Settings | None = None) -> Reading:
    settings = settings or Settings()
    raw = gate.run(open_workspace(root, TOOLS), TOOLS, settings, {})
    return read(raw, settings, load_context(raw["context.json"]))


def test_a_vulnerable_program_fails(repository: Repository) -> None:
    reading = check(repository({"app.py": VULNERABLE, "README.md": "words"}))
    assert reading.outcome is Outcome.FAILED
    (finding,) = reading.findings
    assert (finding.rule, str(finding.place)) == ("command-injection", "app.py:6")
    assert finding.confidence is Confidence.HIGH
    assert "B605" in finding.properties["also"]
    assert reading.counters["files"] == 1
    assert reading.counters["rules"] >= 40


def test_a_clean_program_passes(repository: Repository) -> None:
    reading = check(repository({"app.py": CLEAN}))
    assert (reading.outcome, reading.findings) == (Outcome.PASSED, ())


def test_a_flow_through_another_module_fails_with_its_steps(repository: Repository) -> None:
    view = "from flask import request\nfrom pkg.jobs import run\n\n\ndef show():\n    run(request.args['x'])\n"
    jobs = "import os\n\n\ndef run(text):\n    os.system('cat ' + text)\n"
    root = repository({"pkg/__init__.py": "", "pkg/jobs.py": jobs, "app.py": view})
    reading = check(root)
    assert reading.outcome is Outcome.FAILED
    (finding,) = reading.findings
    assert (finding.rule, str(finding.place), finding.confidence) == (
        "command-injection",
        "pkg/jobs.py:5",
        Confidence.HIGH,
    )
    assert [f"{step.path}:{step.line}" for step in finding.steps] == ["app.py:6", "app.py:6", "pkg/jobs.py:5"]
    assert check(root) == reading


def test_a_flow_that_is_quoted_in_another_module_passes(repository: Repository) -> None:
    view = "from flask import request\nfrom jobs import run\n\n\ndef show():\n    run(request.args['x'])\n"
    jobs = "import subprocess\n\n\ndef run(text):\n    subprocess.run(['cat', '--', text], check=True)\n"
    assert check(repository({"jobs.py": jobs, "app.py": view})).outcome is Outcome.PASSED


def test_what_is_nested_too_deeply_to_be_followed_is_an_error(repository: Repository) -> None:
    deep = "f(" * 85 + "text" + ")" * 85
    jobs = f"import os\nf = str\n\n\ndef run(text):\n    os.system({deep.replace('text', f'({deep})', 1)})\n"
    reading = check(
        repository({"jobs.py": jobs, "app.py": VULNERABLE + "    run(request.args['x'])\nfrom jobs import run\n"})
    )
    assert reading.outcome is Outcome.ERROR
    assert "jobs.py:" in reading.sentence


def test_a_long_table_of_constants_keeps_nobody_busy(repository: Repository) -> None:
    rows = "\n".join(f"    0x{number:08X}: ('VR', 'name {number}', [1, -2], None)," for number in range(4000))
    table = f"from typing import Any\n\nTABLE: dict[int, Any] = {{\n{rows}\n}}\n"
    reading = check(repository({"a b/[table]!.py": table, "app.py": CLEAN}))
    assert reading.outcome is Outcome.PASSED, reading.sentence
    assert reading.sentence.startswith("2 Python files")
    assert reading.sentence.endswith("; 1 tables of constants by bandit alone")


def test_a_table_with_one_call_is_code(repository: Repository) -> None:
    rows = "\n".join(f"    {number}: 'name {number}'," for number in range(4000))
    code = f"import os\n\nTABLE = {{\n{rows}\n}}\n\n\ndef show(request):\n    os.system(request.args['x'])\n"
    reading = check(repository({"table.py": code}))
    assert [finding.rule for finding in reading.findings] == ["command-injection"]
    assert "tables" not in reading.sentence


def test_the_same_tree_gives_the_same_reading(repository: Repository) -> None:
    root = repository({"app.py": VULNERABLE, "more.py": CLEAN})
    assert check(root) == check(root)


def test_moving_and_reformatting_keep_the_fingerprint(repository: Repository) -> None:
    moved = VULNERABLE.replace("os.system(", "os.system(\n        ").replace("show", "display")
    first = check(repository({"app.py": VULNERABLE}, "first")).findings
    second = check(repository({"pkg/other.py": "# moved\n\n" + moved}, "second")).findings
    assert [f.fingerprint for f in first] == [f.fingerprint for f in second]


def test_configuration_of_the_workspace_counts_for_nothing(repository: Repository) -> None:
    files = {
        "app.py": VULNERABLE,
        ".semgrepignore": "*.py\n",
        ".bandit": "[bandit]\nskips: B605\nexclude: /\n",
        "pyproject.toml": "[tool.bandit]\nskips = ['B605']\n",
        ".tox/odd.py": VULNERABLE,
    }
    reading = check(repository(files))
    assert {str(finding.place) for finding in reading.findings} == {"app.py:6", ".tox/odd.py:6"}


def test_tests_are_left_out_unless_asked_for(repository: Repository) -> None:
    root = repository({"app.py": CLEAN, "tests/test_app.py": VULNERABLE})
    assert check(root).outcome is Outcome.PASSED
    assert check(root, Settings(exclude=())).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x = 1\ndef f(:\n", "odd.py:2: "),
        (b'x = "\xff"\n', "odd.py"),
        (b"x = 1\0\n", "odd.py"),
        (b"x = '" + b"a" * (2 * 1024 * 1024) + b"'\n", "larger than 2 MiB"),
        (b"x = " + b"(" * 5000 + b")" * 5000, "odd.py"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(repository: Repository, content: bytes, said: str) -> None:
    reading = check(repository({"app.py": VULNERABLE, "odd.py": content}))
    assert reading.outcome is Outcome.ERROR
    assert said in reading.sentence
    assert reading.hint
    assert len(reading.findings) == 1


def test_links_in_a_circle_and_out_of_the_tree_are_an_error(repository: Repository) -> None:
    root = repository({"app.py": CLEAN})
    (root / "loop.py").symlink_to("loop.py")
    (root / "out.py").symlink_to("/etc/hostname")
    reading = check(root)
    assert reading.outcome is Outcome.ERROR
    assert "loop.py" in reading.sentence
    assert reading.sentence.endswith("nor out.py")


def test_everything_excluded_is_an_error(repository: Repository) -> None:
    reading = check(repository({"app.py": CLEAN}), Settings(exclude=("*",)))
    assert reading.outcome is Outcome.ERROR
    assert "excluded" in reading.sentence


def test_a_source_in_another_encoding_is_read(repository: Repository) -> None:
    source = "# coding: latin-1\nname = 'Müller'\n".encode("latin-1")
    assert check(repository({"app.py": source})).outcome is Outcome.PASSED


def test_not_applicable_without_python(repository: Repository) -> None:
    workspace = open_workspace(repository({"README.md": "words"}), TOOLS)
    assert gate.not_applicable(workspace, Settings()) == "there is no Python source"


def test_applicable_with_python(repository: Repository) -> None:
    assert gate.not_applicable(open_workspace(repository({"a.py": ""}), TOOLS), Settings()) is None


def test_a_suppression_needs_rule_and_reason(repository: Repository) -> None:
    line = '    os.system("cat " + request.args["name"])'
    good = VULNERABLE.replace(line, line + "  # nosec command-injection -- names are checked by the gateway")
    bare = VULNERABLE.replace(line, line + "  # nosec")
    assert check(repository({"app.py": good}, "good")).outcome is Outcome.PASSED
    reading = check(repository({"app.py": bare}, "bare"))
    assert reading.outcome is Outcome.FAILED
    assert "not honored" in reading.findings[0].properties["suppression"]


def test_a_tool_that_crashes_is_an_error(repository: Repository) -> None:
    workspace = open_workspace(repository({"app.py": CLEAN}), TOOLS)
    for broken in ("semgrep", "bandit"):
        said = {"git": b""}
        fake = FakeTools(
            lambda argv, _cwd, broken=broken, said=said: Completed(
                134 if argv[0] == broken else 0, said.get(argv[0], b"{}"), b"", 0
            )
        )
        with pytest.raises(ToolError, match=broken):
            gate.run(workspace, fake, Settings(), {})


def test_a_missing_tool_is_an_error(repository: Repository, tmp_path: Path) -> None:
    workspace = open_workspace(repository({"app.py": CLEAN}), TOOLS)

    def missing(argv: tuple[str, ...], _cwd: Path) -> bytes:
        if argv[0] == "git":
            return b""
        raise ToolError(f"{argv[0]} is not installed")

    with pytest.raises(ToolError, match="not installed"):
        gate.run(workspace, FakeTools(missing), Settings(), {})


def test_the_rules_are_found() -> None:
    document = strict_json.loads_object(compiled_rules().read_bytes(), what="rules")
    assert len(document["rules"]) >= 40
