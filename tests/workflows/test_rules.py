"""Every rule about the shape of workflows fires on its sample and is silent on the mended one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdlc.workflows.load import load_workflow
from sdlc.workflows.rules import RULES, matches

SAMPLES = Path(__file__).parent.parent / "samples" / "workflows"


def fired(text: str) -> set[str]:
    return {match.rule.id for match in matches(load_workflow(text, "w.yml"))}


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_a_rule_fires_and_is_silent(rule: str) -> None:
    assert fired((SAMPLES / "vulnerable" / f"{rule}.yml").read_text()) == {rule}
    assert fired((SAMPLES / "clean" / f"{rule}.yml").read_text()) == set()


def test_no_sample_belongs_to_no_rule() -> None:
    assert {path.stem for path in SAMPLES.glob("*/*.yml")} == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_what_a_person_needs(rule) -> None:
    assert rule.message.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.cwe


def job(steps: str, top: str = "on: pull_request", more: str = "") -> str:
    return f"{top}\njobs:\n  x:\n    runs-on: a\n{more}    steps:\n{steps}"


@pytest.mark.parametrize(
    "line", ["git fetch " * 40_000, "${{ " * 90_000, "|| " * 90_000, "make test" + " " * 300_000, "pytest;" * 50_000]
)
def test_a_hostile_line_is_only_long(line: str) -> None:
    """Quadratic patterns would be busy for hours with these."""
    fired(job(f"      - run: |\n          {line}x\n", "on: [issue_comment]"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (job("      - run: |\n          set +e\n          pytest\n          echo done\n"), {"check-that-cannot-fail"}),
        (job("      - run: |\n          set +e\n          pytest\n          exit $?\n"), set()),
        (job("      - {run: pytest, continue-on-error: true}\n"), {"check-that-cannot-fail"}),
        (job("      - {run: pytest}\n", more="    continue-on-error: true\n"), {"check-that-cannot-fail"}),
        (job("      - {run: 'rm -f x || true'}\n"), set()),
        (job("      - {uses: github/codeql-action/upload-sarif@x, continue-on-error: true}\n"), set()),
        (job("      - {run: 'gh pr checkout 7 && make'}\n", "on: [issue_comment]"), {"foreign-code-with-secrets"}),
        (job("      - {run: 'gh pr checkout 7 && make'}\n"), set()),
        (
            job(
                "      - {uses: actions/checkout@x, with: {allow-unsafe-pr-checkout: true}}\n      - {run: make}\n",
                "on: {workflow_run: {workflows: [a]}}",
            ),
            {"foreign-code-with-secrets"},
        ),
        (job("      - {uses: actions/cache@x}\n", "on: push\npermissions: write-all"), {"cache-in-release"}),
        (job("      - {uses: actions/cache/save@x}\n", "on: push\npermissions: write-all"), set()),
    ],
)
def test_variants(text: str, expected: set[str]) -> None:
    assert fired(text) == expected
