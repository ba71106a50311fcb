"""SARIF as code scanning ingests it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from fakes.checks import CLOSED_WORDS, HOSTILE, WAIVED_WORDS, decided, finding, record

from sdlc.model.finding import LINE_HASH, Place, Severity, Step
from sdlc.reports import render, sarif


def run_of(*findings: Any, **changes: object) -> dict[str, Any]:
    document = json.loads(render("sarif", record(*findings, **changes)))
    assert document["version"] == "2.1.0"
    [run] = document["runs"]
    return dict(run)


def test_a_result_refers_to_its_rule_and_its_place() -> None:
    run = run_of(finding(7))
    [rule] = run["tool"]["driver"]["rules"]
    [result] = run["results"]
    assert rule["id"] == result["ruleId"] == "static-analysis/command-injection"
    assert rule["properties"]["security-severity"] == "8.0"
    assert "external/cwe/cwe-078" in rule["properties"]["tags"]
    assert rule["help"]["markdown"] == "Pass a list.\n- <https://rules.example/78>"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/a.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 7, "startColumn": 5}
    assert result["level"] == "error"
    assert result["partialFingerprints"]["sdlc/f1"].startswith("f1:")


def test_the_hash_by_which_code_scanning_knows_a_line_again() -> None:
    [result] = run_of(finding(properties={LINE_HASH: "6fe68ab7498b66f8:1"}))["results"]
    assert result["partialFingerprints"]["primaryLocationLineHash"] == "6fe68ab7498b66f8:1"
    [result] = run_of(finding())["results"]
    assert "primaryLocationLineHash" not in result["partialFingerprints"]


def test_paths_count_from_the_top_of_the_repository() -> None:
    run = run_of(finding(place=Place("src/a b.py", 1)), repository="examples/box")
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "examples/box/src/a%20b.py"


def test_what_has_no_place_is_left_to_the_other_reports() -> None:
    assert run_of(finding(place=None))["results"] == []


def test_a_suppression_is_said_with_its_reason() -> None:
    [result] = run_of(finding(suppressed="checked by hand"))["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "checked by hand"}]


def test_the_worst_come_first_and_what_is_dropped_is_counted() -> None:
    many = [finding(number, severity=Severity.LOW) for number in range(1, sarif.MAX_RESULTS + 3)]
    run = run_of(*many, finding(9999, severity=Severity.CRITICAL))
    assert len(run["results"]) == sarif.MAX_RESULTS
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 9999
    assert run["properties"]["dropped"] == 3


def test_foreign_text_makes_no_link() -> None:
    [result] = run_of(finding(message=HOSTILE))["results"]
    assert "\\[link\\](https://evil.example)" in result["message"]["text"]
    assert "\x1b" not in result["message"]["text"]


def test_what_a_person_closed_or_waived_says_who_and_why() -> None:
    for waived, words in ((False, CLOSED_WORDS), (True, WAIVED_WORDS)):
        [run] = json.loads(render("sarif", decided(waived=waived)))["runs"]
        [result] = run["results"]
        assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": words}]
        assert result["message"]["text"].startswith(f"({words}) A value")


def test_the_steps_of_a_flow_are_a_code_flow() -> None:
    steps = (Step("src/view.py", 3, "request.args comes from outside"), Step("src/a.py", 7, "it reaches f([x])"))
    [result] = run_of(replace(finding(7), steps=steps))["results"]
    [flow] = result["codeFlows"]
    [thread] = flow["threadFlows"]
    places = [one["location"]["physicalLocation"] for one in thread["locations"]]
    assert [(one["artifactLocation"]["uri"], one["region"]["startLine"]) for one in places] == [
        ("src/view.py", 3),
        ("src/a.py", 7),
    ]
    assert thread["locations"][1]["location"]["message"]["text"] == r"it reaches f(\[x\])"
    assert "codeFlows" not in run_of(finding(7))["results"][0]
