"""The inputs that crash at head, on the base commit's code: what the base has too is not of this change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdlc.errors import SdlcError, StorageError
from sdlc.fuzzing.campaign import Campaign

CRASHES, SURVIVES, UNKNOWN = "crashes", "survives", "unknown"
PARTS = ("prefix", "token", "suffix", "closing")
HANG_ALLOWANCE = 0.5
"""Share of the CPU limit that the base may take for what hangs at head: a hang just over the limit is older."""


@dataclass(frozen=True)
class Base:
    """Two campaigns on the base's code: with the base's own harnesses, and with those of the head.

    The first is asked first, because nobody could change it in the pull request; the second knows harnesses that are
    new, or stricter. A harness of the head that lies there could as well have kept silent at head.
    """

    own: Campaign
    heads: Campaign

    def judge(self, file: str, harness: str, crash: Mapping[str, Any], data: bytes) -> tuple[str, str]:
        """CRASHES, SURVIVES or UNKNOWN, and a sentence. Raises StorageError alone."""
        allow = HANG_ALLOWANCE if crash["exception"] == "Timeout" else 1.0
        said = ""
        asked = False
        for campaign in (self.own, self.heads):
            if not (campaign.tree / file).is_file():
                continue
            try:
                found = campaign.replay(Path(file), harness, data, allow=allow)
            except StorageError:
                raise
            except SdlcError as error:
                said = said or error.message
                continue
            asked = True
            if any(alike(crash, other) for other in found):
                return CRASHES, "the base commit crashes on it in the same way"
            said = f"the base commit raises {found[0]['exception']} in {found[0]['function']}()" if found else said
        if not asked:
            return UNKNOWN, said or "the base commit has no such harness"
        return SURVIVES, said or "the base commit survives it"

    def grow(self, file: str, harness: str, patterns: list[dict[str, Any]]) -> None:
        """Write into each of `patterns` the exponent that it has on the base; nothing where it cannot be measured."""
        for campaign in (self.own, self.heads):
            if not (campaign.tree / file).is_file():
                continue
            try:
                measured = campaign.grow(
                    Path(file), harness, [",".join(one.get(part, "") for part in PARTS) for one in patterns]
                )
            except StorageError:
                raise
            except SdlcError:
                continue
            for one in patterns:
                same = [other for other in measured if all(other[part] == one.get(part, "") for part in PARTS)]
                if same:
                    one["base_exponent"] = same[0]["exponent"]
            return


def alike(crash: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same exception, at the same function or with the same fixed words: a function that was renamed is no news."""
    if crash["exception"] != other["exception"]:
        return False
    place, _, words = str(crash["key"]).partition(": ")
    other_place, _, other_words = str(other["key"]).partition(": ")
    return place == other_place or (words.strip("#") != "" and words == other_words)
