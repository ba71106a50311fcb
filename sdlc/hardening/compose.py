"""The services of a compose file as settings: each service is a scope."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml.nodes import Node, ScalarNode

from sdlc.hardening.setting import Setting, is_secret, secret_kind, without_password
from sdlc.surface.yaml_nodes import NotReadableError, documents, get, line_of, pairs, rows, text_of

KIND = "compose"
_PLAIN = ("image", "privileged", "network_mode", "pid", "ipc", "userns_mode", "uts", "user", "read_only", "command",
          "entrypoint", "mem_limit", "cpus", "pids_limit", "cgroup_parent")  # fmt: skip
_LISTS = ("cap_add", "cap_drop", "security_opt", "devices", "command", "entrypoint")


def compose(path: str, text: str) -> Iterator[Setting]:
    """The settings of every service; raises NotReadableError."""
    found = False
    for document in documents(text):
        for name, service in pairs(get(document, "services")):
            found = True
            yield from _service(path, name, service)
    if not found:
        raise NotReadableError("it has no services")


def _service(path: str, name: str, service: Node) -> Iterator[Setting]:
    def setting(node: Node, key: str, value: str) -> Setting:
        return Setting(path, line_of(node), KIND, name, key, value[:300])

    begins = "extends" if get(service, "extends") is not None else ""
    yield Setting(path, line_of(service) - 1 or 1, KIND, name, "", begins)
    if get(service, "build") is not None:
        yield setting(service, "build", "here")
    for key in _PLAIN:
        node = get(service, key)
        if isinstance(node, ScalarNode):
            yield setting(node, key, text_of(node))
    for key in _LISTS:
        for node in rows(get(service, key)):
            yield setting(node, key, text_of(node))
    for node in rows(get(service, "volumes")):
        source = text_of(node) or f"{text_of(get(node, 'source'))}:{text_of(get(node, 'target'))}"
        yield setting(node, "volumes", source)
    for key in ("memory", "cpus"):
        node = get(service, "deploy", "resources", "limits", key)
        if node is not None:
            yield setting(node, f"limits.{key}", text_of(node))
    yield from _environment(path, name, get(service, "environment"))


def _environment(path: str, name: str, node: Node | None) -> Iterator[Setting]:
    entries = [(key, text_of(value), value) for key, value in pairs(node)]
    for row in rows(node):
        key, equals, value = text_of(row).partition("=")
        entries += [(key, value, row)] if equals else []
    for key, value, at in entries:
        shown = secret_kind(value) if is_secret(key) else without_password(value)[:300]
        yield Setting(path, line_of(at), KIND, name, f"environment {key}", shown)
