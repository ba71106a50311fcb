"""
Do the product's own tests pass on the very wheel that is going to be shipped?

**Why.** A test run on the checkout tests something that nobody installs. The gate runs pytest in the environment that
the `build` gate made, in a copy of the tree, in the sandbox: loopback is there, the network is not. The product's
modules come from the installed wheel even where the tree has them too. Our plug-in records each test: collected, ran,
passed, skipped, expected to fail, deselected. Other gates cite those records.

**How it can be wrong.** Tests are product code: a hostile test can write records that never happened. That is why the
job which runs them holds no key, and why a control's evidence is also bound to the code that it covers. A run that
ends early, collects nothing, or contradicts its JUnit file is an error, never a pass. A process that a test starts may
import the modules of the tree instead of the installed ones.

**How to fix a finding.** Run the command that the finding names; mend the code, or the test if it is wrong.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context, dump_tools
from sdlc.formats.test_records import version_of
from sdlc.gates.build import copy_tree
from sdlc.model.result import Context, RawArtifacts, ToolVersion
from sdlc.readings.tests import NEEDS, Settings
from sdlc.sandbox.confine import Limits, clean_environment, confined, probe, product_path
from sdlc.sandbox.harness_folder import lay_out_plugin
from sdlc.tools import Tools
from sdlc.workspace import Workspace

ID = "tests"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]

OUTPUT_BYTES = 64 * 1024


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:
    """Why there are no tests to run."""
    if not workspace.matching("test_*.py", "*/test_*.py", "*_test.py"):
        return "there is no test_*.py"
    files = [path.partition("::")[0] for path in settings.paths]
    if not any(workspace.matching(path, f"{path.rstrip('/')}/*") for path in files):
        return f"sdlc.toml: gates.tests.paths: nothing is at {', '.join(settings.paths)}"
    return None


def run(workspace: Workspace, tools: Tools, settings: Settings, inputs: Mapping[str, RawArtifacts]) -> RawArtifacts:
    """pytest with our plug-in, in the sandbox, on the built wheel."""
    if "build" not in inputs:
        raise ToolError(
            "the build did not answer, so there is nothing to test",
            hint="let the build gate pass first: [gates.build] in sdlc.toml, then sdlc check --gate build -v",
        )
    built = inputs["build"]
    python = workspace.python_of_product
    with tempfile.TemporaryDirectory(prefix="sdlc-tests-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        home, results = folder / "home", folder / "results"
        home.mkdir()
        results.mkdir()
        tree = copy_tree(workspace, folder / "tree")
        modules = _modules(built, settings)
        path, plugin = lay_out_plugin(folder / "path", modules)
        level = probe(tools, tree)
        command = [str(python), "-m", "pytest", "-p", plugin, "-p", "no:cacheprovider", "-q"]
        command += [f"--rootdir={tree}", f"--junitxml={results / 'junit.xml'}"]
        done = tools.run(
            *confined([*command, *settings.arguments, *settings.paths], level, Limits(cpu_seconds=settings.timeout)),
            cwd=tree,
            timeout=settings.timeout,
            ok=frozenset(range(256)),  # the reading judges pytest's exit code by the records
            env=clean_environment(
                home,
                PATH=product_path(python),
                PYTHONPATH=str(path),
                SDLC_TEST_RECORDS=str(results / "records.jsonl"),
                SDLC_TESTED_MODULES=" ".join(modules),
            ),
        )
        records, junit = _result(results / "records.jsonl"), _result(results / "junit.xml")
    if not records:
        raise ToolError(
            f"pytest did not start: {_complaint(done.stdout + done.stderr)}",
            hint="add pytest to the locked development requirements",
        )
    document = strict_json.loads_object(built["build.json"], what="build.json")
    pytest = [row["version"] for row in document["packages"] if row["name"] == "pytest"]
    run = {"sandbox": level.value, "exit": done.exit_code, "artifacts": document["artifacts"]}
    return {
        "records.jsonl": records,
        "junit.xml": junit,
        "output.txt": (done.stdout + done.stderr)[-OUTPUT_BYTES:],
        "run.json": strict_json.dumps(run),
        "context.json": dump_context(Context(files=workspace.matching("*test*.py"))),
        "tools.json": dump_tools([ToolVersion("pytest", pytest[0] if pytest else version_of(records) or "unknown")]),
    }


def _modules(built: RawArtifacts, settings: Settings) -> list[str]:
    """The top-level modules of the built wheels; a folder of tests that got into a wheel is not one of them."""
    names: set[str] = set()
    for wheel in (data for name, data in built.items() if name.endswith(".whl")):
        try:
            with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
                names |= {entry.partition("/")[0].partition(".py")[0] for entry in archive.namelist()}
        except zipfile.BadZipFile:
            raise UnreadableError("the built wheel is no zip file", hint="look at the build command") from None
    tests = {path.partition("::")[0].partition("/")[0] for path in settings.paths}
    return sorted(name for name in names - tests if name.isidentifier())


def _result(path: Path) -> bytes:
    """A file that pytest wrote; product code could have put a link in its place, which is not followed."""
    return path.read_bytes() if path.is_file() and not path.is_symlink() else b""


def _complaint(output: bytes) -> str:
    """The last line that speaks of an error, else the last line."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it printed nothing"])[-1][:200]
