"""The gate on a real product, built and started in the sandbox: each of its four parts says what is not needed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import commit, git
from fakes.products import PRODUCT, PYPROJECT, TOOLS, built
from fakes.weak_settings import COMPOSE, UNIT, instead, without

from sdlc.errors import UnreadableError
from sdlc.formats.context_json import load_context
from sdlc.gates import attack_surface, hardening
from sdlc.model.finding import Finding
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.readings import hardening as reading
from sdlc.readings.replay import gathered, replay, settings_to_json
from sdlc.workspace import open_workspace

Repository = Callable[..., Path]
MODEL = """\
schema: sdlc.threat-model/1
system: {id: box, title: A box, owner: team}
trust_zones:
  inside: {title: Inside, trust: high}
components:
  server:
    title: The server
    trust_zone: inside
    code: ["src/box/*"]
    surface:
      - {claim: "listen:tcp/8765"}
      - {claim: "cli:**"}
threats:
  reached: {statement: Somebody reaches the port., stride: spoofing, on: [server]}
"""
SERVER = """\
import socket
import time

import packaging


def main():
    held = [socket.create_server(("127.0.0.1", 8765))]
    time.sleep(60)
"""
DECLARING = PYPROJECT.replace('version = "1.0"', 'version = "1.0"\ndependencies = ["packaging"]')
SERVING: dict[str, str | bytes] = {
    **PRODUCT,
    "pyproject.toml": DECLARING,
    "src/box/server.py": SERVER,
    "src/box/__main__.py": "from box.server import main\n\nmain()\n",
    "threat_models/box.yaml": MODEL,
    "deploy/box.toml": "[app]\ndebug = false\n",
    "deploy/box.service": UNIT,
}
SETTINGS = hardening.Settings(defaults=("deploy/box.toml",), start=("python", "-m", "box"), start_seconds=2)
QUICK = replace(SETTINGS, start=())


class Desk:
    """The product, built once; each look is at a copy of it with some files changed."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        git(root, "init", "-q", "-b", "main")
        commit(root, SERVING)
        self.root = root
        self.build = built(open_workspace(root, TOOLS))

    def look(
        self, target: Path, files: Mapping[str, str | bytes], settings: hardening.Settings = QUICK
    ) -> tuple[Reading, RawArtifacts]:
        """What the gate answers for the product with `files`, and the evidence that it leaves."""
        shutil.copytree(self.root, target, symlinks=True)
        commit(target, dict(files))
        workspace = open_workspace(target, TOOLS)
        surface = attack_surface.run(workspace, TOOLS, attack_surface.Settings(), {})
        inputs = {"build": self.build, "attack-surface": surface}
        assert hardening.not_applicable(workspace, settings) is None
        raw = hardening.run(workspace, TOOLS, settings, inputs)
        given = replay(hardening.ID, raw, settings_to_json(settings), inputs)
        again = reading.read(gathered(hardening.ID, raw, inputs), settings, load_context(raw["context.json"]))
        assert given == again
        return given, {**raw, **{f"attack-surface/{name}": data for name, data in surface.items()}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk") / "product")


def said(given: Reading) -> list[tuple[str, str, str]]:
    return [(one.rule, one.subject, str(one.place)) for one in given.findings]


def test_a_product_with_nothing_too_much_passes_and_what_was_looked_at_is_counted(desk: Desk, tmp_path: Path) -> None:
    given, raw = desk.look(tmp_path / "p", {}, SETTINGS)
    assert given.outcome is Outcome.PASSED, (given.sentence, said(given))
    assert given.sentence == (
        "1 dependencies, 1 ports opened, 1 defaults, 12 settings of the system; 0 weak, 0 accepted"
    )
    assert given.details["sandbox"] in ("namespace", "limits")
    tables = json.loads(raw["report.json"])["tables"]
    assert tables["ports"] == [["tcp/8765", "server, loopback", "127.0.0.1", "127.0.0.1", "declared"]]
    assert tables["footprint"][0][:4] == ["packaging", tables["footprint"][0][1], "", "imported at src/box/server.py:4"]
    assert tables["defaults"] == [["app.debug", "false", "deploy/box.toml:2", "", ""]]


def test_the_answer_is_the_same_where_the_attack_surface_is_looked_at_in_another_job(desk: Desk) -> None:
    workspace = open_workspace(desk.root, TOOLS)
    surface = attack_surface.run(workspace, TOOLS, attack_surface.Settings(), {})
    alone = hardening.run(workspace, TOOLS, QUICK, {"build": desk.build})
    joined = replay(hardening.ID, alone, settings_to_json(QUICK), {"build": desk.build, "attack-surface": surface})
    assert joined == replay(hardening.ID, alone, settings_to_json(QUICK), {"build": desk.build})
    assert joined.outcome is Outcome.PASSED
    assert joined.counters["ports"] == 1


def test_an_unused_dependency_is_reported_by_name(desk: Desk, tmp_path: Path) -> None:
    more = DECLARING.replace('["packaging"]', '["packaging", "bottle"]')
    given, _ = desk.look(tmp_path / "p", {"pyproject.toml": more})
    assert given.outcome is Outcome.FAILED
    assert said(given) == [("HARD-UNUSED", "bottle", "pyproject.toml:8")]
    assert "bottle is declared, and nothing uses it" in given.findings[0].message
    allowed = replace(QUICK, allow_unused=("bottle: operators write their own pages with it",))
    assert desk.look(tmp_path / "q", {"pyproject.toml": more}, allowed)[0].outcome is Outcome.PASSED
    unreasoned = replace(QUICK, allow_unused=("bottle",))
    given, _ = desk.look(tmp_path / "r", {"pyproject.toml": more}, unreasoned)
    assert given.outcome is Outcome.ERROR
    assert "allow_unused: 'bottle' is no `name: reason`" in given.sentence


def test_an_import_that_only_came_along_is_reported(desk: Desk, tmp_path: Path) -> None:
    given, _ = desk.look(tmp_path / "p", {"src/box/more.py": "import markupsafe\n"})
    assert said(given) == [("HARD-UNDECLARED", "markupsafe", "src/box/more.py:1")]


def test_port_2323_is_found_where_only_the_started_product_opens_it(desk: Desk, tmp_path: Path) -> None:
    hidden = SERVER.replace("    time.sleep", '    port = int("23" * 2)\n    held.append(telnet(port))\n    time.sleep')
    hidden += '\n\ndef telnet(port):\n    return socket.create_server(("0.0.0.0", port))\n'
    started = replace(SETTINGS, start=("python", "-c", "import sys; sys.path[:0] = ['src']; import box.__main__"))
    given, raw = desk.look(tmp_path / "p", {"src/box/server.py": hidden}, started)
    assert given.outcome is Outcome.FAILED
    (one,) = given.findings
    assert (one.rule, one.subject) == ("HARD-PORT-UNDECLARED", "tcp/2323")
    assert "tcp/2323 is open at 0.0.0.0 by python" in one.message
    assert [row[0] for row in json.loads(raw["report.json"])["tables"]["ports"]] == ["tcp/2323", "tcp/8765"]


def test_debug_fails_with_the_requirement_that_asks_for_it(desk: Desk, tmp_path: Path) -> None:
    given, _ = desk.look(tmp_path / "p", {"deploy/box.toml": "[app]\ndebug = true\n"})
    assert given.outcome is Outcome.FAILED
    assert said(given) == [("HARD-DEBUG", "app.debug", "deploy/box.toml:2")]
    assert "V13.4.2" in given.findings[0].message


def test_one_weakened_setting_is_named(desk: Desk, tmp_path: Path) -> None:
    given, _ = desk.look(tmp_path / "p", {"deploy/box.service": instead(UNIT, "ProtectHome=yes", "ProtectHome=no")})
    assert said(given) == [("HARD-UNIT-FILES", "Service:ProtectHome", "deploy/box.service:9")]
    assert given.findings[0].fix == "Set ProtectHome to yes."


def test_the_baseline_counts_from_the_base_commit_and_says_until_when(desk: Desk, tmp_path: Path) -> None:
    accept = """\
schema = "sdlc.hardening/1"
[[accept]]
rule = "HARD-CONTAINER-WRITABLE"
path = "compose.yaml"
setting = "web:read_only"
reason = "it writes beside its data"
owner = "team"
expires = 2099-01-31
"""
    weak = {"compose.yaml": without(COMPOSE, "read_only")}
    assert desk.look(tmp_path / "p", weak)[0].outcome is Outcome.FAILED
    given, _ = desk.look(tmp_path / "q", weak | {".sdlc/hardening.toml": accept})
    assert given.outcome is Outcome.PASSED
    assert given.counters["accepted"] == 1
    assert list(given.details) == ["deadline/HARD-ACCEPTED-ENDED/HARD-CONTAINER-WRITABLE compose.yaml:web:read_only"]
    root = tmp_path / "q"
    (root / ".sdlc" / "hardening.toml").write_text("what?")  # a change that is not committed has no say
    workspace = open_workspace(root, TOOLS)
    assert hardening.run(workspace, TOOLS, QUICK, {"build": desk.build})["baseline.toml"] == accept.encode()


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (
            ("python", "-c", "raise SystemExit('no configuration')"),
            "ended by itself with 1 and was not watched; it printed last: no configuration",
        ),
        (("python", "-c", "import time; time.sleep(60)"), "opened no port within 1 s"),
        (("no-such-program",), "could not be started: No such file or directory"),
        (("python", "-c", "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"), "was not watched to its end"),
    ],
)
def test_a_product_that_cannot_be_watched_is_an_error(
    desk: Desk, tmp_path: Path, start: tuple[str, ...], why: str
) -> None:
    given, _ = desk.look(tmp_path / "p", {}, replace(SETTINGS, start=start, start_seconds=1))
    assert given.outcome is Outcome.ERROR
    assert why in given.sentence
    assert given.findings == ()


@pytest.mark.parametrize(
    ("files", "settings", "why"),
    [
        ({"deploy/box.toml": "debug = \n"}, QUICK, "deploy/box.toml: Invalid value"),
        ({}, replace(QUICK, defaults=("gone.toml",)), "gone.toml: sdlc.toml names it"),
        ({"Dockerfile": "hello\n"}, QUICK, "Dockerfile:1: HELLO is no instruction"),
        ({"src/box/bad.py": "def\n"}, QUICK, "src/box/bad.py: line 1"),
        ({"pyproject.toml": DECLARING.replace('"packaging"', '"packaging", "not-installed"')}, QUICK,
         "not-installed is declared, and not in the build's environment"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error_with_its_name(
    desk: Desk, tmp_path: Path, files: dict[str, str], settings: hardening.Settings, why: str
) -> None:
    given, _ = desk.look(tmp_path / "p", files, settings)
    assert given.outcome is Outcome.ERROR
    assert why in given.sentence, given.sentence


def test_without_a_build_nobody_can_tell_what_dependencies_give(repository: Repository) -> None:
    workspace = open_workspace(repository(SERVING), TOOLS)
    for settings, why in ((QUICK, "the build did not answer"), (SETTINGS, "the build did not answer")):
        raw = hardening.run(workspace, TOOLS, settings, {})
        given = reading.read(raw, settings, load_context(raw["context.json"]))
        assert (given.outcome, why in given.sentence) == (Outcome.ERROR, True)


def test_a_repository_without_any_of_it_is_not_asked(repository: Repository) -> None:
    workspace = open_workspace(repository({"README.md": "x", "tests/Dockerfile": "FROM x\n"}), TOOLS)
    assert "nothing is declared" in (hardening.not_applicable(workspace, hardening.Settings()) or "")
    workspace = open_workspace(repository({"deploy/Dockerfile": "FROM x\n"}, "other"), TOOLS)
    assert hardening.not_applicable(workspace, hardening.Settings()) is None


def test_attack_evidence_that_says_less_than_it_holds(desk: Desk, tmp_path: Path) -> None:
    given, raw = desk.look(tmp_path / "p", {"deploy/box.toml": "[app]\ndebug = true\n"})
    assert given.outcome is Outcome.FAILED
    with pytest.raises(UnreadableError, match=r"report\.json is not that of the evidence"):
        reading.read({**raw, "defaults.json": raw["defaults.json"].replace(b'"true"', b'"false"')}, QUICK, Context())
    for name in ("footprint.json", "defaults.json", "system.json", "problems.json"):
        with pytest.raises(UnreadableError, match="is missing"):
            reading.read({key: data for key, data in raw.items() if key != name}, QUICK, Context())
    with pytest.raises(UnreadableError, match=r"listening\.json is missing"):
        reading.read(raw, SETTINGS, Context())


def test_no_finding_of_a_rule_lacks_what_to_do(desk: Desk, tmp_path: Path) -> None:
    weak = {
        "compose.yaml": "services:\n  a: {image: x, privileged: true, network_mode: host}\n",
        "deploy/x.service": "[Service]\nExecStart=/x\n",
        "deploy/box.toml": "debug = true\npassword = 'admin'\n",
    }
    given, _ = desk.look(tmp_path / "p", weak)
    findings: tuple[Finding, ...] = given.findings
    assert len(findings) > 15
    assert all(one.place and one.place.line and one.fix and one.reproduce and one.subject for one in findings)
    assert len({one.fingerprint for one in findings}) == len(findings)
