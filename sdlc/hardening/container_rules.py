"""Which settings of a container are weak, in a compose file or in a manifest of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sdlc.hardening.image_rules import judge_image
from sdlc.hardening.judging import NO, STRONG_CAPABILITIES, USUAL_CAPABILITIES, YES, capability, said, weak
from sdlc.hardening.setting import SECRETS, WRITTEN, Scope, Setting
from sdlc.model.finding import Finding, Severity

_SOCKET = re.compile(r"(docker|containerd|crio|podman|dockershim)\.sock\b")
_OF_THE_HOST = re.compile(
    r"/(etc|proc|sys|root|boot|dev|usr|bin|sbin|lib|lib64|var/run|run|var/lib/docker|home)?(/[^:]*)?(:|\Z)"
)
_HARMLESS = re.compile(
    r"/(etc/(localtime|timezone|resolv\.conf|ssl/certs[^:]*)|dev/shm|home/[^:]+/[^:]+|run/secrets/[^:]+)(:|\Z)"
)
_UNCONFINED = re.compile(r"(seccomp|apparmor|systempaths)[:=]unconfined|label[:=]disable")


def judge_compose(scope: Scope) -> Iterator[Finding]:
    """What stands against one service of a compose file; what it lacks is not said of one that `extends` another."""
    yield from _of_both(scope, "cap_add", "environment ")
    for key in ("network_mode", "pid", "ipc", "userns_mode", "uts"):
        if scope.says(key) == "host":
            yield weak("HARD-CONTAINER-HOST", scope, key, "its own")
    if scope.says("user").partition(":")[0] in ("root", "0"):
        yield weak("HARD-CONTAINER-ROOT", scope, "user", "a user without rights")
    for one in scope.all("security_opt"):
        if _UNCONFINED.search(one.value.lower()):
            yield said("HARD-CONTAINER-CONFINED", scope, one, f"security_opt {one.value:.60}", one.value[:60])
    for one in scope.all("volumes"):
        yield from _mounted(scope, one, "volumes")
    if scope.place.value == "extends":
        return
    options = [one.value.lower().replace("=", ":").replace(" ", "") for one in scope.all("security_opt")]
    if not {"no-new-privileges", "no-new-privileges:true"} & set(options):
        yield said("HARD-CONTAINER-ESCALATION", scope, (scope.last("security_opt") or scope.place), "security_opt",
                   "no-new-privileges is not set", fix="Add no-new-privileges:true to security_opt.")  # fmt: skip
    if "all" not in [capability(one.value) for one in scope.all("cap_drop")]:
        yield weak("HARD-CONTAINER-CAPABILITIES", scope, "cap_drop", "[ALL]", severity=Severity.LOW)
    if scope.says("read_only") not in YES:
        yield weak("HARD-CONTAINER-WRITABLE", scope, "read_only", "true")
    if not scope.says("mem_limit") and not scope.says("limits.memory"):
        yield weak("HARD-CONTAINER-LIMITS", scope, "mem_limit", "what it needs")


def judge_kubernetes(scope: Scope) -> Iterator[Finding]:
    """What stands against one container, or against a pod itself."""
    if scope.place.value == "pod":
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if scope.says(key) in YES:
                yield weak("HARD-CONTAINER-HOST", scope, key, "false")
        for one in scope.all("hostPath"):
            yield from _mounted(scope, one, "hostPath", always=True)
        return
    yield from _of_both(scope, "capabilities.add", "env ")
    if scope.says("procMount") == "unmasked":
        yield weak("HARD-CONTAINER-CONFINED", scope, "procMount", "Default")
    for key in ("seccompProfile.type", "appArmorProfile.type"):
        if scope.says(key) == "unconfined":
            yield weak("HARD-CONTAINER-CONFINED", scope, key, "RuntimeDefault")
    user = scope.says("runAsUser")
    if user == "0":
        yield weak("HARD-CONTAINER-ROOT", scope, "runAsUser", "a number above 0")
    elif scope.says("runAsNonRoot") not in YES and (not user or scope.says("runAsNonRoot") in NO):
        yield weak("HARD-CONTAINER-ROOT", scope, "runAsNonRoot", "true")
    if scope.says("allowPrivilegeEscalation") not in NO:
        yield weak("HARD-CONTAINER-ESCALATION", scope, "allowPrivilegeEscalation", "false")
    if "all" not in [capability(one.value) for one in scope.all("capabilities.drop")]:
        yield weak("HARD-CONTAINER-CAPABILITIES", scope, "capabilities.drop", "[ALL]")
    if scope.says("readOnlyRootFilesystem") not in YES:
        yield weak("HARD-CONTAINER-WRITABLE", scope, "readOnlyRootFilesystem", "true")
    if not scope.says("limits.memory"):
        yield weak("HARD-CONTAINER-LIMITS", scope, "limits.memory", "what it needs")


def _of_both(scope: Scope, added: str, environment: str) -> Iterator[Finding]:
    if scope.says("privileged") in YES:
        yield weak("HARD-CONTAINER-PRIVILEGED", scope, "privileged", "false")
    for one in scope.all(added):
        name = capability(one.value)
        if name not in USUAL_CAPABILITIES:
            severity = Severity.HIGH if name in STRONG_CAPABILITIES else Severity.LOW
            text = f"{added} {one.value:.40}"
            yield said("HARD-CONTAINER-CAPABILITIES", scope, one, text, text, severity=severity)
    for one in scope.settings:
        if one.key.startswith(environment) and (one.value in SECRETS or f":{WRITTEN}@" in one.value):
            yield said("HARD-CONTAINER-SECRET", scope, one, one.key, f"{one.key} has a value that stands in the file")
    image = scope.last("image")
    if image is not None and not scope.all("build"):
        yield from judge_image(scope, image, "image")


def _mounted(scope: Scope, one: Setting, key: str, *, always: bool = False) -> Iterator[Finding]:
    """What stands against a folder of the host that the container sees."""
    source = one.value
    if _SOCKET.search(source):
        yield said("HARD-CONTAINER-SOCKET", scope, one, f"{key} {source:.80}", f"{key} {source:.80}")
    elif _HARMLESS.match(source):
        return
    elif (always and source) or (_OF_THE_HOST.match(source) and not source.endswith(":ro")):
        yield said("HARD-CONTAINER-PATH", scope, one, f"{key} {source:.80}", f"{key} {source:.80}")
