"""Threat models and the files beside them, read strictly, with line and column of every entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sdlc.formats.strict_yaml import MAX_BYTES, Key, Positions, Problem, is_guessed, load_yaml, validate
from sdlc.formats.strict_yaml import EntryError as ModelError
from sdlc.threats.model import FORMS, Acceptances, ThreatModel
from sdlc.threats.risk_model import Harms, RiskPolicy

__all__ = [
    "BESIDE",
    "MAX_BYTES",
    "Key",
    "LoadedAcceptances",
    "LoadedModel",
    "ModelError",
    "Positions",
    "Problem",
    "is_guessed",
    "is_model",
    "load_acceptances",
    "load_harms",
    "load_model",
    "load_risk_policy",
    "load_yaml",
    "model_of",
]

BESIDE = ("acceptances.yaml", "harms.yaml", "policy.yaml")
"""Files in the folder of the models that are none; all of them count from the base commit only."""


@dataclass(frozen=True)
class LoadedModel:
    """A threat model and where its entries stand."""

    model: ThreatModel
    positions: Positions


@dataclass(frozen=True)
class LoadedAcceptances:
    """The acceptances and where they stand."""

    file: Acceptances
    positions: Positions


def is_model(path: str, folder: str) -> bool:
    """True when the YAML file `path` in `folder` (or below it) is to be a threat model."""
    return path not in {f"{folder}/{name}" for name in BESIDE}


@lru_cache(maxsize=16)
def load_model(data: bytes, *, path: str) -> LoadedModel:
    """The threat model in `data`; `path` is for messages and places. Raises ModelError.

    A verification asks for the same file three times, and reading YAML is the slowest thing that it does.
    """
    document, positions = load_yaml(data, path=path)
    return LoadedModel(validate(ThreatModel, document, positions, FORMS), positions)


def model_of(document: Any, *, path: str) -> LoadedModel:
    """The threat model in `document`, JSON values that somebody else read, without places. Raises ModelError."""
    positions = Positions(path, {(): (1, 1)})
    return LoadedModel(validate(ThreatModel, _frozen(document), positions, FORMS), positions)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(_frozen(inner) for inner in value) if isinstance(value, (list, tuple)) else value


def load_acceptances(data: bytes, *, path: str) -> LoadedAcceptances:
    """The acceptances in `data`. Raises ModelError."""
    document, positions = load_yaml(data, path=path)
    return LoadedAcceptances(validate(Acceptances, document, positions, FORMS), positions)


def load_harms(data: bytes, *, path: str) -> Harms:
    """The table of harms in `data`. Raises ModelError."""
    document, positions = load_yaml(data, path=path)
    return validate(Harms, document, positions, FORMS)


def load_risk_policy(data: bytes, *, path: str) -> tuple[RiskPolicy, Positions]:
    """The policy for risks in `data`, and where its entries stand. Raises ModelError."""
    document, positions = load_yaml(data, path=path)
    return validate(RiskPolicy, document, positions, FORMS), positions
