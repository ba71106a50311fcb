"""What every entry of a YAML file is made of that people write by hand: threat models, requirements."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"\S")]
Number = Annotated[int, Field(ge=1)]
UNFINISHED = re.compile(r"\b(TODO|FIXME|TBD)\b")
"""Words for what somebody still has to decide."""

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Strict(BaseModel):
    """An entry that knows all of its keys, is never changed, and guesses no type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
