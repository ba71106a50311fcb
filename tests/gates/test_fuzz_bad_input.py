"""Harnesses that misbehave: each ends with its own clear outcome, the others go on, nothing outside changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
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
SETTINGS = fuzz.Settings(seconds=2)


@pytest.fixture
def sealed(tmp_path: Path) -> None:
    if probe(TOOLS, tmp_path, sealed=True) is not Level.SEALED:
        pytest.skip("this machine has no Landlock, no seccomp, or no user namespaces")


def harness(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{HEAD}@fuzz()\ndef fuzz_bad(data):\n    parse(data)\n{lines}\n"


def run_all(
    repository: Repository, files: dict[str, str], seconds: float, grace: float = 20, import_seconds: float = 30
) -> tuple[dict[str, dict[str, Any]], RawArtifacts]:
    """The rows of bad harnesses by name, or by file; the good one beside them must have run."""
    product: dict[str, str | bytes] = {
        **PRODUCT,
        "src/box/__init__.py": BOX,
        "tests/test_box.py": "def test_nothing():\n    pass\n",
        "fuzz/fuzz_good.py": HEAD + GOOD,
        **files,
    }
    workspace = open_product(repository, product)
    built(workspace)
    folder = workspace.root.parent / "scratch"
    folder.mkdir()
    prepared = fuzz.campaign(workspace, TOOLS, SETTINGS, folder)
    campaign = replace(prepared, grace=grace, import_seconds=import_seconds)
    rows, inputs = campaign.run([*map(Path, files), Path("fuzz/fuzz_good.py")], seconds)
    good = next(row for row in rows if row["name"] == "fuzz_good")
    assert not good["problems"]
    assert sum(engine["executions"] for engine in good["engines"].values()) > 100
    document = {"schema": "sdlc.fuzz/3", "sandbox": campaign.level.value, "harnesses": rows}
    raw = {**inputs, "fuzz.json": json.dumps(document).encode()}
    return {row["name"] or row["file"]: row for row in rows if row["name"] != "fuzz_good"}, raw


def run(repository: Repository, bad: str, seconds: float = 2, grace: float = 20) -> tuple[dict[str, Any], RawArtifacts]:
    """The row of one bad harness."""
    rows, raw = run_all(repository, {"fuzz/fuzz_bad.py": bad}, seconds, grace)
    [row] = rows.values()
    return row, raw


def many(bodies: Sequence[str]) -> str:
    """One file of harnesses `fuzz_bad_0`, `fuzz_bad_1`, …"""
    texts = [harness(body).removeprefix(HEAD).replace("fuzz_bad(", f"fuzz_bad_{n}(") for n, body in enumerate(bodies)]
    return HEAD + "\n\n".join(texts)


def sentence(raw: RawArtifacts) -> str:
    answer = reading.read(raw, SETTINGS, Context(files=("src/box/__init__.py", "fuzz/fuzz_bad.py")))
    assert answer.outcome is Outcome.ERROR
    return answer.sentence


AT_IMPORT = {
    "time.sleep(10 ** 6)\n": "python ",
    "while True:\n    pass\n": "python ",
    "sys.exit(3)\n": "exited with 3",
    "os._exit(0)\n": "ended without a report",
    "raise BaseException('no')\n": "exited with 1: BaseException: no",
    "ctypes.string_at(0)\n": "killed by SIGSEGV",
    "while True:\n    print('x' * 10 ** 6)\n": "printed more than 67108864 bytes",
}


def test_misbehaving_at_import(repository: Repository) -> None:
    files = {f"fuzz/fuzz_bad_{n}.py": HEAD + code for n, code in enumerate(AT_IMPORT)}
    rows, raw = run_all(repository, files, 1, import_seconds=6)
    for file, said in zip(files, AT_IMPORT.values(), strict=True):
        [problem] = rows[file]["problems"]
        assert problem.startswith(f"{file}: the harness cannot be imported: ")
        assert said in problem
    assert sentence(raw).startswith("fuzz/fuzz_bad_0.py: the harness cannot be imported: python ")


NOT_SEARCHED = {
    "if len(data) > 3:\n    os._exit(0)": "words: the harness ended the process after ",
    "time.sleep(0.1)": "",
    "time.sleep(10 ** 6)": "words: python did not end within ",
}


def test_a_harness_that_did_not_search(repository: Repository) -> None:
    rows, raw = run_all(repository, {"fuzz/fuzz_bad.py": many(list(NOT_SEARCHED))}, seconds=4, grace=12)
    for row, said in zip(rows.values(), NOT_SEARCHED.values(), strict=True):
        assert all(said in problem for problem in row["problems"])
        assert bool(row["problems"]) == bool(said)
    said = sentence(raw)
    assert "fuzz/fuzz_bad.py: fuzz_bad_0: words: " in said
    assert "inputs, so nothing was searched" in said


NO_EXCEPTIONS = {
    "raise SystemExit(0)": ("SystemExit", "0"),
    "raise BaseException('no')": ("BaseException", "no"),
    "raise KeyboardInterrupt": ("KeyboardInterrupt", ""),
    "sys.exit('bye')": ("SystemExit", "bye"),
}


def test_what_is_no_exception_is_a_crash(repository: Repository) -> None:
    bad = many([f"if b'!' in data:\n    {body}" for body in NO_EXCEPTIONS])
    rows, _ = run_all(repository, {"fuzz/fuzz_bad.py": bad}, seconds=4)
    for row, expected in zip(rows.values(), NO_EXCEPTIONS.values(), strict=True):
        [crash] = row["crashes"]
        assert not row["problems"]
        assert (crash["exception"], crash["message"], crash["replayed"]) == (*expected, True)


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


def test_a_socket_is_refused_and_named(sealed: None, repository: Repository) -> None:
    bodies = ["socket.create_connection(('127.0.0.1', 9))", "socket.socket(socket.AF_UNIX).connect('x')"]
    rows, _ = run_all(repository, {"fuzz/fuzz_bad.py": many(bodies)}, seconds=3)
    for row in rows.values():
        [crash] = row["crashes"]
        assert crash["exception"] == "PermissionError"
        assert "(the harness opened a socket, which a fuzz target must not)" in crash["message"]


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


ACTS = [
    "os.remove({0!r})",
    "pathlib.Path({0!r}).write_text('changed')",
    "os.truncate({0!r}, 0)",
    "shutil.rmtree({1!r})",
    "os.rename({0!r}, {0!r} + 'x')",
    "os.symlink('x', {1!r} + '/link')",
    "shutil.rmtree('src')",
]


def test_files_outside_of_its_folder_stay(sealed: None, repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("as it was")
    acts = [act.format(str(outside / "kept"), str(outside)) for act in ACTS]
    rows, _ = run_all(repository, {"fuzz/fuzz_bad.py": many(acts)}, seconds=4)
    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_text() == "as it was"
    assert len(rows) == len(ACTS)
    for row in rows.values():
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
