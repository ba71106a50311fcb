"""The gate on real repositories with the real search, and on tools that fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import commit, git
from fakes.credentials import Mint, samples
from fakes.tools import FakeTools, SabotagedTools

from sdlc.credentials.revoked import PATH as REVOKED
from sdlc.errors import IncompleteError, ToolError
from sdlc.formats.context_json import load_context
from sdlc.gates import secrets as gate
from sdlc.model.finding import Confidence
from sdlc.model.result import UNSTORED, Outcome, Reading
from sdlc.readings.secrets import Settings, read
from sdlc.tools import Completed, LocalTools
from sdlc.workspace import extract_base, open_workspace

TOOLS = LocalTools(os.environ)
MINT = Mint(7)
TOKEN = MINT.crc("gh" + "p")
PASSWORD = MINT.password()
Make = Callable[..., Path]


def check(root: Path, settings: Settings | None = None, since: str = "", whole: bool = False) -> Reading:
    settings = settings or Settings()
    raw = gate.run(open_workspace(root, TOOLS, since=since, whole_history=whole), TOOLS, settings, {})
    kept = {name: data for name, data in raw.items() if not name.startswith(UNSTORED)}
    return read(kept, settings, load_context(raw["context.json"]))


def rules(reading: Reading) -> list[tuple[str, str]]:
    return [(finding.rule, str(finding.place or finding.subject)) for finding in reading.findings]


def test_a_token_in_the_tree_fails(repository: Make) -> None:
    reading = check(repository({"app.py": f'clone("{TOKEN}")\n', "README.md": "words"}))
    assert reading.outcome is Outcome.FAILED
    assert rules(reading) == [("github-token", "app.py:1")]
    (finding,) = reading.findings
    assert finding.confidence is Confidence.HIGH
    assert finding.fingerprint in finding.fix
    assert (reading.counters["files"], reading.counters["commits"]) == (2, 1)


def test_a_clean_tree_passes(repository: Make) -> None:
    reading = check(repository({"app.py": "import os\n\nTOKEN = os.environ['TOKEN']\n"}))
    assert (reading.outcome, reading.findings) == (Outcome.PASSED, ())
    assert reading.sentence.startswith("1 files, 1 commits, ")


def test_every_sample_is_found_in_the_tree_and_in_the_history(repository: Make) -> None:
    there = samples(seed=1)
    root = repository({sample.name: sample.text for sample in there})
    found = {path for _, path in rules(check(root))}
    assert {path.rpartition(":")[0] for path in found} == {sample.name for sample in there}
    git(root, "rm", "-qr", ".")
    commit(root, {"README": "all gone\n"})
    reading = check(root)
    assert {rule for rule, _ in rules(reading)} == {"secret-in-history"}
    assert {path.rpartition(":")[0] for _, path in rules(reading)} == {sample.name for sample in there}


def test_a_secret_that_is_gone_stays_until_its_revocation_is_recorded(repository: Make) -> None:
    root = repository({"app.py": f'clone("{TOKEN}")\n'})
    first = git(root, "rev-parse", "HEAD").strip()
    fingerprint = check(root).findings[0].fingerprint
    commit(root, {"app.py": "clone()\n"})
    (finding,) = check(root).findings
    assert (finding.rule, finding.fingerprint) == ("secret-in-history", fingerprint)
    assert finding.properties["commit"] == first
    assert "no longer in the tree" in finding.message
    entry = f'fingerprint = "{fingerprint}"\nwho = "Dana"\nwhen = 2026-01-02\nhow = "deleted in the account"\n'
    document = f'schema = "sdlc.revoked-secrets/1"\n[[revoked]]\n{entry}'
    (root / REVOKED).parent.mkdir()
    (root / REVOKED).write_text(document)
    assert check(root).outcome is Outcome.FAILED, "not from the work tree: the base commit alone counts"
    commit(root, {})
    reading = check(root)
    assert reading.outcome is Outcome.PASSED
    assert (reading.counters["revoked"], reading.counters["findings"]) == (1, 0)
    assert reading.findings[0].suppressed == "revoked on 2026-01-02 by Dana: deleted in the account"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ('schema = "sdlc.revoked-secrets/1"\n[[revoked]]\nfingerprint = "*"\nwho = "Dana"', "revoked.0.fingerprint"),
        ('schema = "sdlc.revoked-secrets/1"\n[[revoked]]\nfingerprint = "f1:0*"\nwho = "Dana"', "revoked.0.finger"),
        ("revoked = [", "revoked-secrets.toml: "),
        ("[[revoked]]", "revoked-secrets.toml: schema"),
    ],
)
def test_a_record_of_revocations_that_is_wrong(
    repository: Make, cli: Callable[..., object], document: str, said: str
) -> None:
    root = repository({"app.py": f'clone("{TOKEN}")\n', REVOKED: document})
    done = cli("check", "--gate", "secrets", cwd=root)
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 4, done.stdout
    assert said in done.stdout
    assert "Traceback" not in done.stderr


def test_since_looks_at_the_new_commits_alone(repository: Make) -> None:
    root = repository({"old.py": f'clone("{TOKEN}")\n'})
    commit(root, {"old.py": "clone()\n"})
    commit(root, {"new.py": f'DB_PASSWORD = "{PASSWORD}"\n'})
    commit(root, {"new.py": "DB_PASSWORD = None\n"})
    assert rules(check(root, since="HEAD~2")) == [("secret-in-history", "new.py:1")]
    assert rules(check(root, since="HEAD~1")) == []
    assert check(root, since="HEAD~2").counters["commits"] == 2
    assert check(root, since="HEAD~2").details["history"] == "since"
    assert len(rules(check(root, since="HEAD~1", whole=True))) == 2, "a release looks at all of them"


def test_the_base_tree_is_searched_without_its_history(repository: Make, tmp_path: Path) -> None:
    root = repository({"old.py": f'clone("{TOKEN}")\n'})
    commit(root, {"more.py": "x = 1\n"})
    head = open_workspace(root, TOOLS, since="HEAD~1")
    (tmp_path / "base").mkdir()
    raw = gate.run(extract_base(head, TOOLS, tmp_path / "base"), TOOLS, Settings(), {})
    base = read(raw, Settings(), load_context(raw["context.json"]))
    assert base.details["history"] == "none"
    assert [f.fingerprint for f in base.findings] == [f.fingerprint for f in check(root, since="HEAD~1").findings]


def test_the_name_of_a_secret_is_the_same_in_every_clone_and_place(repository: Make, tmp_path: Path) -> None:
    pem = MINT.pem("pkcs8")
    one_line = json.dumps({"key": pem})
    root = repository({"a.pem": pem, "b.json": one_line, "c.py": f'KEY = """\n    {pem}"""\n'})
    names = {finding.fingerprint for finding in check(root).findings}
    assert len(names) == 1
    git(tmp_path, "clone", "-q", str(root), "clone")
    assert {finding.fingerprint for finding in check(tmp_path / "clone").findings} == names
    other = repository({"README": "begun elsewhere", "a.pem": pem}, "other")
    assert names.isdisjoint({finding.fingerprint for finding in check(other).findings})


def test_attributes_and_merges_hide_nothing(repository: Make) -> None:
    root = repository({".gitattributes": "*.py binary -diff filter=x\n*.pem export-ignore\n", "a.py": "x = 1\n"})
    git(root, "switch", "-qc", "side")
    commit(root, {"b.py": "y = 1\n"})
    git(root, "switch", "-q", "main")
    commit(root, {"c.py": "z = 1\n"})
    git(root, "merge", "-q", "--no-commit", "side")
    commit(root, {"evil.py": f'clone("{TOKEN}")\n'}, "merge")
    commit(root, {"hidden.py": f'DB_PASSWORD = "{PASSWORD}"\n'})
    git(root, "rm", "-q", "evil.py", "hidden.py")
    commit(root, {"d.py": "w = 1\n"})
    assert {place for _, place in rules(check(root))} == {"evil.py:1", "hidden.py:1"}


def test_a_commits_message_is_looked_at(repository: Make) -> None:
    root = repository({"a.py": "x = 1\n"})
    commit(root, {"b.py": "y = 1\n"}, f"Use the token {TOKEN}")
    (finding,) = check(root).findings
    assert finding.rule == "secret-in-history"
    assert finding.subject == "commit " + git(root, "rev-parse", "HEAD")[:12]


def test_what_is_no_text_is_counted_by_name(repository: Make) -> None:
    files: dict[str, str | bytes] = {
        "image.dcm": b"\0" * 128 + b"DICM" + bytes(range(11, 256)) + TOKEN.encode() + b"\0",
        "latin.txt": f"Schl\xfcssel\ntoken: {TOKEN}\n".encode("latin-1"),
        "wide.txt": f"\ufefftoken: {TOKEN}\n".encode("utf-16-le"),
        "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:12\n",
        "empty": b"",
        "skipped.py": f'clone("{TOKEN}")\n',
    }
    root = repository(files)
    (root / "link.txt").symlink_to("latin.txt")
    (root / "round").symlink_to("round")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD').strip()},inner")
    git(root, "commit", "-qm", "a repository inside")
    reading = check(root, Settings(exclude=("skipped.*",)))
    assert {place for _, place in rules(reading)} == {"image.dcm:1", "latin.txt:2", "wide.txt:1"}
    counted = {name: reading.counters[name] for name in ("binaries", "other-encoding", "lfs-pointers")}
    assert counted == {"binaries": 1, "other-encoding": 2, "lfs-pointers": 1}
    assert [reading.counters[name] for name in ("links", "submodules", "excluded", "files")] == [2, 1, 1, 5]
    for said in ("1 binary", "2 links", "1 submodules", "1 excluded", "(LFS)"):
        assert said in reading.sentence


@pytest.mark.parametrize("in_tree", [True, False])
def test_a_text_that_is_too_large_is_an_error(repository: Make, in_tree: bool) -> None:
    root = repository({"a.py": "x = 1\n", "huge.log": b"x" * (64 * 1024 * 1024 + 1)})
    if not in_tree:
        git(root, "rm", "-q", "huge.log")
        commit(root, {"b.py": "y = 1\n"})
    reading = check(root)
    assert reading.outcome is Outcome.ERROR
    assert reading.sentence.startswith("not all was looked at: huge.log: is larger than 64 MiB")
    assert check(root, Settings(exclude=("huge.log",))).outcome is Outcome.PASSED


@pytest.mark.parametrize("in_tree", [True, False])
def test_a_binary_file_that_is_too_large_is_counted_and_said(repository: Make, in_tree: bool) -> None:
    root = repository({"a.py": "x = 1\n", "huge.dcm": b"\0" * (64 * 1024 * 1024 + 1)})
    if not in_tree:
        git(root, "rm", "-q", "huge.dcm")
        commit(root, {"b.py": "y = 1\n"})
    reading = check(root)
    assert reading.outcome is Outcome.PASSED
    assert reading.counters["large-binaries"] == 1
    assert reading.sentence.endswith("; 1 binary over 64 MiB not looked at")


def test_more_than_anybody_would_read_is_an_error(repository: Make) -> None:
    mint = Mint(11)
    reading = check(repository({"all.txt": "\n".join(mint.crc("gh" + "p") for _ in range(600))}))
    assert reading.outcome is Outcome.ERROR
    assert "all.txt: more matches" in reading.sentence


def test_a_shallow_clone_is_an_error(repository: Make, tmp_path: Path) -> None:
    root = repository({"a.py": "x = 1\n"})
    commit(root, {"b.py": "y = 1\n"})
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    with pytest.raises(IncompleteError, match="shallow clone"):
        check(tmp_path / "shallow")


def test_a_subfolder_has_its_own_files_and_versions(repository: Make) -> None:
    root = repository({"one/a.py": f'clone("{TOKEN}")\n', "two/b.py": f'DB_PASSWORD = "{PASSWORD}"\n'})
    commit(root, {"one/a.py": "clone()\n", "two/b.py": "DB_PASSWORD = None\n"})
    assert rules(check(root / "two")) == [("secret-in-history", "b.py:1")]


@pytest.mark.parametrize(
    ("comment", "suppressed", "note"),
    [
        ("# nosec github-token -- made for this test, opens nothing", True, ""),
        ("# nosec github-token", False, "gives no reason"),
        ("# nosec", False, "does not name github-token"),
        ("# nosec private-key -- made for this test", False, "does not name github-token"),
    ],
)
def test_a_comment_counts_with_a_reason(repository: Make, comment: str, suppressed: bool, note: str) -> None:
    for text in (f'clone("{TOKEN}")  {comment}\n', f'{comment}\nclone("{TOKEN}")\n'):
        reading = check(repository({"a.py": text}, f"product-{len(text)}-{text[0] == '#'}"))
        assert bool(reading.findings[0].suppressed) is suppressed
        assert note in reading.findings[0].properties.get("suppression", "")
        assert reading.outcome is (Outcome.PASSED if suppressed else Outcome.FAILED)
        assert reading.counters["suppressed"] == int(suppressed)


def test_a_generic_kind_is_advice_in_tests_and_documentation(repository: Make) -> None:
    line = f'DB_PASSWORD = "{PASSWORD}"\n'
    reading = check(repository({"src/a.py": line, "tests/test_a.py": line, "docs/a.md": line, "attestation.py": line}))
    sure = {str(f.place) for f in reading.findings if f.confidence is Confidence.HIGH}
    assert sure == {"src/a.py:1", "attestation.py:1"}
    assert len(reading.findings) == 4


def test_names_of_files_that_are_no_utf_8(repository: Make) -> None:
    root = repository({"a.py": "x = 1\n"})
    name = os.fsencode(str(root)) + b"/t\xff.py"
    with open(name, "wb") as stream:
        stream.write(f'clone("{TOKEN}")\n'.encode())
    commit(root, {})
    assert rules(check(root)) == [("github-token", "t\\xff.py:1")]


def test_modules_of_the_workspace_are_not_imported(repository: Make) -> None:
    trap = "raise SystemExit('imported from the workspace')\n"
    root = repository({"json.py": trap, "detect_secrets/__init__.py": trap, "sdlc/__init__.py": trap})
    assert check(root).outcome is Outcome.PASSED


def test_the_same_tree_gives_the_same_reading(repository: Make) -> None:
    root = repository({"a.py": f'clone("{TOKEN}")\n'})
    assert check(root) == check(root)


def test_not_applicable_without_a_file(repository: Make) -> None:
    assert gate.not_applicable(open_workspace(repository({}), TOOLS), Settings()) == "there is no file"


def test_applicable_with_one(repository: Make) -> None:
    assert gate.not_applicable(open_workspace(repository({"a": ""}), TOOLS), Settings()) is None


def lying(answer: Callable[[tuple[str, ...]], bytes | Completed | None]) -> FakeTools:
    """The real tools, but for what `answer` says about a command line."""

    def run(argv: tuple[str, ...], cwd: Path) -> bytes | Completed:
        said = answer(argv)
        return said if said is not None else TOOLS.run(*argv, cwd=cwd, timeout=60)

    return FakeTools(run)


@pytest.mark.parametrize(
    "printed",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema":"sdlc.search/1"}',
        b'{"schema":"sdlc.search/2","documents":1,"overflows":[],"matches":[]}',
        b'{"schema":"sdlc.search/1","documents":1,"overflows":[],"matches":[{"document":7}]}',
        b'{"schema":"sdlc.search/1","documents":1,"overflows":[9],"matches":[]}',
    ],
)
def test_garbage_is_an_error_that_does_not_repeat_it(repository: Make, printed: bytes) -> None:
    workspace = open_workspace(repository({"a.py": "x = 1\n"}), TOOLS)
    with pytest.raises(ToolError, match="search for secrets") as caught:
        gate.run(workspace, lying(lambda argv: printed if argv[0] == "python" else None), Settings(), {})
    assert printed.decode() not in caught.value.message or not printed


def test_a_search_that_leaves_a_file_out_is_an_error(repository: Make) -> None:
    workspace = open_workspace(repository({"a.py": "x = 1\n", "b.py": "y = 1\n"}), TOOLS)
    printed = b'{"schema":"sdlc.search/1","documents":1,"overflows":[],"matches":[]}'
    with pytest.raises(ToolError, match="left out a file"):
        gate.run(workspace, lying(lambda argv: printed if argv[0] == "python" else None), Settings(), {})


def test_a_crash_is_an_error(repository: Make) -> None:
    workspace = open_workspace(repository({"a.py": "x = 1\n"}), TOOLS)
    crash = Completed(1, b"", b"", 0.0)
    with pytest.raises(ToolError, match="python exited with 1"):
        gate.run(workspace, lying(lambda argv: crash if argv[0] == "python" else None), Settings(), {})


@pytest.mark.parametrize(("script", "said"), [("exit 3", "exited with 3"), ("sleep 60", "did not end within")])
def test_a_search_that_dies_or_hangs_is_an_error(repository: Make, tmp_path: Path, script: str, said: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    workspace = open_workspace(repository({"a.py": "x = 1\n"}), TOOLS)
    with pytest.raises(ToolError, match=said):
        gate.run(workspace, SabotagedTools(os.environ, "python", program), Settings(timeout=1.0), {})


def test_a_missing_detect_secrets_is_an_error(repository: Make, tmp_path: Path) -> None:
    workspace = open_workspace(repository({"a.py": "x = 1\n"}), TOOLS)
    with pytest.raises(ToolError, match="is not installed"):
        gate.run(workspace, SabotagedTools(os.environ, "detect-secrets", tmp_path / "none"), Settings(), {})


@pytest.mark.parametrize("command", ["cat-file", "diff-tree", "rev-list", "log", "ls-files"])
def test_a_git_that_fails_is_an_error(repository: Make, tmp_path: Path, command: str) -> None:
    root = repository({"a.py": "x = 1\n"})
    commit(root, {"a.py": "x = 2\n"})
    workspace = open_workspace(root, TOOLS)
    program = tmp_path / "git"
    program.write_text(f'#!/bin/sh\ncase "$*" in *" {command} "*) exit 128;; esac\nexec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    with pytest.raises(ToolError, match="git exited with 128"):
        gate.run(workspace, SabotagedTools(os.environ, "git", program), Settings(), {})


def test_an_object_that_is_not_here_is_an_error(repository: Make) -> None:
    root = repository({"a.py": "x = 1\n"})
    name = git(root, "rev-parse", "HEAD:a.py").strip()
    commit(root, {"a.py": "x = 2\n"})
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    with pytest.raises(IncompleteError, match=f"does not have the object {name[:12]}"):
        check(root)
