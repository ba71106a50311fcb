"""Whatever makes pods, as settings: each container is a scope, and what its pod sets holds for it, too."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml.nodes import Node

from sdlc.hardening.setting import Setting, is_secret, secret_kind, without_password
from sdlc.surface.yaml_nodes import documents, get, line_of, pairs, rows, text_of

KIND = "kubernetes"
_PODS = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController"),
        ("spec", "template", "spec"),
    ),
}
_OF_POD = ("runAsNonRoot", "runAsUser")
_OF_CONTAINER = (*_OF_POD, "privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "procMount")
_HOST = ("hostNetwork", "hostPID", "hostIPC", "automountServiceAccountToken")


def kubernetes(path: str, text: str) -> Iterator[Setting]:
    """The settings of every container; raises NotReadableError."""
    for document in documents(text):
        yield from _object(path, document)


def _object(path: str, document: Node, *, inner: bool = False) -> Iterator[Setting]:
    """The settings of one object; a list holds objects, and no lists."""
    kind = text_of(get(document, "kind"))
    if kind.endswith("List") and not inner:
        for one in rows(get(document, "items")):
            yield from _object(path, one, inner=True)
    elif kind in _PODS:
        spec = get(document, *_PODS[kind])
        name = f"{kind}/{text_of(get(document, 'metadata', 'name')) or '-'}"
        if spec is not None:
            yield from _pod(path, name, spec)


def _pod(path: str, name: str, spec: Node) -> Iterator[Setting]:
    yield Setting(path, line_of(spec), KIND, name, "", "pod")
    for key in _HOST:
        node = get(spec, key)
        if node is not None:
            yield Setting(path, line_of(node), KIND, name, key, text_of(node))
    for volume in rows(get(spec, "volumes")):
        node = get(volume, "hostPath", "path")
        if node is not None:
            yield Setting(path, line_of(node), KIND, name, "hostPath", text_of(node))
    for list_name in ("containers", "initContainers"):
        for container in rows(get(spec, list_name)):
            yield from _container(path, name, spec, container)


def _container(path: str, pod: str, spec: Node, container: Node) -> Iterator[Setting]:
    scope = f"{pod}/{text_of(get(container, 'name')) or '-'}"

    def setting(node: Node, key: str, value: str) -> Setting:
        return Setting(path, line_of(node), KIND, scope, key, value[:300])

    yield setting(container, "", "container")
    node = get(container, "image")
    if node is not None:
        yield setting(node, "image", text_of(node))
    for key in _OF_CONTAINER:
        node = get(container, "securityContext", key)
        if node is None and key in _OF_POD:
            node = get(spec, "securityContext", key)
        if node is not None:
            yield setting(node, key, text_of(node))
    for kind in ("seccompProfile", "appArmorProfile"):
        node = get(container, "securityContext", kind, "type") or get(spec, "securityContext", kind, "type")
        if node is not None:
            yield setting(node, f"{kind}.type", text_of(node))
    for kind in ("add", "drop"):
        for node in rows(get(container, "securityContext", "capabilities", kind)):
            yield setting(node, f"capabilities.{kind}", text_of(node))
    for key in ("memory", "cpu"):
        node = get(container, "resources", "limits", key)
        if node is not None:
            yield setting(node, f"limits.{key}", text_of(node))
    for kind in ("command", "args"):
        for node in rows(get(container, kind)):
            yield setting(node, kind, text_of(node))
    for entry in rows(get(container, "env")):
        name, value = text_of(get(entry, "name")), get(entry, "value")
        if value is not None:
            text = text_of(value)
            yield setting(value, f"env {name}", secret_kind(text) if is_secret(name) else without_password(text))
    for _, reference in pairs(get(container, "lifecycle")):
        yield setting(reference, "lifecycle", "set")
