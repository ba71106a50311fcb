"""The published schema is the one that is enforced; the digest of a risk is about the risk."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from sdlc.formats import strict_json
from sdlc.threats.decisions import standings
from sdlc.threats.evidence import ControlState
from sdlc.threats.load import load_acceptances, load_harms, load_model, load_yaml
from sdlc.threats.model import Threat, json_schema, risk_digest
from sdlc.threats.risk import Scale
from sdlc.threats.risk_checks import judge_risks

REPOSITORY = Path(__file__).parents[2]
SCHEMA = REPOSITORY / "docs" / "schemas" / "threat-model.schema.json"
OURS = [
    REPOSITORY / "threat_models" / "secure-sdlc.yaml",
    REPOSITORY / "examples" / "image-router" / "threat_models" / "image-router.yaml",
]
THREAT = {"on": ("box",), "stride": "tampering", "statement": "It is opened."}


def test_the_published_schema_is_the_enforced_one() -> None:
    said = "write it again: strict_json.pretty(json_schema())"
    assert SCHEMA.read_bytes() == strict_json.pretty(json_schema()), said


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_our_own_models_are_of_the_schema(path: Path) -> None:
    schema = json.loads(SCHEMA.read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    document, _ = load_yaml(path.read_bytes(), path=path.name)
    jsonschema.validate(json.loads(json.dumps(document)), schema)
    assert load_model(path.read_bytes(), path=path.name).model.system.id == path.stem


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    schema = json.loads(SCHEMA.read_bytes())
    document, _ = load_yaml(OURS[1].read_bytes(), path="m")
    plain = json.loads(json.dumps(document))
    plain["controls"]["quiet-logs"]["status"] = "verified"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, schema)


def test_the_examples_acceptance_is_bound_to_the_risk_of_today() -> None:
    folder = OURS[1].parent
    loaded = load_model(OURS[1].read_bytes(), path="m")
    accepted = load_acceptances((folder / "acceptances.yaml").read_bytes(), path="a").file.acceptances
    harms = load_harms((folder / "harms.yaml").read_bytes(), path="h")
    controls = {name: ControlState(name, True, ()) for name in loaded.model.controls}
    risks = judge_risks(loaded, controls, Scale.of(harms, None))
    assert [state.findings for state in risks.values()] == [(), ()]
    threats = standings(loaded, risks)
    assert accepted
    for acceptance in accepted.values():
        assert acceptance.risk == threats[acceptance.threat].digest


@pytest.mark.parametrize("change", [{"statement": "It is closed."}, {"on": ("lid",)}, {"cwe": (22,)}])
def test_a_changed_risk_has_another_digest(change: dict[str, object]) -> None:
    assert risk_digest(Threat.model_validate({**THREAT, **change})) != risk_digest(Threat.model_validate(THREAT))


def test_a_decision_about_the_risk_is_not_the_risk() -> None:
    decided = Threat.model_validate({**THREAT, "status": "avoided", "rationale": "It is welded."})
    assert risk_digest(decided) == risk_digest(Threat.model_validate(THREAT))
