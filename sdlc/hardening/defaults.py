"""
Defaults that a product ships, as settings with lines: TOML, JSON, YAML, INI, `.env` and modules of Python.

Nothing is executed, and YAML is composed, never constructed. A list gives one setting for each element.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ruamel.yaml.nodes import Node, ScalarNode

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json, strict_toml
from sdlc.hardening.defaults_python import settings_in
from sdlc.hardening.setting import Setting, shown
from sdlc.surface.yaml_nodes import NotReadableError, documents, line_of, pairs, rows, text_of

KIND = "defaults"
MAX_BYTES = 2**21
MAX_SETTINGS = 20_000
MAX_NODES = 100_000
_ENV = re.compile(r"(^|/)(\.env(\.[\w.-]+)?|[\w.-]+\.env)\Z")
_PAIR = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)\Z")
_SECTION = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w.-]+)\s*[=:]""")
_MODE = re.compile(r"(?i)(permissions?|mode|umask|chmod)$")


def load_defaults(path: str, data: bytes) -> list[Setting]:
    """The settings in `data`; raises UnreadableError, with the line where one is known."""
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path}: not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from None
    found = list(islice(_read(path, text), MAX_SETTINGS + 1))
    if len(found) > MAX_SETTINGS:
        raise UnreadableError(
            f"{path}: more than {MAX_SETTINGS} settings", hint="name the file that holds the defaults"
        )
    if not found:
        raise UnreadableError(f"{path}: it sets nothing", hint="name the file that holds the defaults")
    return found


def _read(path: str, text: str) -> Iterator[Setting]:
    if _ENV.search(path):
        return _env(path, text)
    ending = path.rpartition(".")[2].lower()
    if ending == "py":
        return settings_in(path, text)
    if ending == "toml":
        return _toml(path, text)
    if ending in ("json", "yaml", "yml"):
        return _nodes(path, text, json=ending == "json")
    if ending in ("ini", "cfg", "conf"):
        return _ini(path, text)
    raise UnreadableError(
        f"{path}: defaults are read from .toml, .json, .yaml, .ini, .env and .py",
        hint="name such a file in gates.hardening.defaults",
    )


def _toml(path: str, text: str) -> Iterator[Setting]:
    try:
        values = list(_flat(strict_toml.loads(text.encode()), ""))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableError(f"{path}: {error}", hint="mend the TOML syntax there") from None
    lines = _lines_of(text)
    for key, value in values:
        above, line = key, 0
        while above and not line:
            line = lines.get(above, 0)
            above = above.rpartition(".")[0]
        yield Setting(path, line or 1, KIND, "", key, _plain(key, value))


def _lines_of(text: str) -> dict[str, int]:
    """The lines of keys, by their whole path; of keys in a table that stands more than once the last."""
    section, found = "", {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _SECTION.match(line):
            section = re.sub(r"[\"'\s]", "", header[1])
            found[section] = number
        elif key := _KEY.match(line):
            name = key[1].strip("\"'")
            found[f"{section}.{name}" if section else name] = number
    return found


def _flat(value: Any, above: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{above}.{key}" if above else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, above)
    else:
        yield above, value


def _plain(key: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and _MODE.search(key):
        return f"0o{value:o}" if value >= 0 else str(value)
    return shown(key, str(value).lower() if isinstance(value, bool) else str(value))


def _nodes(path: str, text: str, *, json: bool) -> Iterator[Setting]:
    if json:
        strict_json.loads(text.encode(), what=path)
        text = re.sub(r"(?m)^\t+", lambda tabs: "  " * len(tabs[0]), text)
    try:
        for document in documents(text):
            yield from _below(path, document)
    except NotReadableError as error:
        raise UnreadableError(f"{path}:{error.line}: {error}", hint="mend the file there") from None


def _below(path: str, document: Node) -> Iterator[Setting]:
    """Attack: aliases of aliases, which make more nodes of a small file than anybody can look at."""
    stack: list[tuple[Node, str]] = [(document, "")]
    looked = 0
    while stack:
        node, key = stack.pop()
        looked += 1
        if looked > MAX_NODES:
            raise NotReadableError(f"more than {MAX_NODES} entries", line_of(node))
        if isinstance(node, ScalarNode):
            yield Setting(path, line_of(node), KIND, "", key, shown(key, text_of(node)))
        stack += [(inner, f"{key}.{name}" if key else name) for name, inner in pairs(node)]
        stack += [(inner, key) for inner in rows(node)]


def _env(path: str, text: str) -> Iterator[Setting]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pair = _PAIR.match(line)
        if pair is None:
            raise UnreadableError(f"{path}:{number}: KEY=VALUE is expected", hint="mend that line")
        value = pair[2].strip()
        quoted = re.match(r"""(["'])(.*?)\1""", value)
        value = quoted[2] if quoted else re.sub(r"\s+#.*", "", value)
        yield Setting(path, number, KIND, "", pair[1], shown(pair[1], value))


def _ini(path: str, text: str) -> Iterator[Setting]:
    parser = configparser.RawConfigParser(strict=True, allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text if re.search(r"(?m)^\s*\[", text) else f"[DEFAULT]\n{text}", source=path)
    except configparser.Error as error:
        raise UnreadableError(f"{path}: {str(error).partition(chr(10))[0]}", hint="mend the file there") from None
    lines = _lines_of(text)
    for section in (parser.default_section, *parser.sections()):
        values = parser.defaults() if section == parser.default_section else dict(parser.items(section))
        for key, value in values.items():
            if section != parser.default_section and key in parser.defaults():
                continue
            name = key if section == parser.default_section else f"{section}.{key}"
            line = lines.get(f"{section}.{key}") or lines.get(key) or 1
            yield Setting(path, line, KIND, "", name, shown(key, (value or "").strip()))
