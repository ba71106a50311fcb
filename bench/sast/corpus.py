"""
Reads the labelled corpus: pairs of a vulnerable program and its minimal fix, each pair one text in the form of a diff.

A case starts with `key: value` lines (`title`, `cwe`, `framework`, `flow`, `via`), then come its files, each after a
line `=== path.py`. A line that starts with a space is in both programs, with `-` in the vulnerable one alone, with `+`
in the fixed one alone; `#!` at the end of a line marks where the harm happens. Rules are tuned on the cases in `open/`
and never on those in `held/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
HALVES = ("open", "held")
KEYS = ("title", "cwe", "framework", "flow", "via")
FLOWS = ("none", "function", "across")
"""No value flows; a value flows inside one function; a value passes functions, modules or objects."""
FRAMEWORKS = frozenset(
    {
        "aiohttp", "bottle", "django", "falcon", "fastapi", "flask", "other", "pydicom", "pynetdicom", "sanic",
        "sqlalchemy", "starlette", "stdlib", "tornado",
    }
)  # fmt: skip
MARK = "  #!"


@dataclass(frozen=True)
class Case:
    """One pair; `vulnerable` and `fixed` map the path of a file to its text, `marks` to the lines of the harm."""

    name: str
    half: str
    title: str
    cwe: int
    framework: str
    flow: str
    via: str
    vulnerable: dict[str, str]
    fixed: dict[str, str]
    marks: dict[str, tuple[int, ...]]


def load_corpus(half: str) -> Iterator[Case]:
    """Every case of a half, by weakness and name. Raises ValueError with the file and line of what is malformed."""
    for path in sorted((FOLDER / half).glob("*/*.case")):
        case = load_case(path)
        if path.parent.name != f"cwe-{case.cwe:03d}":
            raise ValueError(f"{path}: a case of CWE-{case.cwe} stands in another folder")
        yield case


def load_case(path: Path) -> Case:
    """The case in the file at `path`. Raises ValueError."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = dict(line.split(": ", 1) for line in lines[: len(KEYS)])
    if tuple(header) != KEYS:
        raise ValueError(f"{path}:1: expected are the keys {', '.join(KEYS)}")
    if header["flow"] not in FLOWS or header["framework"] not in FRAMEWORKS:
        raise ValueError(f"{path}:3: unknown flow or framework")
    programs: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    marks: dict[str, list[int]] = {}
    current = ""
    for number, line in enumerate(lines[len(KEYS) :], len(KEYS) + 1):
        if line.startswith("=== "):
            current = line[4:]
            if current in marks:
                raise ValueError(f"{path}:{number}: {current} is there twice")
            marks[current] = []
            for program in programs:
                program[current] = []
            continue
        if not current or line[:1] not in {"", " ", "-", "+"}:
            raise ValueError(f"{path}:{number}: a line starts with a space, -, + or ===")
        marked, text = line.endswith(MARK), line[1:].removesuffix(MARK)
        for program, other in zip(programs, "+-", strict=True):
            if line[:1] != other:
                program[current].append(text)
        if marked:
            marks[current].append(len(programs[0][current]))
    vulnerable, fixed = (
        {name: "\n".join(text).rstrip() + "\n" for name, text in program.items()} for program in programs
    )
    return Case(
        path.stem,
        path.parent.parent.name,
        header["title"],
        int(header["cwe"]),
        header["framework"],
        header["flow"],
        header["via"],
        vulnerable,
        fixed,
        {name: tuple(numbers) for name, numbers in marks.items()},
    )
