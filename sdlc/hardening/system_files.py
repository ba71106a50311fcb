"""Files that say in which system the product runs: which they are, and their settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from sdlc.errors import UnreadableError
from sdlc.hardening.compose import compose
from sdlc.hardening.dockerfile import dockerfile
from sdlc.hardening.host import nginx, sshd, sysctl, unit
from sdlc.hardening.kubernetes import kubernetes
from sdlc.hardening.setting import Setting
from sdlc.surface.yaml_nodes import NotReadableError

MAX_BYTES = 2**21
MAX_SETTINGS = 20_000
_DOCKERFILE = re.compile(
    r"(^|/)((Docker|Container)file([.-][\w.-]+)?|[\w.-]+\.(docker|container)file)\Z", re.IGNORECASE
)
_COMPOSE = re.compile(r"(^|/)(docker-)?compose([.-][\w.-]+)?\.ya?ml\Z", re.IGNORECASE)
_YAML = re.compile(r"\.ya?ml\Z", re.IGNORECASE)
_MANIFEST = re.compile(r"^\s*apiVersion:", re.MULTILINE)
_WORKLOAD = re.compile(
    r"^\s*(?:-\s+)?kind:\s*[\"']?(Pod|CronJob|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|ReplicationController|\w*List)\b",
    re.MULTILINE,
)
_SSHD = re.compile(r"(^|/)(sshd_config(\.d/[^/]+\.conf)?|[\w.-]*sshd[\w.-]*\.conf)\Z")
_SYSCTL = re.compile(r"(^|/)(sysctl\.conf|sysctl\.d/[^/]+\.conf|[\w-]*sysctl[\w-]*\.conf)\Z")
_NGINX = re.compile(r"(^|/)(nginx[\w.-]*\.conf|nginx/([^/]+/)*[^/]+\.conf|(sites|conf)-(available|enabled)/[^/]+)\Z")
_OTHER_SERVICE = re.compile(r"\s*(<|\[D-BUS Service\])", re.IGNORECASE)
"""What begins a service of D-Bus or Avahi, whose files end as units do."""

_ABOUT = (".py", ".md", ".rst", ".txt", ".vim", ".js", ".ts", ".go", ".rs", ".java", ".rb", ".html", ".json", ".toml")
"""Endings of files that speak of Dockerfiles and are none."""

_NAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (_DOCKERFILE, "dockerfile"),
    (_COMPOSE, "compose"),
    (_YAML, "kubernetes"),
    (re.compile(r"\.service\Z"), "unit"),
    (_SSHD, "sshd"),
    (_SYSCTL, "sysctl"),
    (_NGINX, "nginx"),
)
_READERS: dict[str, Callable[[str, str], Iterator[Setting]]] = {
    "dockerfile": dockerfile,
    "compose": compose,
    "kubernetes": kubernetes,
    "unit": unit,
    "sshd": sshd,
    "sysctl": sysctl,
    "nginx": nginx,
}


def kind_of(path: str) -> str:
    """The kind of file that `path` may be, by its name; empty for none. A manifest also needs an `apiVersion`."""
    kind = next((kind for pattern, kind in _NAMES if pattern.search(path)), "")
    return "" if kind == "dockerfile" and path.lower().endswith(_ABOUT) else kind


def load_system(path: str, data: bytes) -> list[Setting] | None:
    """The settings of the file; None for one that starts nothing. Raises UnreadableError."""
    kind = kind_of(path)
    if len(data) > MAX_BYTES:
        if kind == "kubernetes":
            return None  # a manifest of that size is data
        raise UnreadableError(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if kind == "kubernetes":
            return None
        raise UnreadableError(f"{path}: not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from None
    if kind == "kubernetes" and not (_MANIFEST.search(text) and _WORKLOAD.search(text)):
        return None
    without_comments = re.sub(r"(?m)^\s*#.*\n", "", text)
    if kind == "unit" and _OTHER_SERVICE.match(without_comments):
        return None
    if kind in ("kubernetes", "compose", "dockerfile") and "{{" in text and re.search(r"\{\{[-\s]*[.$a-z]", text):
        line = text[: text.index("{{")].count("\n") + 1
        raise UnreadableError(
            f"{path}:{line}: it is a template, whose values are elsewhere",
            hint="leave it out with gates.hardening.exclude, and check what the template makes",
        )
    try:
        found = list(islice(_READERS[kind](path, text), MAX_SETTINGS + 1))
    except NotReadableError as error:
        raise UnreadableError(f"{path}:{error.line}: {error}", hint="mend the file there") from None
    if len(found) > MAX_SETTINGS:
        raise UnreadableError(f"{path}: more than {MAX_SETTINGS} settings", hint="split the file")
    return found
