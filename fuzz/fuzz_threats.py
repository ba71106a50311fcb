"""Threat models of people and of other tools: each is read, or refused with one kind of error."""

from __future__ import annotations

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.harness import fuzz
from sdlc.threats.importing import import_model
from sdlc.threats.load import ModelError, load_harms, load_risk_policy, load_yaml, model_of
from sdlc.threats.risk import not_monotone
from sdlc.threats.tm_bom import export_tm_bom
from sdlc.threats.writing import formatted


@fuzz(raises=(UnreadableError,))
def fuzz_import(data: bytes) -> None:
    """What is imported makes a model, which goes out to TM-BOM, and comes back as it went."""
    _, imported = import_model(data, path="x")
    ours = model_of(imported.document, path="x").model
    document, _ = export_tm_bom(ours.model_dump(mode="json", by_alias=True, exclude_defaults=True), {})
    _, again = import_model(strict_json.dumps(document), path="x")
    if model_of(again.document, path="x").model != ours:
        raise AssertionError("another model came back")


@fuzz(raises=(ModelError,))
def fuzz_risk_files(data: bytes) -> None:
    """Harms and policy for risks."""
    for load in (load_harms, load_risk_policy):
        try:
            load(data, path="x")
        except ModelError:
            continue
    policy, _ = load_risk_policy(data, path="x")
    list(not_monotone(policy))


@fuzz(raises=(UnreadableError,))
def fuzz_formatted(data: bytes) -> None:
    """One form, that says the same and is its own form."""
    once = formatted(data, path="x")
    if load_yaml(once, path="x")[0] != load_yaml(data, path="x")[0] or formatted(once, path="x") != once:
        raise AssertionError("another form")
