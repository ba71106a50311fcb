"""Dockerfiles, compose files, manifests and units: what they open, and what cannot be read is visible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.surface.extract import extract
from sdlc.surface.listening_commands import listening_of

DOCKERFILE = """
FROM python:3.12 AS build
EXPOSE 9999
FROM python:3.12
ARG PORT=8080
# EXPOSE 1
EXPOSE $PORT 53/udp \\
       7000-7001
ENTRYPOINT ["uvicorn", "app:app", "--host", "0.0.0.0"]
CMD ["--port", "${PORT}"]
"""
COMPOSE = """
x-common: &common
  ports: ["127.0.0.1:8001:80", "8002:80/udp"]
services:
  web:
    <<: *common
    command: gunicorn -b 0.0.0.0:9000 app:app
  db:
    ports:
      - {target: 5432, published: 5433, host_ip: 127.0.0.1}
      - "${PORT:-6000}:6000"
      - "[::1]:6001:6001"
    network_mode: host
    privileged: true
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
"""
MANIFEST = """
apiVersion: v1
kind: Service
spec: {type: NodePort, ports: [{port: 80, nodePort: 30080, protocol: TCP}, {port: 53, protocol: UDP}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
spec: {tls: [{hosts: [a.example]}], rules: []}
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      hostNetwork: true
      containers:
      - name: web
        ports: [{containerPort: 8443}]
        command: [python, -m, http.server]
        args: ["8123", "--bind", "127.0.0.1"]
        securityContext: {privileged: true}
---
apiVersion: v1
kind: List
items: [{kind: CronJob, spec: {jobTemplate: {spec: {template: {spec: {containers: [{ports: [{containerPort: 1}]}]}}}}}}]
"""
SOCKET = "[Socket]\nListenStream=8000\nListenStream=127.0.0.1:8001\nListenStream=/run/x.sock\nListenDatagram=514\n"
SERVICE = "[Service]\nExecStart=/usr/bin/flask run \\\n  --host 0.0.0.0 -p 5001\n"
FILES = {
    "Dockerfile": (
        DOCKERFILE,
        {
            "listen:tcp/8080 0.0.0.0 unknown",
            "listen:udp/53 0.0.0.0 unknown",
            "listen:tcp/7000 0.0.0.0 unknown",
            "listen:tcp/7001 0.0.0.0 unknown",
            "listen:tcp/8080 0.0.0.0 off",
        },
    ),
    "compose.yaml": (
        COMPOSE,
        {
            "listen:tcp/8001 127.0.0.1 unknown",
            "listen:udp/8002 0.0.0.0 unknown",
            "listen:tcp/9000 0.0.0.0 off",
            "listen:tcp/5433 127.0.0.1 unknown",
            "listen:tcp/6000 0.0.0.0 unknown",
            "listen:tcp/6001 ::1 unknown",
            "privilege:host-network",
            "privilege:privileged",
            "privilege:docker.sock",
        },
    ),
    "deploy/all.yml": (
        MANIFEST,
        {
            "listen:tcp/30080 0.0.0.0 unknown",
            "listen:tcp/80 0.0.0.0 unknown",
            "listen:udp/53 0.0.0.0 unknown",
            "listen:tcp/443 0.0.0.0 on",
            "listen:tcp/8443 0.0.0.0 unknown",
            "listen:tcp/8123 127.0.0.1 off",
            "listen:tcp/1 0.0.0.0 unknown",
            "privilege:host-network",
            "privilege:privileged",
        },
    ),
    "web.socket": (
        SOCKET,
        {"listen:tcp/8000 :: unknown", "listen:tcp/8001 127.0.0.1 unknown", "listen:udp/514 :: unknown"},
    ),
    "web.service": (SERVICE, {"listen:tcp/5001 0.0.0.0 off"}),
    "settings.yaml": ("ports: ['80:80']\n", set()),
    "tests/compose.yaml": (COMPOSE, set()),
}


def shown(path: str, text: str | bytes) -> set[str]:
    data = text if isinstance(text, bytes) else text.encode()
    items = extract({path: data}, frozenset({path})).surface.items
    return {" ".join(filter(None, (item.key, item.bind, item.tls))) for item in items}


@pytest.mark.parametrize("path", sorted(FILES))
def test_what_a_file_opens(path: str) -> None:
    text, expected = FILES[path]
    assert shown(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("compose.yaml", "services: {web: {ports: [", "it is not readable: "),
        ("compose.yaml", b"\xff\xfe", "it is not readable: no UTF-8"),
        ("compose.yaml", "services: {web: {ports: ['80:{{ port }}:x:y']}}", "the port is not a constant"),
        ("k8s.yaml", "apiVersion: v1\nkind: Service\nspec: {{ .Values.spec }}\n", "it is not readable: "),
        ("k8s.yaml", "apiVersion: v1\nkind: Pod\na: " + "[" * 3000, "it is not readable: "),
        ("compose.yaml", "a: &a [*a]\nservices: {web: {ports: *b}}\n", "it is not readable: "),
        ("Dockerfile", "FROM x\nEXPOSE $PORT\n", "the port is not a constant"),
        ("Dockerfile", "FROM x\nEXPOSE 1-60000\n", "the port is not a constant"),
        ("Dockerfile", "FROM x\nEXPOSE eighty\n", "the port is not a constant"),
    ],
)
def test_what_cannot_be_read_is_visible(path: str, text: str | bytes, said: str) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    (item,) = extract({path: data}, frozenset({path})).surface.items
    assert item.unresolved.startswith(said)
    assert item.is_entry


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("uvicorn app:app", ["8000 127.0.0.1 off"]),
        ("python -m uvicorn app:app --host=:: --port 81 --ssl-keyfile k", ["81 :: on"]),
        ("gunicorn -b :80 -b unix:/x --bind [::]:81 app", ["80 0.0.0.0 off", "81 :: off"]),
        ("python manage.py runserver 0.0.0.0:9", ["9 0.0.0.0 off"]),
        ("waitress-serve --listen=*:8041 app:app", ["8041 0.0.0.0 off"]),
        ("storescp 11112", ["11112 0.0.0.0 off"]),
        ("flask --app x routes", []),
        ("python -m app", []),
        ("", []),
    ],
)
def test_command_lines(command: str, expected: list[str]) -> None:
    assert [f"{one.port} {one.bind} {one.tls}" for one in listening_of(command.split())] == expected


@given(
    st.sampled_from(["Dockerfile", "compose.yaml", "deploy.yaml", "a.socket", "a.service"]),
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                ["apiVersion: v1\n", "kind: Pod\n", "spec:\n", " containers:\n", " - ports: [", "]", "&a ", "*a",
                 "services:\n", "<<: ", "EXPOSE ", "80-", "CMD [", '"', "ListenStream=", ":", "\\\n", "${A:-", "}"]
            ),
            max_size=20,
        ).map(lambda parts: "".join(parts).encode()),
    ),
)  # fmt: skip
def test_any_bytes_are_read_or_refused(path: str, data: bytes) -> None:
    extract({path: data}, frozenset({path}))
