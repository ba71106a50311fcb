"""
What the code can do to the outside and to itself: programs, deserializers, addresses, environment, TLS, debugging.

One item per kind and target, not per call: a second call of the same program is nothing new.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from sdlc.surface.folding import Folder, is_known
from sdlc.surface.item import Item
from sdlc.surface.module import Module, Scope
from sdlc.surface.project import Project
from sdlc.surface.routes import keyword, place_of

UNKNOWN = "?"
_OS = "os"
_ENVIRON = f"{_OS}.environ"
DESERIALIZERS = {
    **{f"{module}.{name}": "pickle" for module in ("pickle", "cPickle", "_pickle") for name in ("load", "loads")},
    "pickle.Unpickler": "pickle",
    **{f"{module}.{name}": module for module in ("marshal", "dill", "cloudpickle") for name in ("load", "loads")},
    "shelve.open": "shelve",
    "torch.load": "torch",
    "joblib.load": "joblib",
    "pandas.read_pickle": "pickle",
    "jsonpickle.decode": "jsonpickle",
    "yaml.unsafe_load": "yaml",
    "yaml.full_load": "yaml",
    "yaml.load": "yaml",
    "yaml.load_all": "yaml",
}
PROGRAMS = {
    **{f"subprocess.{name}": "argv" for name in ("run", "Popen", "call", "check_call", "check_output")},
    **{f"subprocess.{name}": "shell" for name in ("getoutput", "getstatusoutput")},
    **{f"{_OS}.{name}": "shell" for name in ("system", "popen")},
    **{
        f"{_OS}.{name}": "argv" for name in ("execv", "execve", "execvp", "execl", "execlp", "posix_spawn", "startfile")
    },
    **{f"{_OS}.{name}": "second" for name in ("spawnv", "spawnl", "spawnvp", "spawnlp")},
    "asyncio.create_subprocess_exec": "argv",
    "asyncio.create_subprocess_shell": "shell",
    "pty.spawn": "argv",
}
_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
CLIENTS = {
    **{
        f"{module}.{name}": 1 if name in ("request", "stream") else 0
        for module in ("requests", "httpx")
        for name in _HTTP
    },
    "requests.Session": None,
    "httpx.Client": None,
    "httpx.AsyncClient": None,
    "aiohttp.ClientSession": None,
    "urllib.request.urlopen": 0,
    "urllib.request.Request": 0,
    "urllib.request.urlretrieve": 0,
    "urllib3.PoolManager": None,
    "http.client.HTTPConnection": 0,
    "http.client.HTTPSConnection": 0,
    "socket.create_connection": 0,
    "asyncio.open_connection": 0,
    "smtplib.SMTP": 0,
    "smtplib.SMTP_SSL": 0,
    "ftplib.FTP": 0,
    "ftplib.FTP_TLS": 0,
    "paramiko.SSHClient": None,
    "websockets.connect": 0,
}
"""Number of the argument that holds the host or address; None when it comes later."""

NATIVE = ("ctypes", "cffi")
DATABASES = ("sqlite3", "psycopg", "psycopg2", "pymysql", "MySQLdb", "asyncpg", "aiosqlite", "pymongo", "redis",
             "sqlalchemy", "cx_Oracle", "oracledb", "pyodbc")  # fmt: skip
_ENTITY = ("pynetdicom.AE", "pynetdicom.ae.ApplicationEntity")
_SQL = re.compile(r"\s*(select|insert|update|delete|create|drop|alter|replace|merge|call|exec)\b", re.IGNORECASE)
_DEBUGGED = re.compile(r"(flask|quart|fastapi|starlette|aiohttp|sanic|uvicorn|bottle)\b")
_LAST = frozenset(name.rpartition(".")[2] for table in (DESERIALIZERS, PROGRAMS, CLIENTS) for name in table) | {
    "associate", "eval", "exec", "import_module", "__import__", "getenv", "execute", "executemany", "executescript",
    "Environment", "Template", "from_string", "render_template_string", "_create_unverified_context", "raw",
    "setdefault", "pop", "text",
}  # fmt: skip
_HANDED_ON = frozenset(name.rpartition(".")[2] for table in (DESERIALIZERS, PROGRAMS) for name in table)


class Capabilities:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder) -> None:
        self._project, self._folder = project, folder

    def items(self) -> Iterator[Item]:
        """Every capability of every file."""
        for module in self._project.modules.values():
            yield from _imports(module)
            for call, scope in module.calls:
                for kind, locator in self._of_call(call, scope):
                    yield Item(kind, locator, (place_of(call, scope),), "capabilities")
            called = {id(call.func) for call, _ in module.calls}
            for node, scope in module.loads:
                for kind, locator in self._of_load(node, scope) if id(node) not in called else ():
                    yield Item(kind, locator, (place_of(node, scope),), "capabilities")
            for target, value, scope in module.settings:
                for kind, locator in self._of_setting(target, value, scope):
                    yield Item(kind, locator, (place_of(target, scope),), "capabilities")
            yield from self._django_debug(module)

    def _of_call(self, call: ast.Call, scope: Scope) -> Iterator[tuple[str, str]]:
        func = call.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        words = {
            word.arg: word.value for word in call.keywords if word.arg and word.arg in ("verify", "debug", "verify_ssl")
        }
        if last not in _LAST and not words and not _is_renamed(func, scope):
            return
        called = self._project.resolve(func, scope)
        name = called if isinstance(called, str) else ""
        last = name.rpartition(".")[2] or last
        yield from self._flags(name, call, words, scope)
        if name in DESERIALIZERS:
            loader = keyword(call, "Loader", 1)
            said = self._project.resolve(loader, scope) if loader is not None else None
            if not (isinstance(said, str) and "Safe" in said) and not self._is_safe_torch(name, call, scope):
                yield "deser", DESERIALIZERS[name]
        elif name in PROGRAMS:
            yield "exec", self._program(PROGRAMS[name], call, scope)
        elif name in CLIENTS:
            place = CLIENTS[name]
            target = keyword(call, "url", place) or keyword(call, "host", place) if place is not None else None
            yield from (("outbound", host) for host in self._hosts(target, scope))
        elif name in ("eval", "exec"):
            yield "eval", name
        elif name in ("importlib.import_module", "__import__"):
            if not all(is_known(one) for one in self._folder.values(keyword(call, "name", 0), scope)):
                yield "dynimport", name
        elif name in (f"{_ENVIRON}.get", f"{_ENVIRON}.pop", f"{_ENVIRON}.setdefault", f"{_OS}.getenv"):
            yield "env", self._text(keyword(call, "key", 0), scope)
        elif name.startswith("jinja2.") or last == "render_template_string":
            yield from self._template(last, call, scope)
        elif last == "associate" and isinstance(func, ast.Attribute):
            if self._project.kind_of(self._project.resolve(func.value, scope)) in _ENTITY:
                yield from (("outbound", host) for host in self._hosts(keyword(call, "addr", 0), scope))
        elif call.args and (last.startswith("execute") or last in ("raw", "text")):
            yield from [("db", "raw-sql")] if self._is_built(call.args[0], scope) else []

    def _of_load(self, node: ast.Attribute | ast.Subscript, scope: Scope) -> Iterator[tuple[str, str]]:
        """A variable of the environment; or a function that is handed on to be called elsewhere."""
        if isinstance(node, ast.Subscript):
            if self._project.resolve(node.value, scope) == _ENVIRON:
                yield "env", self._text(node.slice, scope)
        elif node.attr in _HANDED_ON:
            name = self._project.resolve(node, scope)
            if isinstance(name, str) and name in PROGRAMS:
                yield "exec", "shell" if PROGRAMS[name] == "shell" else UNKNOWN
            elif isinstance(name, str) and name in DESERIALIZERS:
                yield "deser", DESERIALIZERS[name]

    def _flags(
        self, name: str, call: ast.Call, words: Mapping[str, ast.expr], scope: Scope
    ) -> Iterator[tuple[str, str]]:
        if name == "ssl._create_unverified_context":
            yield "tls", "verify-off"
        for word in ("verify", "verify_ssl"):
            if word in words and self._folder.value(words[word], scope) is False:
                yield "tls", "verify-off"
        if "debug" in words and self._folder.value(words["debug"], scope) is True:
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            kind = self._project.kind_of(self._project.resolve(owner, scope)) if owner is not None else ""
            if _DEBUGGED.match(name) or _DEBUGGED.match(kind):
                yield "debug", "on"

    def _of_setting(
        self, target: ast.Attribute | ast.Subscript, value: ast.expr, scope: Scope
    ) -> Iterator[tuple[str, str]]:
        if isinstance(target, ast.Attribute):
            unchecked = target.attr == "verify_mode" and self._project.resolve(value, scope) == "ssl.CERT_NONE"
            if unchecked or (target.attr in ("check_hostname", "verify") and _is(value, False)):
                yield "tls", "verify-off"
            elif target.attr == "debug" and _is(value, True):
                kind = self._project.kind_of(self._project.resolve(target.value, scope))
                yield from [("debug", "on")] if _DEBUGGED.match(kind) else []
        elif isinstance(target.slice, ast.Constant) and target.slice.value == "DEBUG" and _is(value, True):
            yield "debug", "on"

    def _django_debug(self, module: Module) -> Iterator[Item]:
        binding = module.top.names.get("DEBUG")
        if binding is not None and {"INSTALLED_APPS", "ROOT_URLCONF"} & set(module.top.names):
            for value, scope in binding.values:
                if True in self._folder.values(value, scope):
                    yield Item("debug", "on", (place_of(value, scope),), "capabilities")

    def _template(self, last: str, call: ast.Call, scope: Scope) -> Iterator[tuple[str, str]]:
        if last in ("Template", "from_string", "render_template_string"):
            if not all(is_known(one) for one in self._folder.values(keyword(call, "source", 0), scope)):
                yield "template", "from-string"
        elif last == "Environment":
            given = keyword(call, "autoescape")
            if given is None or self._folder.value(given, scope) is False:
                yield "template", "autoescape-off"

    def _program(self, how: str, call: ast.Call, scope: Scope) -> str:
        shell = keyword(call, "shell")
        if how == "shell" or (shell is not None and self._folder.value(shell, scope) is not False):
            return "shell"
        node = keyword(call, "args", 1 if how == "second" else 0)
        if isinstance(node, (ast.List, ast.Tuple)) and node.elts:
            node = node.elts[0]
        found = self._folder.value(node, scope)
        value: object = found[0] if isinstance(found, tuple) and found else found
        if not isinstance(value, str) or not is_known(value) or not value.split():
            said = self._project.resolve(node, scope) if node is not None else None
            return "python" if said == "sys.executable" else UNKNOWN
        return value.split()[0].rpartition("/")[2] or UNKNOWN

    def _hosts(self, node: ast.expr | None, scope: Scope) -> Iterator[str]:
        for value in self._folder.values(node, scope) if node is not None else (None,):
            text: object = value[0] if isinstance(value, tuple) and value else value
            if not isinstance(text, str):
                yield UNKNOWN
                continue
            try:
                host = urlsplit(text).hostname if "://" in text else text.partition("/")[0].partition(":")[0]
            except ValueError:
                host = ""
            yield host if host and is_known(host) and "{" not in host and "?" not in host else UNKNOWN

    def _text(self, node: ast.expr | None, scope: Scope) -> str:
        value = self._folder.value(node, scope)
        return value if isinstance(value, str) and is_known(value) and value else UNKNOWN

    def _is_safe_torch(self, name: str, call: ast.Call, scope: Scope) -> bool:
        given = keyword(call, "weights_only")
        return name == "torch.load" and given is not None and self._folder.value(given, scope) is True

    def _is_built(self, node: ast.expr, scope: Scope) -> bool:
        """True for SQL that is put together from what is not known."""
        if not isinstance(node, (ast.JoinedStr, ast.BinOp, ast.Call, ast.Name)):
            return False
        return any(not is_known(text) and _SQL.match(text) for text in self._folder.texts(node, scope))


def _imports(module: Module) -> Iterator[Item]:
    roots = {name.partition(".")[0] for name in module.imported}
    for name in NATIVE:
        if name in roots:
            yield Item("native", name, (place_of(ast.Pass(), module),), "capabilities")
    for name in DATABASES:
        if name in roots:
            yield Item("db", name, (place_of(ast.Pass(), module),), "capabilities")


def _is_renamed(func: ast.expr, scope: Scope) -> bool:
    """True when a name may stand for something of a library that is called otherwise."""
    if isinstance(func, ast.Call):
        return True
    binding = scope.lookup(func.id) if isinstance(func, ast.Name) else None
    return binding is not None and binding.node is None and not binding.parameter


def _is(node: ast.expr, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
