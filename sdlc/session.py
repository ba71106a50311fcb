"""What a command gets from the outside world, read once in cli.py: time, environment, disk, tools and network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sdlc.disk import Disk
from sdlc.network import Network
from sdlc.tools import Tools


@dataclass(frozen=True)
class Session:
    """One run of the command line. `now` is aware, UTC; `interactive` is true on a terminal."""

    now: datetime
    environment: Mapping[str, str]
    disk: Disk
    tools: Tools
    interactive: bool = False
    network: Network = field(default_factory=Network)
