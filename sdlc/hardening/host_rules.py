"""Which settings of a host are weak: units of systemd, sshd, the kernel, nginx."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from sdlc.hardening.judging import STRONG_CAPABILITIES, USUAL_CAPABILITIES, YES, capability, said, weak
from sdlc.hardening.setting import SECRETS, Scope
from sdlc.model.finding import Finding, Severity

Bad = Callable[[str], bool]
_UNIT_FILES = {
    "ProtectSystem": ({"strict", "full"}, "strict"),
    "ProtectHome": ({*YES, "read-only", "tmpfs"}, "yes"),
    "PrivateTmp": ({*YES, "disconnected"}, "yes"),
}
_UNIT_KERNEL = (
    "ProtectKernelTunables",
    "ProtectKernelModules",
    "ProtectControlGroups",
    "PrivateDevices",
    "RestrictSUIDSGID",
)
_OF_DYNAMIC_USER = ("NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "RestrictSUIDSGID")
"""What DynamicUser=yes brings along, unless the unit says otherwise."""

_OLD_TLS = re.compile(r"(?i)\bSSLv[23]\b|\bTLSv1(\.1)?(?![.\d])")
_OLD_CIPHER = re.compile(r"(?i)(?<![!-])\b(NULL|EXP(ORT)?|RC4|DES|3DES|MD5|aNULL|LOW)\b")
_OLD_SSH = re.compile(r"(?i)(?<![\w-])(3des-cbc|arcfour\w*|blowfish-cbc|cast128-cbc|aes\d+-cbc|hmac-md5[\w-]*"
                      r"|hmac-sha1-96|diffie-hellman-group(1|14|-exchange)-sha1|ssh-dss)(?![\w])")  # fmt: skip


def _is(*values: str) -> Bad:
    return lambda value: value in values


SSHD: Mapping[str, tuple[Bad, str]] = {
    "PermitRootLogin": (_is("yes"), "no"),
    "PasswordAuthentication": (_is("yes"), "no"),
    "PermitEmptyPasswords": (_is("yes"), "no"),
    "KbdInteractiveAuthentication": (_is("yes"), "no"),
    "ChallengeResponseAuthentication": (_is("yes"), "no"),
    "HostbasedAuthentication": (_is("yes"), "no"),
    "IgnoreRhosts": (_is("no"), "yes"),
    "StrictModes": (_is("no"), "yes"),
    "X11Forwarding": (_is("yes"), "no"),
    "PermitTunnel": (_is("yes", "point-to-point", "ethernet"), "no"),
    "PermitUserEnvironment": (_is("yes"), "no"),
    "GatewayPorts": (_is("yes", "clientspecified"), "no"),
    "Protocol": (lambda value: "1" in value, "2"),
    "Ciphers": (
        lambda value: bool(_OLD_SSH.search(value)) and not value.startswith("-"),
        "what OpenSSH has as default",
    ),
    "MACs": (lambda value: bool(_OLD_SSH.search(value)) and not value.startswith("-"), "what OpenSSH has as default"),
    "KexAlgorithms": (
        lambda value: bool(_OLD_SSH.search(value)) and not value.startswith("-"),
        "what OpenSSH has as default",
    ),
}
SYSCTL: tuple[tuple[str, Bad, str], ...] = (
    (r"kernel\.randomize_va_space", lambda v: v != "2", "2"),
    (r"kernel\.(kptr_restrict|dmesg_restrict|yama\.ptrace_scope|unprivileged_bpf_disabled)", _is("0"), "1 or more"),
    (r"kernel\.(sysrq)", lambda v: v == "1", "0"),
    (r"kernel\.perf_event_paranoid", lambda v: v in ("-1", "0", "1"), "2 or more"),
    (r"fs\.protected_(hardlinks|symlinks|fifos|regular)", _is("0"), "1"),
    (r"fs\.suid_dumpable", lambda v: v != "0", "0"),
    (r"net\.ipv[46]\.conf\.[\w*-]+\.(accept_redirects|accept_source_route|send_redirects|secure_redirects)",
     lambda v: v != "0", "0"),
    (r"net\.ipv4\.conf\.[\w*-]+\.(rp_filter|log_martians)", _is("0"), "1"),
    (r"net\.ipv4\.(tcp_syncookies|icmp_echo_ignore_broadcasts|icmp_ignore_bogus_error_responses)", _is("0"), "1"),
    (r"net\.core\.bpf_jit_harden", _is("0"), "2"),
)  # fmt: skip
NGINX: Mapping[str, tuple[Bad, str]] = {
    "server_tokens": (_is("on", "build"), "off"),
    "autoindex": (_is("on"), "off"),
    "ssl_protocols": (lambda value: bool(_OLD_TLS.search(value)), "TLSv1.2 TLSv1.3"),
    "ssl_ciphers": (lambda value: bool(_OLD_CIPHER.search(value)), "ciphers that are not broken"),
    "proxy_ssl_verify": (_is("off"), "on"),
    "ssl_verify_client": (_is("optional_no_ca"), "on"),
}


def judge_unit(scope: Scope) -> Iterator[Finding]:
    """What stands against a service; what a user's own service lacks of rights of the system is not said."""
    of_user = "systemd/user/" in scope.place.path
    dynamic = scope.says("DynamicUser") in YES
    if scope.says("User") in ("", "root", "0") and not dynamic and not of_user:
        yield weak("HARD-UNIT-ROOT", scope, "User", "a user of its own, or set DynamicUser=yes")

    def lacks(key: str, good: set[str]) -> bool:
        value = scope.says(key)
        return value not in good and not (not value and dynamic and key in _OF_DYNAMIC_USER)

    if lacks("NoNewPrivileges", set(YES)):
        yield weak("HARD-UNIT-ESCALATION", scope, "NoNewPrivileges", "yes")
    for key, (good, should) in _UNIT_FILES.items():
        if lacks(key, good) and not of_user:
            yield weak("HARD-UNIT-FILES", scope, key, should)
    yield from _capabilities(scope, of_user=of_user)
    for key in _UNIT_KERNEL:
        if lacks(key, set(YES)) and not of_user:
            yield weak("HARD-UNIT-KERNEL", scope, key, "yes")
    for one in scope.settings:
        if one.key.startswith("Environment ") and one.value in SECRETS:
            text = f"{one.key} has a value that stands in the file"
            yield said("HARD-CONTAINER-SECRET", scope, one, one.key, text, fix="Use LoadCredential= for it.")


def _capabilities(scope: Scope, *, of_user: bool) -> Iterator[Finding]:
    bounding = scope.all("CapabilityBoundingSet")
    if not bounding and not of_user:
        yield weak("HARD-UNIT-CAPABILITIES", scope, "CapabilityBoundingSet", "what it needs, or to nothing")
    for key in ("CapabilityBoundingSet", "AmbientCapabilities"):
        for one in scope.all(key):
            if one.value.startswith("~"):
                continue
            strong = [
                name for name in one.value.split() if capability(name) in STRONG_CAPABILITIES - USUAL_CAPABILITIES
            ]
            if strong:
                yield said("HARD-UNIT-CAPABILITIES", scope, one, f"{key} {strong[0]}", f"{key} has {', '.join(strong)}",
                           fix=f"Take {strong[0]} out of {key}.", severity=Severity.MEDIUM)  # fmt: skip


def judge_sshd(scope: Scope) -> Iterator[Finding]:
    """What stands against the server, or against one of its ``Match`` blocks."""
    yield from _listed(scope, SSHD, "HARD-SSHD")


def judge_nginx(scope: Scope) -> Iterator[Finding]:
    """What stands against one block."""
    yield from _listed(scope, NGINX, "HARD-NGINX")


def judge_sysctl(scope: Scope) -> Iterator[Finding]:
    """What stands against the settings of the kernel."""
    for key in dict.fromkeys(one.key for one in scope.settings):
        for pattern, bad, should in SYSCTL:
            if re.fullmatch(pattern, key) and bad(scope.says(key)):
                yield weak("HARD-SYSCTL", scope, key, should)


def _listed(scope: Scope, table: Mapping[str, tuple[Bad, str]], rule: str) -> Iterator[Finding]:
    for key, (bad, should) in table.items():
        for one in scope.all(key):
            if bad(one.value.strip().lower()):
                text = f"{key} is {one.value or 'empty'!s:.60}"
                yield said(rule, scope, one, key, text, fix=f"Set {key} to {should}.")
