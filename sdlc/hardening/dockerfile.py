"""The instructions of a Dockerfile as settings: each stage is a scope, and only the last one is what runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from sdlc.hardening.setting import Setting, is_secret, secret_kind, words_of
from sdlc.surface.yaml_nodes import NotReadableError

KIND = "dockerfile"
LAST = "last stage"
"""What the scope of the stage that runs is called."""

_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_ESCAPE = re.compile(r"(?i)#\s*escape\s*=\s*(.)")
_FROM = re.compile(r"(?i)(?:--\S+\s+)*(?P<image>\S+)(?:\s+as\s+(?P<name>\S+))?\s*\Z")
_KNOWN = frozenset(
    words_of(
        "FROM RUN CMD LABEL MAINTAINER EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD "
        "STOPSIGNAL HEALTHCHECK SHELL"
    )
)


def dockerfile(path: str, text: str) -> Iterator[Setting]:
    """The settings of every stage; raises NotReadableError for what is no Dockerfile."""
    stages: list[tuple[int, str, str, list[tuple[int, str, str]]]] = []
    names: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for line, statement in _statements(text):
        word, _, rest = statement.partition(" ")
        word, rest = word.upper(), rest.strip()
        if word not in _KNOWN:
            raise NotReadableError(f"{word:.20} is no instruction of a Dockerfile", line)
        if word == "FROM":
            found = _FROM.match(rest[:1000])
            if found is None:
                raise NotReadableError("FROM names no image", line)
            image = _filled(found["image"], arguments)
            name = found["name"] or str(len(stages))
            stages.append((line, name, names.get(image.lower(), image), []))
            names[name.lower()] = f"(stage {name})"
        elif stages:
            stages[-1][3].append((line, word, rest))
        elif word == "ARG":
            name, _, value = rest.partition("=")
            arguments[name.strip()] = value.strip().strip("\"'")
    if not stages:
        raise NotReadableError("it has no FROM")
    for number, (line, name, image, statements) in enumerate(stages, 1):
        scope = LAST if number == len(stages) else f"stage {name}"
        yield Setting(path, line, KIND, scope, "", image)
        inherited = _inherited(stages, image, "USER") if scope == LAST else None
        if inherited is not None:
            yield Setting(path, inherited[0], KIND, scope, "USER", inherited[1])
        yield Setting(path, line, KIND, scope, "FROM", image)
        for at, word, rest in statements:
            yield from _statement(path, at, scope, word, rest)


def _inherited(
    stages: list[tuple[int, str, str, list[tuple[int, str, str]]]], image: str, key: str
) -> tuple[int, str] | None:
    """The last `key` of the stage that `image` names, or of those that it begins with."""
    for _ in stages:
        before = next((stage for stage in stages if f"(stage {stage[1]})" == image), None)
        if before is None:
            return None
        found = [(at, rest) for at, word, rest in before[3] if word == key]
        if found:
            return found[-1]
        image = before[2]
    return None


def _statement(path: str, line: int, scope: str, word: str, rest: str) -> Iterator[Setting]:
    if word in ("ENV", "ARG"):
        for name, value in _pairs(rest, word):
            shown = secret_kind(value) if is_secret(name) else value[:200]
            yield Setting(path, line, KIND, scope, f"{word} {name}", shown)
    elif word == "RUN":
        return
    elif word in ("ADD", "USER", "HEALTHCHECK", "CMD", "ENTRYPOINT", "EXPOSE"):
        yield Setting(path, line, KIND, scope, word, rest[:300])


def _pairs(rest: str, word: str) -> Iterator[tuple[str, str]]:
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    if word == "ENV" and words and "=" not in words[0]:
        yield words[0], " ".join(words[1:])
        return
    for one in words:
        name, equals, value = one.partition("=")
        if equals or word == "ARG":
            yield name, value


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Instructions with the line on which they begin: joined where they go on, without comments and here-documents."""
    escape = _ESCAPE.match(text.lstrip())
    mark = escape[1] if escape else "\\"
    held, begun, until = "", 1, ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if until:
            until = "" if line == until else until
            continue
        if not line or line.startswith("#"):
            continue
        begun = begun if held else number
        if line.endswith(mark):
            held += line[:-1].rstrip() + " "
            continue
        statement, held = held + line, ""
        if statement.upper().startswith(("RUN", "COPY", "ADD")) and (document := _HEREDOC.search(statement)):
            until = document[1]
        yield begun, re.sub(r"^(\S+)\s+", r"\1 ", statement)
    if held:
        yield begun, re.sub(r"^(\S+)\s+", r"\1 ", held.strip())


def _filled(text: str, known: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, default = match[1] or match[3], match[2]
        return known.get(name) or (default or "") or match[0]

    return re.sub(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))", value, text)
