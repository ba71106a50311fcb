"""For each rule about settings: a file in which it fires, and the same file as it should be."""

from __future__ import annotations

HEAD = "FROM registry.example/python:3.12@sha256:" + "a" * 64 + "\n"
IMAGE = "registry.example/web:1.2@sha256:" + "b" * 64
DJANGO = 'INSTALLED_APPS = ["app"]\nSESSION_COOKIE_SECURE = True\nCSRF_COOKIE_SECURE = True\n'
COMPOSE = f"""\
services:
  web:
    image: {IMAGE}
    read_only: true
    mem_limit: 256m
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
"""
CONTAINER = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  template:
    spec:
      securityContext: {{runAsNonRoot: true}}
      containers:
        - name: app
          image: {IMAGE}
          resources: {{limits: {{memory: 256Mi}}}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
"""
UNIT = """\
[Unit]
Description=A service

[Service]
ExecStart=/usr/bin/app
User=app
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
CapabilityBoundingSet=
"""


def without(text: str, line: str) -> str:
    """`text` without the one line that begins with `line`."""
    kept = [one for one in text.splitlines(keepends=True) if not one.strip().startswith(line)]
    assert len(kept) == text.count("\n") - 1, line
    return "".join(kept)


def instead(text: str, old: str, new: str) -> str:
    """`text` with its one `old` replaced."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


DEFAULTS: tuple[tuple[str, str, str, str], ...] = (
    ("HARD-DEBUG", "app.toml", "[app]\ndebug = true\n", "[app]\ndebug = false\n"),
    ("HARD-DEBUG", "prod.env", "FLASK_ENV=development\n", "FLASK_ENV=production\n"),
    ("HARD-DEBUG", "settings.py", 'import os\nDEBUG = os.environ.get("DEBUG", "1") == "1"\n',
     'import os\nDEBUG = os.environ.get("DEBUG", "0") == "1"\n'),
    ("HARD-DEBUG", "app.py", "app = make()\napp.config.update(DEBUG=True)\n",
     "app = make()\napp.config.update(DEBUG=False)\n"),
    ("HARD-DEFAULT-PASSWORD", "app.yaml", "admin:\n  password: changeme\n", "admin:\n  password: ${ADMIN_PASSWORD}\n"),
    ("HARD-DEFAULT-PASSWORD", "app.ini", "[db]\npassword = postgres\n", "[db]\npassword =\n"),
    ("HARD-DEFAULT-SECRET", "settings.py", 'SECRET_KEY = "insecure-abc"\n',
     'import os\nSECRET_KEY = os.environ["KEY"]\n'),
    ("HARD-DEFAULT-SECRET", "app.json", '{"url": "postgres://app:x7Kq@db/app"}', '{"url": "postgres://app@db/app"}'),
    ("HARD-CORS", "app.yaml", "cors_allowed_origins: ['*']\n", "cors_allowed_origins: ['https://app.example']\n"),
    ("HARD-CORS", "settings.py", "CORS_ALLOW_ALL_ORIGINS = True\n", "CORS_ALLOW_ALL_ORIGINS = False\n"),
    ("HARD-HOSTS", "settings.py", 'ALLOWED_HOSTS = ["*"]\n', 'ALLOWED_HOSTS = ["app.example"]\n'),
    ("HARD-OPEN-BY-DEFAULT", "settings.py",
     'REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"]}\n',
     'REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}\n'),
    ("HARD-OPEN-BY-DEFAULT", "app.toml", 'default_policy = "allow"\n', 'default_policy = "deny"\n'),
    ("HARD-OPEN-BY-DEFAULT", "app.toml", "auth_enabled = false\n", "auth_enabled = true\n"),
    ("HARD-CSRF", "app.toml", "csrf_enabled = false\n", "csrf_enabled = true\n"),
    ("HARD-PERMISSIONS", "settings.py", "FILE_UPLOAD_PERMISSIONS = 0o666\n", "FILE_UPLOAD_PERMISSIONS = 0o640\n"),
    ("HARD-PERMISSIONS", "app.toml", "[files]\numask = 0o002\n[log]\nfile_mode = 0o777\n",
     "[log]\nfile_mode = 0o640\n"),
    ("HARD-AUTOESCAPE", "settings.py", 'TEMPLATES = [{"OPTIONS": {"autoescape": False}}]\n',
     'TEMPLATES = [{"OPTIONS": {"autoescape": True}}]\n'),
    ("HARD-TLS-VERIFY", "app.yaml", "upstream:\n  verify_ssl: false\n", "upstream:\n  verify_ssl: true\n"),
    ("HARD-TLS-VERIFY", "app.env", "TLS_INSECURE_SKIP_VERIFY=1\n", "TLS_INSECURE_SKIP_VERIFY=0\n"),
    ("HARD-TLS-OFF", "settings.py", "SECURE_SSL_REDIRECT = False\n", "SECURE_SSL_REDIRECT = True\n"),
    ("HARD-TLS-VERSION", "app.toml", 'min_tls_version = "TLSv1.1"\n', 'min_tls_version = "TLSv1.2"\n'),
    ("HARD-COOKIE-SECURE", "settings.py", instead(DJANGO, "SESSION_COOKIE_SECURE = True\n", ""), DJANGO),
    ("HARD-COOKIE-SECURE", "app.toml", "session_cookie_secure = false\n", "session_cookie_secure = true\n"),
    ("HARD-COOKIE-HTTPONLY", "app.toml", "session_cookie_httponly = false\n", "session_cookie_httponly = true\n"),
    ("HARD-COOKIE-SAMESITE", "app.toml", 'session_cookie_samesite = "None"\n', 'session_cookie_samesite = "Lax"\n'),
    ("HARD-LISTING", "app.json", '{"static": {"directoryListing": true}}', '{"static": {"directoryListing": false}}'),
    ("HARD-ADMIN", "app.yaml", "admin_panel_enabled: true\n", "admin_panel_enabled: false\n"),
    ("HARD-VERSION-SHOWN", "app.ini", "[http]\nserver_tokens = on\n", "[http]\nserver_tokens = off\n"),
)  # fmt: skip

SYSTEM: tuple[tuple[str, str, str, str], ...] = (
    ("HARD-IMAGE-ROOT", "Dockerfile", f"{HEAD}CMD app\n", f"{HEAD}USER 10001\nCMD app\n"),
    ("HARD-IMAGE-ROOT", "Dockerfile", f"{HEAD}USER app\nUSER root\n", f"{HEAD}USER root\nUSER app\n"),
    ("HARD-IMAGE-TAG", "Dockerfile", "FROM python\nUSER 1\n", "FROM scratch\nUSER 1\n"),
    ("HARD-IMAGE-TAG", "compose.yaml", instead(COMPOSE, IMAGE, "nginx:latest"), COMPOSE),
    ("HARD-IMAGE-DIGEST", "Containerfile", "FROM python:3.12\nUSER 1\n", f"{HEAD}USER 1\n"),
    ("HARD-IMAGE-ADD", "Dockerfile", f"{HEAD}ADD https://index.example/a.tgz /a\nUSER 1\n",
     f"{HEAD}ADD --checksum=sha256:{'c' * 64} https://index.example/a.tgz /a\nADD local.tgz /b\nUSER 1\n"),
    ("HARD-IMAGE-SECRET", "Dockerfile", f"{HEAD}ENV DB_PASSWORD=x7Kq API_URL=x\nUSER 1\n",
     f"{HEAD}ENV DB_PASSWORD_FILE=/run/secrets/db\nUSER 1\n"),
    ("HARD-IMAGE-SECRET", "Dockerfile", f"{HEAD}ARG NPM_TOKEN\nUSER 1\n", f"{HEAD}ARG VERSION\nUSER 1\n"),
    ("HARD-IMAGE-HEALTH", "Dockerfile", f"{HEAD}EXPOSE 80\nUSER 1\n",
     f"{HEAD}EXPOSE 80\nUSER 1\nHEALTHCHECK CMD ask\n"),
    ("HARD-CONTAINER-PRIVILEGED", "compose.yaml", COMPOSE + "    privileged: true\n",
     COMPOSE + "    privileged: false\n"),
    ("HARD-CONTAINER-PRIVILEGED", "pod.yaml", CONTAINER + "            privileged: true\n", CONTAINER),
    ("HARD-CONTAINER-CAPABILITIES", "compose.yaml", COMPOSE + "    cap_add: [SYS_ADMIN]\n",
     COMPOSE + "    cap_add: [NET_BIND_SERVICE]\n"),
    ("HARD-CONTAINER-CAPABILITIES", "pod.yaml", without(CONTAINER, "capabilities:"), CONTAINER),
    ("HARD-CONTAINER-HOST", "docker-compose.yml", COMPOSE + "    network_mode: host\n",
     COMPOSE + "    network_mode: bridge\n"),
    ("HARD-CONTAINER-HOST", "pod.yaml", instead(CONTAINER, "      containers:",
     "      hostPID: true\n      containers:"),
     CONTAINER),
    ("HARD-CONTAINER-SOCKET", "compose.yaml", COMPOSE + "    volumes: ['/var/run/docker.sock:/s']\n",
     COMPOSE + "    volumes: ['data:/data']\n"),
    ("HARD-CONTAINER-PATH", "compose.yaml", COMPOSE + "    volumes: ['/etc:/host']\n",
     COMPOSE + "    volumes: ['/etc/localtime:/etc/localtime:ro']\n"),
    ("HARD-CONTAINER-PATH", "pod.yaml",
     instead(CONTAINER, "      containers:", "      volumes: [{name: x, hostPath: {path: /srv}}]\n      containers:"),
     instead(CONTAINER, "      containers:", "      volumes: [{name: x, emptyDir: {}}]\n      containers:")),
    ("HARD-CONTAINER-CONFINED", "compose.yaml", instead(COMPOSE, '["no', '["seccomp:unconfined", "no'), COMPOSE),
    ("HARD-CONTAINER-CONFINED", "pod.yaml", CONTAINER + "            seccompProfile: {type: Unconfined}\n",
     CONTAINER + "            seccompProfile: {type: RuntimeDefault}\n"),
    ("HARD-CONTAINER-ROOT", "compose.yaml", COMPOSE + "    user: '0:0'\n", COMPOSE + "    user: '1000'\n"),
    ("HARD-CONTAINER-ROOT", "pod.yaml", instead(CONTAINER, "{runAsNonRoot: true}", "{fsGroup: 1}"), CONTAINER),
    ("HARD-CONTAINER-ESCALATION", "compose.yaml", without(COMPOSE, "security_opt"), COMPOSE),
    ("HARD-CONTAINER-ESCALATION", "pod.yaml", without(CONTAINER, "allowPrivilegeEscalation"), CONTAINER),
    ("HARD-CONTAINER-WRITABLE", "compose.yaml", without(COMPOSE, "read_only"), COMPOSE),
    ("HARD-CONTAINER-WRITABLE", "pod.yaml", without(CONTAINER, "readOnlyRootFilesystem"), CONTAINER),
    ("HARD-CONTAINER-LIMITS", "compose.yaml", without(COMPOSE, "mem_limit"), COMPOSE),
    ("HARD-CONTAINER-LIMITS", "pod.yaml", without(CONTAINER, "resources"), CONTAINER),
    ("HARD-CONTAINER-SECRET", "compose.yaml", COMPOSE + "    environment: [POSTGRES_PASSWORD=postgres]\n",
     COMPOSE + "    environment: ['POSTGRES_PASSWORD=${POSTGRES_PASSWORD}']\n"),
    ("HARD-CONTAINER-SECRET", "pod.yaml", CONTAINER + "          env: [{name: API_TOKEN, value: x7Kq}]\n",
     CONTAINER + "          env: [{name: API_TOKEN, valueFrom: {secretKeyRef: {name: a, key: b}}}]\n"),
    ("HARD-UNIT-ROOT", "app.service", without(UNIT, "User"), UNIT),
    ("HARD-UNIT-ESCALATION", "app.service", without(UNIT, "NoNewPrivileges"), UNIT),
    ("HARD-UNIT-FILES", "app.service", instead(UNIT, "ProtectHome=yes", "ProtectHome=no"), UNIT),
    ("HARD-UNIT-FILES", "app.service", without(UNIT, "PrivateTmp"), UNIT),
    ("HARD-UNIT-FILES", "app.service", without(UNIT, "ProtectSystem"), instead(UNIT, "=strict", "=full")),
    ("HARD-UNIT-CAPABILITIES", "app.service", without(UNIT, "CapabilityBoundingSet"), UNIT),
    ("HARD-UNIT-CAPABILITIES", "app.service", UNIT + "AmbientCapabilities=CAP_NET_ADMIN\n",
     UNIT + "AmbientCapabilities=CAP_NET_BIND_SERVICE\n"),
    ("HARD-UNIT-KERNEL", "app.service", without(UNIT, "ProtectKernelModules"), UNIT),
    ("HARD-SSHD", "etc/sshd_config", "PermitRootLogin yes\n", "PermitRootLogin no\n"),
    ("HARD-SSHD", "etc/sshd_config", "Ciphers aes256-gcm@openssh.com,3des-cbc\n", "Ciphers aes256-gcm@openssh.com\n"),
    ("HARD-SYSCTL", "sysctl.conf", "kernel.randomize_va_space = 0\n", "kernel.randomize_va_space = 2\n"),
    ("HARD-SYSCTL", "sysctl.d/90.conf", "net/ipv4/conf/all/accept_redirects=1\n",
     "net/ipv4/conf/all/accept_redirects=0\n"),
    ("HARD-NGINX", "nginx.conf", "http { server { autoindex on; } }\n", "http { server { autoindex off; } }\n"),
    ("HARD-NGINX", "nginx/tls.conf", "ssl_protocols TLSv1 TLSv1.2;\n", "ssl_protocols TLSv1.2 TLSv1.3;\n"),
)  # fmt: skip
