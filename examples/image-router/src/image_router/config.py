"""The configuration file: TOML, every key known, every value of its type."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TITLE = re.compile(r"[A-Z0-9_-]{1,16}\Z")
LONGEST = 8192
"""Characters that are read: a key of ten thousand parts keeps the reader of TOML busy for seconds."""


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the key."""


@dataclass(frozen=True)
class ReceiverConfig:
    """The DICOM service: own AE title, the callers that it knows, and limits (bytes, seconds)."""

    title: str
    callers: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 11112
    max_image: int = 512 * 1024 * 1024
    associations: int = 10
    timeout: int = 60


@dataclass(frozen=True)
class WebConfig:
    """The page and API; `token` is the file that holds the administrator's token."""

    token: Path
    host: str = "127.0.0.1"
    port: int = 8080


@dataclass(frozen=True)
class Config:
    """Everything; `root` is the folder of images, `rules` the file of routing rules."""

    root: Path
    rules: Path
    receiver: ReceiverConfig
    web: WebConfig


def parse_config(text: str) -> Config:
    """The configuration in `text`. Raises ConfigError."""
    if len(text) > LONGEST:
        raise ConfigError(f"more than {LONGEST} characters")
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"not TOML: {error}") from None
    _known(document, "", ("root", "rules", "receiver", "web"))
    receiver, web = _table(document, "receiver"), _table(document, "web")
    _known(receiver, "receiver.", tuple(ReceiverConfig.__dataclass_fields__))
    _known(web, "web.", tuple(WebConfig.__dataclass_fields__))
    callers = receiver.get("callers")
    if not isinstance(callers, list) or not callers:
        raise ConfigError("receiver.callers: a list of the AE titles that may send, at least one")
    return Config(
        root=Path(_text(document, "root", "")),
        rules=Path(_text(document, "rules", "")),
        receiver=ReceiverConfig(
            title=_title(receiver.get("title"), "receiver.title"),
            callers=tuple(_title(caller, "receiver.callers") for caller in callers),
            host=_text(receiver, "host", "receiver.", ReceiverConfig.host),
            port=_number(receiver, "port", "receiver.", ReceiverConfig.port, 65535),
            max_image=_number(receiver, "max_image", "receiver.", ReceiverConfig.max_image, 2**40),
            associations=_number(receiver, "associations", "receiver.", ReceiverConfig.associations, 1000),
            timeout=_number(receiver, "timeout", "receiver.", ReceiverConfig.timeout, 3600),
        ),
        web=WebConfig(
            token=Path(_text(web, "token", "web.")),
            host=_text(web, "host", "web.", WebConfig.host),
            port=_number(web, "port", "web.", WebConfig.port, 65535),
        ),
    )


def _known(table: Mapping[str, Any], prefix: str, keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            raise ConfigError(f"{prefix}{key}: unknown; known are {', '.join(keys)}")


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    if not isinstance(value, dict):
        raise ConfigError(f"{key}: the table [{key}] is missing")
    return value


def _title(value: Any, key: str) -> str:
    if not isinstance(value, str) or not _TITLE.match(value):
        raise ConfigError(f"{key}: an AE title is 1 to 16 of A-Z, 0-9, _ and -")
    return value


def _text(table: Mapping[str, Any], key: str, prefix: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value or "\0" in value:
        raise ConfigError(f"{prefix}{key}: a text is expected")
    return value


def _number(table: Mapping[str, Any], key: str, prefix: str, default: int, most: int) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ConfigError(f"{prefix}{key}: a whole number from 0 to {most} is expected")
    return value
