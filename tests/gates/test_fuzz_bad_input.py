"""Harnesses that misbehave: each ends with its own clear outcome, the others go on, nothing outside changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.products import PRODUCT, TOOLS, built, open_product

from sdlc.gates import fuzz
from sdlc.model.result import Context, Outcome, RawArtifacts
from sdlc.readings import fuzz as reading
from sdlc.sandbox.confine import Level, probe

pytestmark = pytest.mark.slow
Repository = Callable[..., Path]
BOX = "def parse(text):\n    return text\n"
HEAD = "import ctypes, os, pathlib, shutil, socket, subprocess, sys, time\nfrom box import parse\n"
HEAD += "from sdlc.harness import fuzz\n\n"
GOOD = "@fuzz()\ndef fuzz_good(data):\n    parse(data)\n"
SETTINGS = fuzz.Settings(seconds=3)


@pytest.fixture
def sealed(tmp_path: Path) -> None:
    if probe(TOOLS, tmp_path, sealed=True) is not Level.SEALED:
        pytest.skip("this machine has no Landlock, no seccomp, or no user namespaces")


def harness(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{HEAD}@fuzz()\ndef fuzz_bad(data):\n    parse(data)\n{lines}\n"


def run(repository: Repository, bad: str, seconds: float = 3, grace: float = 20) -> tuple[dict[str, Any], RawArtifacts]:
    """The row of the bad harness; the good one beside it must have run."""
    files: dict[str, str | bytes] = {
        **PRODUCT,
        "src/box/__init__.py": BOX,
        "tests/test_box.py": "def test_nothing():\n    pass\n",
        "fuzz/fuzz_bad.py": bad,
        "fuzz/fuzz_good.py": HEAD + GOOD,
    }
    workspace = open_product(repository, files)
    built(workspace)
    folder = workspace.root.parent / "scratch"
    folder.mkdir()
    campaign = replace(fuzz.campaign(workspace, TOOLS, SETTINGS, folder), grace=grace)
    rows, inputs = campaign.run([Path("fuzz/fuzz_bad.py"), Path("fuzz/fuzz_good.py")], seconds)
    good = next(row for row in rows if row["name"] == "fuzz_good")
    assert not good["problems"]
    assert sum(engine["executions"] for engine in good["engines"].values()) > 100
    document = {"schema": "sdlc.fuzz/2", "sandbox": campaign.level.value, "harnesses": rows}
    raw = {**inputs, "fuzz.json": json.dumps(document).encode()}
    return next(row for row in rows if row["name"] != "fuzz_good"), raw


def sentence(raw: RawArtifacts) -> str:
    answer = reading.read(raw, SETTINGS, Context(files=("src/box/__init__.py", "fuzz/fuzz_bad.py")))
    assert answer.outcome is Outcome.ERROR
    return answer.sentence


@pytest.mark.parametrize("code", ["time.sleep(10 ** 6)\n", "while True:\n    pass\n"])
def test_hanging_at_import(repository: Repository, code: str) -> None:
    row, raw = run(repository, HEAD + code)
    assert row["name"] == ""
    assert sentence(raw).startswith("fuzz/fuzz_bad.py: the harness cannot be imported: python ")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sys.exit(3)\n", "exited with 3"),
        ("os._exit(0)\n", "ended without a report"),
        ("raise BaseException('no')\n", "exited with 1: BaseException: no"),
        ("ctypes.string_at(0)\n", "killed by SIGSEGV"),
        ("while True:\n    print('x' * 10 ** 6)\n", "printed more than 67108864 bytes"),
    ],
)
def test_misbehaving_at_import(repository: Repository, code: str, said: str) -> None:
    row, raw = run(repository, HEAD + code)
    assert row["name"] == ""
    assert sentence(raw).startswith("fuzz/fuzz_bad.py: the harness cannot be imported: ")
    assert said in sentence(raw)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("if len(data) > 3:\n    os._exit(0)", "hypothesis: the harness ended the process after "),
        ("time.sleep(0.1)", "inputs, so nothing was searched"),
        ("time.sleep(10 ** 6)", "hypothesis: python did not end within "),
    ],
)
def test_a_harness_that_did_not_search(repository: Repository, body: str, said: str) -> None:
    _, raw = run(repository, harness(body), seconds=2, grace=15)
    assert "fuzz/fuzz_bad.py: fuzz_bad: " in sentence(raw)
    assert said in sentence(raw)


@pytest.mark.parametrize(
    ("body", "exception", "words"),
    [
        ("raise SystemExit(0)", "SystemExit", "0"),
        ("raise BaseException('no')", "BaseException", "no"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("sys.exit('bye')", "SystemExit", "bye"),
    ],
)
def test_what_is_no_exception_is_a_crash(repository: Repository, body: str, exception: str, words: str) -> None:
    row, _ = run(repository, harness(f"if b'!' in data:\n    {body}"))
    [crash] = row["crashes"]
    assert not row["problems"]
    assert (crash["exception"], crash["message"], crash["replayed"]) == (exception, words, True)


def test_a_fault_of_native_code_is_a_crash_and_the_search_goes_on_behind_it(repository: Repository) -> None:
    body = "if b'!' in data:\n    ctypes.string_at(0)\nif b'?' in data:\n    raise ValueError('asked')"
    row, raw = run(repository, harness(body), seconds=6)
    assert not row["problems"]
    found = {crash["exception"]: crash for crash in row["crashes"]}
    assert set(found) == {"SIGSEGV", "ValueError"}
    assert found["SIGSEGV"]["replayed"]
    assert b"!" in raw[found["SIGSEGV"]["input"]]


def test_printing_without_end_is_no_answer_and_no_harm(repository: Repository) -> None:
    row, _ = run(repository, harness("print('x' * 10 ** 6)\nos.write(2, b'y' * 10 ** 6)"))
    assert not row["problems"]
    assert not row["crashes"]
    assert sum(engine["executions"] for engine in row["engines"].values()) > 100


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("socket.create_connection(('127.0.0.1', 9))", "(the harness opened a socket, which a fuzz target must not)"),
        ("socket.socket(socket.AF_UNIX).connect('x')", "(the harness opened a socket, which"),
    ],
)
def test_a_socket_is_refused_and_named(sealed: None, repository: Repository, body: str, words: str) -> None:
    row, _ = run(repository, harness(body))
    [crash] = row["crashes"]
    assert crash["exception"] == "PermissionError"
    assert words in crash["message"]


def test_a_harness_that_forks(repository: Repository) -> None:
    body = "if os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\nelse:\n    os.wait()"
    row, raw = run(repository, harness(body))
    assert "times; a fuzz target stays one process" in sentence(raw)
    assert not row["crashes"]


def test_a_process_that_hides_ends_with_the_phase(sealed: None, repository: Repository, tmp_path: Path) -> None:
    mark = f"{tmp_path.name}-stays"
    command = f"[sys.executable, '-c', 'import time; time.sleep(300)', {mark!r}]"
    body = f"subprocess.Popen({command}, start_new_session=True)"
    run(repository, harness(f"if not globals().get('once'):\n    globals()['once'] = 1\n    {body}"))
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in lines if mark.encode() in line]


@pytest.mark.parametrize(
    "act",
    [
        "os.remove({0!r})",
        "pathlib.Path({0!r}).write_text('changed')",
        "os.truncate({0!r}, 0)",
        "shutil.rmtree({1!r})",
        "os.rename({0!r}, {0!r} + 'x')",
        "os.symlink('x', {1!r} + '/link')",
        "shutil.rmtree('src')",
    ],
)
def test_files_outside_of_its_folder_stay(sealed: None, repository: Repository, tmp_path: Path, act: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("as it was")
    row, _ = run(repository, harness(act.format(str(outside / "kept"), str(outside))))
    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_text() == "as it was"
    [crash] = row["crashes"]
    assert crash["exception"] == "PermissionError"


def test_one_large_file(repository: Repository) -> None:
    row, _ = run(repository, harness("with open(os.environ['HOME'] + '/big', 'wb') as f:\n    f.write(bytes(1 << 27))"))
    assert {crash["message"] for crash in row["crashes"]} == {"[Errno 27] File too large"}


def test_ten_gigabytes_in_many_files(sealed: None, repository: Repository, tmp_path: Path) -> None:
    body = "home = os.environ['HOME']\nfor n in range(200):\n    open(f'{home}/{n}', 'wb').write(b'x' * 50_000_000)"
    largest = [0]
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.2):
            files = (tmp_path / "scratch").glob("fuzz_bad-*/home/*")
            largest[0] = max(largest[0], sum(path.stat().st_size for path in files if path.exists()))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        _, raw = run(repository, harness(body))
    finally:
        done.set()
        watcher.join()
    assert "more than 268435456 bytes were written" in sentence(raw)
    assert largest[0] < 3 * 10**9
