"""Compose files and Kubernetes manifests: published ports, services, ingresses, and what makes a container the host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ruamel.yaml.nodes import Node, ScalarNode

from sdlc.surface.containers import listener, span, started
from sdlc.surface.item import Item, Spot
from sdlc.surface.listening_commands import EVERYWHERE, defaulted
from sdlc.surface.yaml_nodes import get, line_of, pairs, rows, text_of, words

_PODS = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController"),
        ("spec", "template", "spec"),
    ),
}
_SHORT = re.compile(r"(?:(?P<ip>\[[0-9a-fA-F:]+\]|\d+(?:\.\d+){3}):)?(?:(?P<published>[^:]*):)?(?P<target>[^:]+)\Z")
_HOST_FLAGS = {"network_mode": "host", "pid": "host", "ipc": "host"}


def compose(document: Node, path: str) -> Iterator[Item]:
    """The services of a compose file."""
    for _, service in pairs(get(document, "services")):
        for port in rows(get(service, "ports")):
            yield from _published(port, Spot(path, line_of(port)))
        for name in ("entrypoint", "command"):
            node = get(service, name)
            if node is not None:
                yield from started(words(node), Spot(path, line_of(node)))
        for name, meant in _HOST_FLAGS.items():
            node = get(service, name)
            if text_of(node) == meant and node is not None:
                yield _privilege(f"host-{name.removesuffix('_mode')}", path, node)
        node = get(service, "privileged")
        if node is not None and text_of(node).lower() == "true":
            yield _privilege("privileged", path, node)
        for volume in rows(get(service, "volumes")):
            source = text_of(volume) or text_of(get(volume, "source"))
            if "docker.sock" in source:
                yield _privilege("docker.sock", path, volume)


def _published(port: Node, spot: Spot) -> Iterator[Item]:
    """`"127.0.0.1:8001:8001/udp"` and the long form; without a published port, the one of the container."""
    if not isinstance(port, ScalarNode):
        number = text_of(get(port, "published")) or text_of(get(port, "target"))
        protocol = text_of(get(port, "protocol")) or "tcp"
        for one, _ in span(number):
            yield listener(one, text_of(get(port, "host_ip")) or EVERYWHERE, spot, protocol=protocol)
        return
    match = _SHORT.match(defaulted(text_of(port)))
    if match is None:
        yield listener("{?port}", "?", spot)
        return
    target, slash, protocol = match["target"].partition("/")
    bind = (match["ip"] or EVERYWHERE).strip("[]")
    for number, kind in span(f"{match['published'] or target}{slash}{protocol}"):
        yield listener(number, bind, spot, protocol=kind)


def kubernetes(document: Node, path: str) -> Iterator[Item]:
    """Services, ingresses and the containers of whatever makes pods."""
    kind = text_of(get(document, "kind"))
    if kind.endswith("List"):
        for one in rows(get(document, "items")):
            yield from kubernetes(one, path)
    elif kind == "Service":
        outside = text_of(get(document, "spec", "type")) in ("NodePort", "LoadBalancer")
        for port in rows(get(document, "spec", "ports")):
            yield from _port(port, ("nodePort", "port") if outside else ("port",), path)
    elif kind == "Ingress":
        node = get(document, "spec")
        if node is not None:
            tls = get(node, "tls") is not None
            spot = Spot(path, line_of(node))
            yield listener("443" if tls else "80", EVERYWHERE, spot, "on" if tls else "off")
    elif kind in _PODS:
        yield from _pod(get(document, *_PODS[kind]), path)


def _port(port: Node, names: tuple[str, ...], path: str) -> Iterator[Item]:
    protocol = (text_of(get(port, "protocol")) or "TCP").lower()
    for name in names:
        number = text_of(get(port, name))
        if number:
            shown = number if number.isdigit() else "{?port}"
            yield listener(shown, EVERYWHERE, Spot(path, line_of(port)), protocol=protocol)


def _pod(spec: Node | None, path: str) -> Iterator[Item]:
    node = get(spec, "hostNetwork")
    if node is not None and text_of(node).lower() == "true":
        yield _privilege("host-network", path, node)
    for container in (*rows(get(spec, "containers")), *rows(get(spec, "initContainers"))):
        for port in rows(get(container, "ports")):
            yield from _port(port, ("hostPort",) if get(port, "hostPort") is not None else ("containerPort",), path)
        command = [*words(get(container, "command")), *words(get(container, "args"))]
        yield from started(command, Spot(path, line_of(container)))
        node = get(container, "securityContext", "privileged")
        if node is not None and text_of(node).lower() == "true":
            yield _privilege("privileged", path, node)
    for volume in rows(get(spec, "volumes")):
        source = get(volume, "hostPath", "path")
        if source is not None and "docker.sock" in text_of(source):
            yield _privilege("docker.sock", path, source)


def _privilege(name: str, path: str, node: Node) -> Item:
    return Item("privilege", name, (Spot(path, line_of(node)),), "deployment")
