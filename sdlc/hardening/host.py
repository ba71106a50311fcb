"""Files of the host as settings: units of systemd, sshd_config, sysctl.conf, nginx.conf."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sdlc.hardening.setting import Setting, is_secret, secret_kind
from sdlc.surface.yaml_nodes import NotReadableError

_SECTION = re.compile(r"\[([A-Za-z-]+)\]\s*\Z")
_NGINX = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<mark>[{};])|(?P<word>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s{};\#"']+)"""
)
MAX_BLOCKS = 30


def unit(path: str, text: str) -> Iterator[Setting]:
    """Section ``[Service]``; an empty value takes back what stood before it, as systemd reads it."""
    section, begun, held, rows = "", 0, "", []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        start = begun if held else number
        if line.endswith("\\"):
            held, begun = held + line[:-1].rstrip() + " ", start
            continue
        line, held = held + line, ""
        if header := _SECTION.match(line):
            section = header[1]
            if section == "Service":
                yield Setting(path, number, "unit", "Service", "", "service")
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise NotReadableError("a section or KEY=VALUE is expected", start)
        if section == "Service":
            rows.append((start, key.strip(), value.strip()))
    if not section:
        raise NotReadableError("it has no section")
    for number, key, value in rows:
        name = f"Environment {value.partition('=')[0]}" if key == "Environment" else key
        secret = key == "Environment" and is_secret(value.partition("=")[0].strip("\"'"))
        shown = secret_kind(value.partition("=")[2]) if secret else value[:300]
        yield Setting(path, number, "unit", "Service", name, shown)


def sshd(path: str, text: str) -> Iterator[Setting]:
    """Each keyword; those below ``Match`` are scopes of their own."""
    scope = ""
    yield Setting(path, 1, "sshd", "", "", "sshd")
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        words = re.split(r"\s*=\s*|\s+", line, maxsplit=1)
        if len(words) != 2:
            raise NotReadableError("a keyword and a value are expected", number)
        if words[0].lower() == "match":
            scope = f"Match {words[1]}"
            yield Setting(path, number, "sshd", scope, "", "match")
        else:
            yield Setting(path, number, "sshd", scope, words[0], words[1].strip('"')[:300])


def sysctl(path: str, text: str) -> Iterator[Setting]:
    """Each ``key = value``; slashes are dots."""
    yield Setting(path, 1, "sysctl", "", "", "sysctl")
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        key, equals, value = line.partition("=")
        if not equals and not line.startswith("-"):
            raise NotReadableError("KEY = VALUE is expected", number)
        name = key.strip().lstrip("-")
        name = name.replace("/", ".") if "." not in name else name
        yield Setting(path, number, "sysctl", "", name, value.strip()[:300])


def nginx(path: str, text: str) -> Iterator[Setting]:
    """Each directive; a scope is the way of blocks to it."""
    blocks: list[str] = []
    seen = Counter[str]()
    words: list[str] = []
    begun = 1
    yield Setting(path, 1, "nginx", "", "", "nginx")
    for found in _NGINX.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found["word"]:
            begun = begun if words else line
            words.append(found["word"].strip("\"'"))
        elif found["mark"] == ";":
            if words:
                yield Setting(path, begun, "nginx", " ".join(blocks), words[0], " ".join(words[1:])[:300])
            words = []
        elif found["mark"] == "{":
            if len(blocks) >= MAX_BLOCKS:
                raise NotReadableError(f"nested deeper than {MAX_BLOCKS} blocks", line)
            name = " ".join([*blocks, *words[:2]])
            seen[name] += 1
            blocks.append(" ".join(words[:2]) + (f"#{seen[name]}" if seen[name] > 1 else ""))
            words = []
        elif found["mark"] == "}":
            if not blocks:
                raise NotReadableError("a block ends that did not begin", line)
            blocks.pop()
            words = []
    if blocks or words:
        raise NotReadableError("it ends in the middle of a block", text.count("\n") + 1)
