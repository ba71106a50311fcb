"""Which settings of a Dockerfile are weak; of its stages, what the last one lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sdlc.hardening.dockerfile import LAST
from sdlc.hardening.judging import said, weak
from sdlc.hardening.setting import NOTHING, SECRETS, Scope, Setting, is_secret
from sdlc.model.finding import Confidence, Finding, Severity

_WITHOUT_ROOT = re.compile(r"(?i)non-?root|unprivileged|rootless|(^|/)chainguard/")
_FETCHED = re.compile(r"(?i)(https?|ftp|git)://|git@")
_ROOT = re.compile(r"(root|0+)(:.*)?\Z")


def judge_dockerfile(scope: Scope) -> Iterator[Finding]:
    """What stands against one stage."""
    for one in scope.all("FROM"):
        yield from judge_image(scope, one, "FROM")
    for one in scope.settings:
        word, _, name = one.key.partition(" ")
        if word in ("ENV", "ARG") and one.value in SECRETS:
            yield said("HARD-IMAGE-SECRET", scope, one, one.key, f"{one.key} has a value that stays in the image")
        elif word == "ARG" and one.value == NOTHING and is_secret(name):
            yield said("HARD-IMAGE-SECRET", scope, one, one.key, f"what is given as {name} stays in the history",
                       severity=Severity.MEDIUM, confidence=Confidence.MEDIUM)  # fmt: skip
        elif word == "ADD" and _is_unchecked(one.value):
            yield said("HARD-IMAGE-ADD", scope, one, f"ADD {one.value.split()[0]:.80}", f"ADD {one.value:.80}")
    if scope.place.scope == LAST:
        yield from _last_stage(scope)


def _last_stage(scope: Scope) -> Iterator[Finding]:
    user = scope.last("USER")
    if user is None:
        if not _WITHOUT_ROOT.search(scope.place.value):
            yield weak("HARD-IMAGE-ROOT", scope, "USER", "a user without rights, such as 10001")
    elif _ROOT.match(user.value.strip().strip("\"'")):
        yield weak("HARD-IMAGE-ROOT", scope, "USER", "a user without rights, such as 10001")
    check = scope.says("HEALTHCHECK")
    if check == "none" or (not check and scope.all("EXPOSE")):
        yield weak("HARD-IMAGE-HEALTH", scope, "HEALTHCHECK", "a command that asks the service")


def judge_image(scope: Scope, one: Setting, key: str) -> Iterator[Finding]:
    """What stands against the image that `one` names; one that is a stage, empty, or given from outside is none."""
    image = one.value
    if image.startswith("(stage ") or image == "scratch" or "$" in image or "@sha256:" in image or not image:
        return
    name, _, tag = image.rpartition("/")[2].partition(":")
    if tag in ("", "latest"):
        yield said("HARD-IMAGE-TAG", scope, one, key, f"{key} {image:.100} is another image tomorrow")
    else:
        yield said("HARD-IMAGE-DIGEST", scope, one, key, f"{key} {image:.100} ({name}) may change under its tag")


def _is_unchecked(rest: str) -> bool:
    words = rest.split()
    if any(word.startswith("--checksum=") for word in words):
        return False
    return any(_FETCHED.match(word.strip("\"'[,")) for word in words if not word.startswith("--"))
