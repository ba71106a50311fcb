"""Risks are looked up: against the CVSS library as an oracle, monotone in all that makes them worse."""

from __future__ import annotations

from typing import get_args

import pytest
from cvss import CVSS3, CVSS4
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.threats.load import ModelError, load_harms, load_risk_policy
from sdlc.threats.risk import Scale, classes, ease_of, level_of, metrics_of, not_monotone, touches_safety, weigh
from sdlc.threats.risk_model import (
    DEFAULT_EASE,
    DEFAULT_MATRIX,
    DEFAULT_POLICY,
    EXPLOITABILITIES,
    LEVELS,
    SEVERITIES,
    Expert,
    Harm,
    Level,
    Matrix,
    Risk,
    RiskPolicy,
    Row,
    Vectors,
)

BASE = {"AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA"}
IMPACT = dict.fromkeys(("VC", "VI", "VA", "SC", "SI", "SA"), "HLN")
MORE = {"E": "XAPU", "MAV": "XNALP", "MAC": "XLH", "MAT": "XNP", "MPR": "XNLH", "MUI": "XNPA", "MSI": "XSHLN"}
VECTORS = st.fixed_dictionaries(
    {name: st.sampled_from(list(values)) for name, values in (BASE | IMPACT | MORE).items()}
)
LATER = Harm(title="Care comes late.", care_availability="S3")


def text(metrics: dict[str, str]) -> str:
    return "CVSS:4.0/" + "/".join(f"{name}:{value}" for name, value in metrics.items())


@given(VECTORS)
def test_the_classes_are_those_of_the_cvss_library(metrics: dict[str, str]) -> None:
    vector = text(metrics)
    macro = CVSS4(vector).macroVector()
    assert classes(metrics_of(vector)) == (int(macro[0]), int(macro[1]))
    ease = next(row for row in DEFAULT_EASE if (row.reach, row.effort) == (int(macro[0]), int(macro[1])))
    # EQ5: 0 for attacked (and not defined), 1 for a proof of concept, 2 for unreported.
    assert ease_of(vector, DEFAULT_EASE) == (ease.attacked, ease.proof_of_concept, ease.unreported)[int(macro[4])]


@given(
    st.sampled_from("NALP"),
    st.sampled_from("LH"),
    st.sampled_from("NLH"),
    st.sampled_from("NR"),
    st.sampled_from("XHFPU"),
)
def test_an_easier_vector_of_version_3_has_no_lower_ease(av: str, ac: str, pr: str, ui: str, e: str) -> None:
    def of(av: str, ac: str, pr: str, ui: str) -> str:
        vector = f"CVSS:3.1/AV:{av}/AC:{ac}/PR:{pr}/UI:{ui}/S:U/C:H/I:H/A:H/E:{e}"
        CVSS3(vector)
        return ease_of(vector, DEFAULT_EASE)

    given_one = of(av, ac, pr, ui)
    for easier in (("N", ac, pr, ui), (av, "L", pr, ui), (av, ac, "N", ui), (av, ac, pr, "N")):
        assert of(*easier) >= given_one


@pytest.mark.parametrize(
    "vector",
    ["", "AV:N", "CVSS:2.0/AV:N", "CVSS:4.0/av:n", "CVSS:4.0/AV:N", "CVSS:4.0/" + "A" * 5000, "CVSS:3.1/AV:N/AC:L"],
)
def test_what_is_no_vector_is_refused(vector: str) -> None:
    with pytest.raises(UnreadableError):
        metrics_of(vector)


def test_safety_is_seen_in_the_environmental_metrics() -> None:
    vector = "CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:L/SC:N/SI:N/SA:N"
    assert not touches_safety(vector)
    assert touches_safety(vector + "/MSI:S")
    assert touches_safety(vector + "/MSA:S")


def test_the_matrix_that_is_built_in_never_lowers_a_level() -> None:
    assert list(not_monotone(DEFAULT_POLICY)) == []


@given(st.sampled_from(EXPLOITABILITIES), st.sampled_from(SEVERITIES), st.sampled_from(get_args(Level)))
def test_a_cell_is_refused_exactly_when_a_neighbour_contradicts_it(ease: str, severity: str, level: Level) -> None:
    cells = DEFAULT_MATRIX.model_dump()
    cells[ease][severity] = level
    matrix = Matrix(**{name: Row(**row) for name, row in cells.items()})
    rank = {
        (e, s): LEVELS.index(level_of(matrix, EXPLOITABILITIES[e], SEVERITIES[s])) for e in range(5) for s in range(5)
    }
    falls = any(rank[f, t] < rank[e, s] for e, s in rank for f, t in rank if f >= e and t >= s)
    assert bool(list(not_monotone(RiskPolicy(schema="sdlc.threat-policy/1", matrix=matrix)))) is falls


@given(st.sampled_from(EXPLOITABILITIES), st.sampled_from(EXPLOITABILITIES), st.booleans(), st.booleans())
def test_a_risk_gets_better_only_by_verified_controls(pre: str, post: str, controlled: bool, many: bool) -> None:
    expert = Expert(pre=pre, post=post, rationale="It was tried.")  # type: ignore[arg-type]
    risk = Risk(threats=("t",), harm="late", expert=expert, multi_patient=many)
    weighed = weigh(risk, Scale({"late": LATER}), controlled=controlled)
    assert weighed.severities == {"care_availability": "S4" if many else "S3"}
    if not controlled:
        assert LEVELS.index(weighed.post) >= LEVELS.index(weighed.pre)
    assert weighed.post_ease == (post if controlled or post > pre else pre)


def test_what_is_exploited_is_easiest_and_the_worst_dimension_counts() -> None:
    harm = Harm(title="A wrong image.", patient_safety="S4", privacy="S1")
    vectors = Vectors(pre="CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:H/VA:L/SC:N/SI:N/SA:N")
    risk = Risk(threats=("t",), harm="wrong", cvss4=vectors)
    scale = Scale({"wrong": harm})
    assert weigh(risk, scale, controlled=False).pre == "medium"
    exploited = weigh(risk.model_copy(update={"exploited": True}), scale, controlled=False)
    assert (exploited.pre_ease, exploited.pre) == ("E5", "unacceptable")
    assert dict(exploited.pre_levels) == {"patient_safety": "unacceptable", "privacy": "low"}


@pytest.mark.parametrize(
    ("load", "document", "said"),
    [
        (load_harms, "schema: sdlc.threat-harms/1\nharms:\n  a: {title: x}\n", "say how bad it is"),
        (load_harms, "schema: sdlc.threat-harms/1\nharms:\n  a: {title: x, privacy: S6}\n", "h.yaml:3:"),
        (load_risk_policy, "schema: sdlc.threat-policy/1\nmatrix: {E5: {S1: low}}\n", "required"),
        (load_risk_policy, "schema: sdlc.threat-policy/1\nexploitability: []\n", "6 items"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(load, document: str, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=said) as caught:
        load(document.encode(), path="h.yaml")
    assert caught.value.message.startswith("h.yaml:")
