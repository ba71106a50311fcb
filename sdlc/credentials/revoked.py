"""
`.sdlc/revoked-secrets.toml`: credentials that were exposed and are worth nothing any more, one by one.

Each entry names one credential by its keyed fingerprint, with who revoked it, when and how. There are no wildcards, and
the file is read from the base commit alone: a change cannot declare its own secrets dead.
"""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sdlc.errors import UnreadableError
from sdlc.formats import strict_toml

PATH = ".sdlc/revoked-secrets.toml"
SCHEMA = "sdlc.revoked-secrets/1"


class Revocation(BaseModel):
    """One entry; `how` says what was done at which service, or why the value never opened anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fingerprint: str = Field(pattern=r"^f1:[0-9a-f]{32}$")
    who: str = Field(min_length=2, max_length=200)
    when: date
    how: str = Field(min_length=10, max_length=2000)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["sdlc.revoked-secrets/1"] = Field(alias="schema")
    revoked: tuple[Revocation, ...] = ()


def load_revocations(data: bytes, what: str = PATH) -> dict[str, Revocation]:
    """The entries in `data` by fingerprint; raises UnreadableError with file and key path."""
    try:
        document = _Document.model_validate(strict_toml.loads(data))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{what}: not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(f"{what}: {error}", hint="mend the TOML syntax") from None
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise UnreadableError(f"{what}: {path}: {first['msg']}", hint="docs/secrets.md lists the keys") from None
    by_name = {entry.fingerprint: entry for entry in document.revoked}
    if len(by_name) != len(document.revoked):
        raise UnreadableError(f"{what}: one fingerprint stands twice", hint="keep one entry for each credential")
    return by_name
