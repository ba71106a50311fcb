"""The tests gate on real products with real pytest, in the real sandbox; some of the products are hostile."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.products import PRODUCT, PYPROJECT, TOOLS, built, open_product

from sdlc.errors import ToolError
from sdlc.formats.context_json import load_tools
from sdlc.formats.test_records import load_records
from sdlc.gates import tests
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.readings import tests as reading
from sdlc.sandbox.confine import Level, probe
from sdlc.workspace import open_workspace

Repository = Callable[..., Path]
SETTINGS = tests.Settings(timeout=120)


def run(
    repository: Repository,
    files: dict[str, str | bytes] | None = None,
    settings: tests.Settings = SETTINGS,
) -> tuple[Reading, RawArtifacts]:
    """What the gate answers for the product with `files` changed or added."""
    workspace = open_product(repository, files)
    build = built(workspace)
    raw = tests.run(workspace, TOOLS, settings, {"build": build})
    return reading.read({**raw, **{f"build/{name}": data for name, data in build.items()}}, settings, Context()), raw


def test_a_good_product_passes(repository: Repository) -> None:
    answer, raw = run(repository)
    assert answer.outcome is Outcome.PASSED, answer.sentence
    assert (answer.counters["collected"], answer.counters["passed"]) == (1, 1)
    assert load_records(raw["records.jsonl"]).matching("tests/test_box.py::test_double")[0].outcome == "passed"
    assert json.loads(raw["run.json"])["artifacts"][0]["name"] == "box-1.0-py3-none-any.whl"
    assert [tool.name for tool in load_tools(raw["tools.json"])] == ["pytest"]


def test_a_failing_test_is_a_finding_with_its_command(repository: Repository) -> None:
    answer, _ = run(repository, {"tests/test_bad.py": "def test_wrong():\n    assert 1 == 2\n"})
    assert answer.outcome is Outcome.FAILED
    (finding,) = answer.findings
    assert finding.place is not None
    assert (finding.rule, finding.place.path) == ("TEST-FAILED", "tests/test_bad.py")
    assert finding.reproduce == "python -m pytest tests/test_bad.py::test_wrong"
    assert "assert 1 == 2" in finding.message


def test_every_way_to_end_is_told_apart(repository: Repository) -> None:
    code = """
import pytest, unittest
@pytest.fixture
def broken():
    raise OSError("no disk")
@pytest.fixture
def untidy():
    yield
    raise OSError("left over")
def test_setup(broken): pass
def test_teardown(untidy): pass
@pytest.mark.skip(reason="not today")
def test_skip(): pass
@pytest.mark.xfail
def test_xfail(): assert False
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_each(n): assert n == 1
class TestOld(unittest.TestCase):
    def test_parts(self):
        for n in range(2):
            with self.subTest(n=n):
                self.assertEqual(n, 0)
"""
    answer, raw = run(
        repository,
        {"tests/test_all.py": code, "tests/test_none.py": "import pytest\npytest.importorskip('nope')"},
    )
    results = {name.partition("::")[2]: r for name, r in load_records(raw["records.jsonl"]).results.items()}
    assert {name: result.outcome for name, result in results.items()} == {
        "": "skipped",
        "test_double": "passed",
        "test_setup": "error",
        "test_teardown": "error",
        "test_skip": "skipped",
        "test_xfail": "xfailed",
        "test_xpass": "xpassed",
        "test_strict": "failed",
        "test_each[1]": "passed",
        "test_each[2]": "failed",
        "TestOld::test_parts": "failed",
    }
    assert "not today" in results["test_skip"].message
    assert "no disk" in results["test_setup"].message
    assert answer.outcome is Outcome.FAILED, answer.sentence
    assert len(answer.findings) == 5


def test_what_is_deselected_is_counted(repository: Repository) -> None:
    more = {"tests/test_more.py": "def test_one(): pass\ndef test_two(): pass\n"}
    answer, _ = run(repository, more, replace(SETTINGS, arguments=("-k", "not two")))
    assert (answer.outcome, answer.counters["deselected"]) == (Outcome.PASSED, 1)


def test_nothing_collected_is_no_pass(repository: Repository) -> None:
    answer, _ = run(repository, settings=replace(SETTINGS, arguments=("-k", "nothing")))
    assert answer.outcome is Outcome.ERROR


def test_everything_skipped_is_no_pass(repository: Repository) -> None:
    answer, _ = run(repository, {"tests/test_box.py": "import pytest\ndef test_it(): pytest.skip('later')\n"})
    assert (answer.outcome, answer.sentence) == (Outcome.ERROR, "no test ran")


def test_a_file_that_cannot_be_imported_is_named(repository: Repository) -> None:
    answer, _ = run(repository, {"tests/test_broken.py": "import no_such_module\n"})
    assert answer.outcome is Outcome.ERROR
    assert "tests/test_broken.py" in answer.sentence


@pytest.mark.parametrize(("conftest", "arguments"), [("", ()), ("import box\n", ()), ("import box\n", ("-n", "2"))])
def test_the_wheel_is_tested_and_not_the_tree(
    repository: Repository, conftest: str, arguments: tuple[str, ...]
) -> None:
    """A flat layout puts the tree first; the module must still be the installed one, also for the first conftest."""
    project = PYPROJECT.replace("src/box", "box") + '[tool.pytest.ini_options]\npythonpath = ["."]\n'
    seen = "import box, pathlib\ndef test_it():\n"
    seen += "    assert 'site-packages' in box.__file__, box.__file__\n    assert pathlib.Path('box').is_dir()\n"
    files: dict[str, str | bytes] = {
        "pyproject.toml": project,
        "box/__init__.py": "def double(x): return 2 * x\n",
    }
    files |= {"tests/test_where.py": seen, "tests/__init__.py": "", "tests/conftest.py": conftest}
    answer, _ = run(repository, files, replace(SETTINGS, arguments=arguments))
    assert answer.outcome is Outcome.PASSED, [finding.message for finding in answer.findings]


def test_tests_have_loopback_and_no_way_out(repository: Repository, tmp_path: Path) -> None:
    if probe(TOOLS, tmp_path) is not Level.NAMESPACE:
        pytest.skip("this machine forbids user namespaces")
    code = """
import socket, pytest
def test_loopback():
    server = socket.create_server(("127.0.0.1", 0))
    socket.create_connection(server.getsockname(), 5).close()
def test_outside():
    with pytest.raises(OSError, match="unreachable"):
        socket.create_connection(("192.0.2.1", 80), 5)
"""
    answer, raw = run(repository, {"tests/test_net.py": code})
    assert answer.outcome is Outcome.PASSED, [finding.message for finding in answer.findings]
    assert answer.details["sandbox"] == json.loads(raw["run.json"])["sandbox"] == "namespace"


def test_the_tree_stays_as_it_was(repository: Repository) -> None:
    litter = "import pathlib\ndef test_it(): pathlib.Path('litter').write_text('x')\n"
    workspace = open_product(repository, {"tests/test_box.py": litter})
    tests.run(workspace, TOOLS, SETTINGS, {"build": built(workspace)})
    assert open_workspace(workspace.root, TOOLS).paths == workspace.paths


def test_workers_of_xdist_are_recorded_once(repository: Repository) -> None:
    pytest.importorskip("xdist")
    more = {"tests/test_more.py": "def test_one(): pass\ndef test_two(): assert False\n"}
    answer, _ = run(repository, more, replace(SETTINGS, arguments=("-n", "2")))
    assert (answer.outcome, answer.counters["collected"], answer.counters["passed"]) == (Outcome.FAILED, 3, 2)


def test_workers_of_xdist_name_a_file_that_cannot_be_imported_once(repository: Repository) -> None:
    broken = {"tests/test_broken.py": "import nothing_of_this_name\n"}
    answer, _ = run(repository, broken, replace(SETTINGS, arguments=("-n", "2")))
    assert [finding.subject for finding in answer.findings] == ["tests/test_broken.py"]


def test_a_test_that_ends_the_process_is_no_pass(repository: Repository) -> None:
    answer, _ = run(repository, {"tests/test_a.py": "import os\ndef test_exit(): os._exit(0)\n"})
    assert (answer.outcome, answer.sentence) == (Outcome.ERROR, "the test run did not come to its end")


def test_a_test_that_hangs_is_stopped(repository: Repository) -> None:
    hang = {"tests/test_a.py": "import time\ndef test_hang(): time.sleep(600)\n"}
    with pytest.raises(ToolError, match="did not end within 5 s"):
        run(repository, hang, replace(SETTINGS, timeout=5))


def test_a_pass_that_is_written_before_the_real_end_is_seen(repository: Repository) -> None:
    """A forger must know more than where the records are."""
    forged = '{"event": "result", "id": "x", "outcome": "passed", "seconds": 0, "message": ""}'
    code = f"import os\ndef test_it():\n    open(os.environ['SDLC_TEST_RECORDS'], 'a').write('{forged}\\n')\n"
    answer, _ = run(repository, {"tests/test_a.py": code})
    assert answer.outcome is Outcome.ERROR
    assert "JUnit" in answer.sentence


def test_a_run_that_is_forged_whole_is_seen_by_its_exit_code(repository: Repository) -> None:
    """Who also forges JUnit and the exit code wins: tests are product code, as the gate's page says."""
    lines = ['{"event": "start"}', '{"event": "collected", "id": "x"}']
    lines += ['{"event": "result", "id": "x", "outcome": "passed", "seconds": 0, "message": ""}']
    lines += ['{"event": "end", "exit": 0}']
    forged = "\n".join(lines) + "\n"
    code = "import os\ndef test_it():\n"
    code += f"    open(os.environ['SDLC_TEST_RECORDS'], 'w').write({forged!r})\n    os._exit(7)\n"
    answer, _ = run(repository, {"tests/test_a.py": code})
    assert (answer.outcome, answer.sentence) == (
        Outcome.ERROR,
        "pytest's process ended with 7, its records say 0",
    )


def test_a_junit_file_that_lies_in_the_workspace_is_not_believed(repository: Repository) -> None:
    _, raw = run(repository, {"junit.xml": "<testsuites/>", "records.jsonl": "{}"})
    assert b"test_double" in raw["junit.xml"]
    assert b"test_double" in raw["records.jsonl"]


def test_records_behind_a_link_are_not_read(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    code = "import os\ndef test_it():\n    p = os.environ['SDLC_TEST_RECORDS']\n    os.unlink(p)\n"
    code += f"    os.symlink({str(tmp_path / 'key')!r}, p)\n"
    with pytest.raises(ToolError, match="did not start"):
        run(repository, {"tests/test_a.py": code})


def test_the_plug_in_of_a_product_called_sdlc_is_ours(repository: Repository) -> None:
    """Its harness is the one that it ships, and its own plug-in, which lies, is not the one that records."""
    files: dict[str, str | bytes] = {
        "pyproject.toml": PYPROJECT.replace("src/box", "src/sdlc"),
        "src/box/__init__.py": "",
        "src/sdlc/__init__.py": "",
        "src/sdlc/harness/__init__.py": "WHOSE = 'the product'\n",
        "src/sdlc/harness/pytest_plugin.py": "raise SystemExit(0)\n",
        "tests/test_box.py": "from sdlc.harness import WHOSE\n\ndef test_whose():\n    assert WHOSE == 'the product'\n",
    }
    answer, raw = run(repository, files, replace(SETTINGS, paths=("tests/test_box.py::test_whose",)))
    assert answer.outcome is Outcome.PASSED, answer.sentence
    assert load_records(raw["records.jsonl"]).matching("tests/test_box.py::test_whose")[0].outcome == "passed"


def test_without_a_build_there_is_nothing_to_test(repository: Repository) -> None:
    with pytest.raises(ToolError, match="the build did not answer"):
        tests.run(open_product(repository), TOOLS, SETTINGS, {})


def test_pytest_that_cannot_start_says_why(repository: Repository) -> None:
    with pytest.raises(ToolError, match=r"pytest did not start: .*no-such-option"):
        run(repository, settings=replace(SETTINGS, arguments=("--no-such-option",)))


def test_where_there_are_no_tests(repository: Repository) -> None:
    bare = {name: content for name, content in PRODUCT.items() if not name.startswith("tests/")}
    workspace = open_workspace(repository(bare), TOOLS)
    assert tests.not_applicable(workspace, SETTINGS) == "there is no test_*.py"


def test_paths_where_nothing_is_are_named(repository: Repository) -> None:
    workspace = open_product(repository)
    assert "checks" in (tests.not_applicable(workspace, tests.Settings(paths=("checks",))) or "")
    assert tests.not_applicable(workspace, SETTINGS) is None
    assert tests.not_applicable(workspace, tests.Settings(paths=("tests/test_box.py",))) is None
