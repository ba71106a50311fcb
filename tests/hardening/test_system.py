"""Each rule about the system, in a file where it fires and in one where it does not; and files that are none."""

from __future__ import annotations

import pytest
from fakes.weak_settings import COMPOSE, CONTAINER, DEFAULTS, HEAD, SYSTEM, UNIT, instead
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.hardening.rules import RULES
from sdlc.hardening.setting import dump_settings, load_settings
from sdlc.hardening.system import judge_system
from sdlc.hardening.system_files import kind_of, load_system
from sdlc.model.finding import Finding

NAMES = ("Dockerfile", "compose.yaml", "pod.yaml", "a.service", "sshd_config", "sysctl.conf", "nginx.conf")
ELSEWHERE = {
    *("HARD-UNUSED", "HARD-UNDECLARED", "HARD-UNKNOWN-IMPORT"),  # test_footprint.py
    *("HARD-PORT-UNDECLARED", "HARD-PORT-CLOSED", "HARD-PORT-ADDRESS"),  # test_listening.py
    *("HARD-SERVICE", "HARD-BASELINE", "HARD-ACCEPTED-ENDED", "HARD-ACCEPTED-NOTHING"),  # test_baseline.py
}


def found(path: str, text: str) -> list[Finding]:
    settings = load_system(path, text.encode())
    assert settings is not None
    return list(judge_system(settings, None))


@pytest.mark.parametrize(("rule", "path", "weak", "strong"), SYSTEM)
def test_one_weak_setting_is_named(rule: str, path: str, weak: str, strong: str) -> None:
    findings = [one for one in found(path, weak) if one.rule == rule]
    assert len(findings) == 1, found(path, weak)
    assert findings[0].place
    assert findings[0].place.line >= 1
    assert findings[0].fix
    assert found(path, strong) == []


def test_every_rule_has_a_sample_that_fires() -> None:
    assert {rule for rule, *_ in (*DEFAULTS, *SYSTEM)} | ELSEWHERE == set(RULES)


def test_a_finding_names_file_line_setting_and_what_to_do() -> None:
    (one,) = found("deploy/app.service", instead(UNIT, "ProtectHome=yes", "ProtectHome=no"))
    assert (str(one.place), one.subject) == ("deploy/app.service:9", "Service:ProtectHome")
    assert one.message == "Service: ProtectHome is no: service that sees more files than it needs"
    assert one.fix == "Set ProtectHome to yes."


def test_a_finding_keeps_its_name_when_its_file_moves_and_lines_come_before_it() -> None:
    weak = instead(UNIT, "ProtectHome=yes", "ProtectHome=no")
    one, other = found("a.service", weak), found("deploy/b.service", f"# note\n\n{weak}")
    assert [f.fingerprint for f in one] == [f.fingerprint for f in other]


def test_only_the_last_stage_runs_and_a_stage_hands_its_user_on() -> None:
    text = f"{HEAD.strip()} AS build\nUSER root\nRUN make\n{HEAD}COPY --from=build /a /a\nUSER 1\n"
    assert found("Dockerfile", text) == []
    assert found("Dockerfile", f"{HEAD.strip()} AS base\nUSER 1\nFROM base\nCMD app\n") == []
    assert [one.rule for one in found("Dockerfile", f"{HEAD.strip()} AS base\nFROM base\n")] == ["HARD-IMAGE-ROOT"]


def test_lines_that_go_on_here_documents_and_comments() -> None:
    text = HEAD + "RUN a && \\\n  # why\n  b\nRUN <<EOF\nUSER root\nEOF\nENV A=1 \\\n    B=2\nUSER app\n"
    assert found("Dockerfile", text) == []


def test_what_a_dynamic_user_brings_along_need_not_be_written() -> None:
    text = "[Service]\nExecStart=/a\nDynamicUser=yes\nCapabilityBoundingSet=\n"
    assert {one.rule for one in found("a.service", text)} == {"HARD-UNIT-KERNEL"}
    assert "HARD-UNIT-FILES" in {one.rule for one in found("a.service", text + "ProtectHome=no\n")}


def test_a_pod_hands_its_user_on_and_a_container_may_take_it_back() -> None:
    assert found("pod.yaml", CONTAINER) == []
    taken = CONTAINER + "            runAsNonRoot: false\n"
    assert [one.rule for one in found("pod.yaml", taken)] == ["HARD-CONTAINER-ROOT"]


def test_what_a_service_lacks_is_not_said_of_one_that_extends_another() -> None:
    assert found("compose.yaml", "services:\n  web:\n    extends: {service: base}\n") == []
    assert found("compose.yaml", COMPOSE) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("Dockerfile", "hello\n", "Dockerfile:1: HELLO is no instruction"),
        ("Dockerfile", "# nothing\n", "it has no FROM"),
        ("compose.yaml", "services: [\n", "compose.yaml:2"),
        ("compose.yaml", "a: 1\n", "it has no services"),
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n",
            "pod.yaml:3: it is a template",
        ),
        ("a.service", "ExecStart\n", "a.service:1: a section or KEY=VALUE"),
        ("nginx.conf", "http {\n", "it ends in the middle of a block"),
        ("nginx.conf", "}\n", "nginx.conf:1: a block ends"),
        ("sshd_config", "PermitRootLogin\n", "sshd_config:1"),
        ("sysctl.conf", "what\n", "sysctl.conf:1"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(path: str, text: str, said: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        load_system(path, text.encode())
    assert said in caught.value.message


def test_yaml_that_starts_nothing_is_passed_over() -> None:
    assert load_system("a.yaml", b"apiVersion: v1\nkind: ConfigMap\ndata: {}\n") is None
    assert load_system("values.yaml", b"image: {{ x }}\n") is None
    for path in ("src/app.py", "src/dockerfile.py", "docs/Dockerfile.md"):
        assert kind_of(path) == ""
    for text in ("# bus\n[D-BUS Service]\nName=org.x\nExec=/x\n", '<?xml version="1.0"?>\n<service-group/>\n'):
        assert load_system("x.service", text.encode()) is None


@given(st.sampled_from(NAMES), st.text(max_size=80) | st.binary(max_size=60))
def test_any_text_gives_settings_or_one_kind_of_error(path: str, text: str | bytes) -> None:
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    try:
        settings = load_system(path, data)
    except UnreadableError:
        return
    if settings is not None:
        assert load_settings(dump_settings(settings), "x") == tuple(sorted(settings))
        list(judge_system(settings, None))
