"""
What a product listens on where it is deployed: Dockerfiles, compose files, Kubernetes manifests, units of systemd.

YAML is composed to nodes, never constructed, so no tag does anything and an alias costs nothing. A file that cannot be
read is an item of its own with the reason, because nobody knows what it opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sdlc.surface.containers import dockerfile, unit
from sdlc.surface.item import UNKNOWN_GUARD, Item, Spot
from sdlc.surface.manifests import compose, kubernetes
from sdlc.surface.yaml_nodes import NotReadableError, documents

_DOCKERFILE = re.compile(
    r"(^|/)((Docker|Container)file([.-][\w.-]+)?|[\w.-]+\.(docker|container)file)\Z", re.IGNORECASE
)
_COMPOSE = re.compile(r"(^|/)(docker-)?compose([.-][\w.-]+)?\.ya?ml\Z", re.IGNORECASE)
_YAML = re.compile(r"\.ya?ml\Z", re.IGNORECASE)
_MANIFEST = re.compile(rb"^\s*apiVersion:", re.MULTILINE)
_UNIT = re.compile(r"\.(socket|service)\Z")
_TEMPLATE = "it is a template, whose values are elsewhere"
MAX_BYTES = 2**21


def is_deployment(path: str) -> bool:
    """True for a file whose name may be that of a deployment; a YAML file also needs an `apiVersion`."""
    return any(pattern.search(path) for pattern in (_DOCKERFILE, _COMPOSE, _YAML, _UNIT))


def deployed(files: Mapping[str, bytes]) -> Iterator[Item]:
    """The listeners and privileges in `files`, of which those that are no deployment are passed over."""
    for path in sorted(files):
        data = files[path]
        try:
            yield from _read(path, data)
        except NotReadableError as error:
            said = f"it is not readable: {error}"
            yield Item("listen", f"{{?{_word(path)}}}", (Spot(path, error.line),), "deployment", UNKNOWN_GUARD, "?",
                       "unknown", said)  # fmt: skip


def _read(path: str, data: bytes) -> Iterator[Item]:
    is_manifest = bool(_YAML.search(path)) and bool(_MANIFEST.search(data))
    is_compose = bool(_COMPOSE.search(path))
    if not (is_manifest or is_compose or _DOCKERFILE.search(path) or _UNIT.search(path)):
        return
    if len(data) > MAX_BYTES:
        raise NotReadableError(f"larger than {MAX_BYTES // 2**20} MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotReadableError("no UTF-8") from None
    if _DOCKERFILE.search(path):
        yield from dockerfile(text, path)
    elif _UNIT.search(path):
        yield from unit(text, path)
    elif is_compose:
        for document in documents(text):
            yield from compose(document, path)
    else:
        if "{{" in text:
            raise NotReadableError(_TEMPLATE, text[: text.index("{{")].count("\n") + 1)
        for document in documents(text):
            yield from kubernetes(document, path)


def _word(path: str) -> str:
    """The kind of file, for a key that holds no file name."""
    if _DOCKERFILE.search(path):
        return "dockerfile"
    return "compose" if _COMPOSE.search(path) else "unit" if _UNIT.search(path) else "manifest"
