"""What was found is shown nowhere: not its value, and not a plain hash of it, in any output, file or log."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import commit, git, run_sdlc
from fakes.credentials import Mint, samples

from sdlc.formats.check_json import load_check
from sdlc.reports import REPORTS, render

SEED = 41
CODE = """\
import subprocess

from flask import Flask, request

app = Flask(__name__)
app.secret_key = "{value}"
DB_PASSWORD = "{value}"


def listing():
    password = "{value}"
    return subprocess.run("fetch -p {value} " + request.args["folder"], shell=True)
"""


def needles(values: Iterable[str]) -> dict[bytes, str]:
    """What must not be seen: each value (of a key, each line), and its plain digests in hex and base64."""
    wanted: dict[bytes, str] = {}
    for value in values:
        for part in (value, *(line for line in value.splitlines() if len(line) > 40 and "-----" not in line)):
            data = part.encode()
            wanted[data] = part
            for name in ("md5", "sha1", "sha256", "sha512"):
                digest = hashlib.new(name, data, usedforsecurity=False)
                wanted[digest.hexdigest()[:24].encode()] = f"{name} of {part}"
                wanted[base64.b64encode(digest.digest())[:24]] = f"{name} of {part}"
    return wanted


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Every sample in the tree, others in the history, one in a message, one in code that other gates report."""
    root = tmp_path_factory.mktemp("leaks") / "product"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    mint = Mint(SEED)
    gone, here = samples(SEED + 1), samples(SEED)
    commit(root, {"README": "begun\n"})
    commit(root, {f"old/{sample.name}": sample.text for sample in gone})
    git(root, "rm", "-qr", "old")
    token = mint.crc("gh" + "p")
    commit(root, {sample.name: sample.text for sample in here}, f"Add all, with {token}")
    code = CODE.format(value=mint.password())
    commit(
        root, {"app.py": code, "tests/test_app.py": code, "pyproject.toml": '[project]\nname = "p"\nversion = "1"\n'}
    )
    values = [value for sample in (*gone, *here) for value in sample.values]
    return root, [*values, token, code.split('"')[1]]


def leaks(data: bytes, wanted: dict[bytes, str]) -> list[str]:
    return [said for needle, said in wanted.items() if needle in data]


def test_no_value_and_no_plain_hash_is_shown_or_stored(product: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, values = product
    wanted = needles(values)
    assert len(wanted) > 1500
    out = tmp_path / "out"
    done = run_sdlc("check", "-v", "--out", str(out), cwd=root)
    assert done.returncode == 1, done.stdout
    assert leaks((done.stdout + done.stderr).encode(), wanted) == []
    record = load_check((out / "check.json").read_bytes())
    found = {result.gate: len(result.reading.findings) for result in record.results}
    assert found["secrets"] > 130
    assert found["static-analysis"] >= 3, "another gate saw the same lines"
    for format_ in REPORTS:
        for verbose in (False, True):
            assert leaks(render(format_, record, verbose=verbose).encode(), wanted) == []
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        assert leaks(path.read_bytes(), wanted) == [], path
    assert any(b"[redacted]" in path.read_bytes() for path in files)


def test_a_json_report_of_a_pull_request_shows_nothing_either(product: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, values = product
    first = git(root, "rev-list", "--max-parents=0", "HEAD").strip()
    options = ("--since", first, "--format", "json", "-v", "--out", str(tmp_path / "out"))
    done = run_sdlc("check", "--gate", "secrets", *options, cwd=root)
    assert done.returncode == 1, done.stdout
    assert len(json.loads(done.stdout)["gates"][0]["findings"]) > 130
    assert leaks((done.stdout + done.stderr).encode(), needles(values)) == []


def test_a_search_that_breaks_says_nothing_of_what_it_read(product: tuple[Path, list[str]], tmp_path: Path) -> None:
    """Whatever the child says on its way down is its type of error alone."""
    from sdlc.tools import LocalTools

    _, values = product
    line = json.dumps({"kinds": 4, "documents": 1}).encode() + b"\n"
    done = LocalTools(dict(os.environ)).run(
        "python", "-I", "-m", "sdlc.searching.worker", cwd=tmp_path, timeout=60, ok={1},
        stdin=line + values[0].encode(),
    )  # fmt: skip
    assert done.stdout == b""
    assert done.stderr == b"the search failed: UnreadableError\n"
