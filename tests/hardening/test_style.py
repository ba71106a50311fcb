"""Whole files in the style of well-known projects: good ones are left alone, of usual ones what is weak is named."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sdlc.hardening.default_rules import judge_defaults, judged
from sdlc.hardening.defaults import load_defaults
from sdlc.hardening.system import judge_system
from sdlc.hardening.system_files import kind_of, load_system
from sdlc.model.finding import Finding

GOOD, USUAL = (Path(__file__).parents[1] / "samples" / "hardening" / name for name in ("good", "usual"))


def findings_in(folder: Path) -> list[Finding]:
    found: list[Finding] = []
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    for path in files:
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        if kind_of(name):
            found += judge_system(load_system(name, data) or [], None)
        else:
            found += judge_defaults(judged(load_defaults(name, data)))
    return found


def test_a_good_file_is_left_alone() -> None:
    assert [(one.rule, str(one.place), one.message) for one in findings_in(GOOD)] == []


def test_of_a_usual_file_each_weak_setting_is_named() -> None:
    found = Counter((one.place.path if one.place else "", one.rule.removeprefix("HARD-")) for one in findings_in(USUAL))
    named: dict[str, dict[str, int]] = {}
    for (path, rule), number in found.items():
        named.setdefault(path, {})[rule] = number
    assert named == {
        "api/Dockerfile": {"IMAGE-DIGEST": 1, "IMAGE-HEALTH": 1, "IMAGE-ROOT": 1, "IMAGE-SECRET": 1},
        "api/docker-compose.yml": {
            **dict.fromkeys(("CONTAINER-HOST", "CONTAINER-PRIVILEGED", "CONTAINER-SOCKET"), 1),
            **dict.fromkeys(("CONTAINER-CAPABILITIES", "CONTAINER-ESCALATION", "CONTAINER-LIMITS"), 3),
            "CONTAINER-WRITABLE": 3,
            "CONTAINER-SECRET": 2,
            "IMAGE-DIGEST": 1,
            "IMAGE-TAG": 1,
        },
        "node/nginx.conf": {"NGINX": 2},
        "node/pod.yaml": {
            **dict.fromkeys(("CONTAINER-CAPABILITIES", "CONTAINER-ESCALATION", "CONTAINER-LIMITS"), 1),
            **dict.fromkeys(("CONTAINER-PATH", "CONTAINER-ROOT", "CONTAINER-WRITABLE", "IMAGE-DIGEST"), 1),
            "CONTAINER-HOST": 2,
        },
        "shop/settings.py": {
            **dict.fromkeys(("DEBUG", "DEFAULT-PASSWORD", "DEFAULT-SECRET", "HOSTS"), 1),
            "COOKIE-SECURE": 2,
        },
        "shop/shop.service": {"UNIT-CAPABILITIES": 1, "UNIT-ESCALATION": 1, "UNIT-FILES": 3, "UNIT-KERNEL": 5},
    }
