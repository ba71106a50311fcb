"""
What asks who is there before a handler runs: a decorator, a dependency, a hook, or the first lines of the handler.

A guard is known by its name (`login_required`, `get_current_user`, `_has_session`) or by what a decorator of the
product does. What could be one and is not understood is `unknown`, never `none`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD
from sdlc.surface.module import Binding, Function, Scope
from sdlc.surface.project import Project

_WORDS = re.compile(
    r"auth(?!or(?!i[sz]))|log(ged)?_?in|login|token|session(?!_?(factory|maker))|permission|bearer|credential|jwt|oauth|"
    r"api_?key|principal|current_user|active_user|get_user\b|is_staff|is_admin|require_(role|user|scope)|requires|roles?_required|"
    r"access_control|check_access|has_perm|user_passes|hmac|signature|protected|superuser|admin_required",
    re.IGNORECASE,
)
_OPEN = re.compile(r"exempt|allow_?any|public|anonymous|optional|no_?auth|csrf", re.IGNORECASE)
_HARMLESS = re.compile(
    r"wraps|cached?|lru_cache|cache_page|cache_control|never_cache|vary_on_\w+|gzip_page|staticmethod|classmethod|"
    r"property|override|csrf_\w+|ensure_csrf_cookie|require_(http_methods|GET|POST|safe)|api_view|transaction|atomic|"
    r"non_atomic_requests|xframe_\w+|sensitive_\w+|route|get|post|put|patch|delete|head|options|trace|websocket|"
    r"websocket_route|api_route|view|errorhandler|action|(renderer|throttle|parser)_classes|extend_schema|"
    r"swagger_auto_schema|method_decorator"
)
_DENIALS = frozenset({401, 403})


class Guards:
    """Finds the guards of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of_handler(self, node: Function | None, scope: Scope, marks: Iterable[ast.expr] = ()) -> str:
        """The guard of a handler: its decorators and `marks`, then its own first lines."""
        if node is None:
            return UNKNOWN_GUARD
        said = self.of_marks([*node.decorator_list, *marks], scope)
        if said not in (NO_GUARD, UNKNOWN_GUARD):
            return said
        inside = self.of_body(node)
        return inside if inside != NO_GUARD else said

    def of_marks(self, marks: Iterable[ast.expr], scope: Scope) -> str:
        """The guard among decorators, dependencies or permission classes."""
        answers = [self.of_mark(mark, scope) for mark in marks]
        named = sorted({one for one in answers if one not in (NO_GUARD, UNKNOWN_GUARD)})
        if named:
            return "+".join(named)
        return UNKNOWN_GUARD if UNKNOWN_GUARD in answers else NO_GUARD

    def of_mark(self, mark: ast.expr, scope: Scope) -> str:
        """What one decorator or dependency is: a guard by name, none, or not known."""
        node = mark.func if isinstance(mark, ast.Call) else mark
        name = _last(node)
        if isinstance(mark, ast.Call) and name in ("Depends", "Security", "method_decorator"):
            return self.of_mark(mark.args[0], scope) if mark.args else NO_GUARD
        if not name:
            return UNKNOWN_GUARD
        if _HARMLESS.fullmatch(name) or _OPEN.search(name):
            return NO_GUARD
        if _WORDS.search(name):
            return name
        thing = self._project.resolve(node, scope)
        if isinstance(thing, Binding) and isinstance(thing.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return name if _denies(thing.node) else NO_GUARD
        kind = self._project.kind_of(thing).rpartition(".")[2]
        if kind:  # an object that is called as a dependency: HTTPBearer() and its like
            return kind if _WORDS.search(kind) else NO_GUARD
        if isinstance(thing, Binding) and isinstance(thing.node, ast.ClassDef):
            return name if any(_denies(one) for one in ast.walk(thing.node) if _is_function(one)) else NO_GUARD
        return UNKNOWN_GUARD

    def of_body(self, node: Function) -> str:
        """The check that a handler begins with: it names who may go on, and ends the request of all others."""
        for statement in node.body[:6]:
            if isinstance(statement, ast.If) and _leaves(statement.body):
                name = next((one for one in _called(statement.test) if _is_check(one)), "")
                if name:
                    return name
            if isinstance(statement, (ast.Expr, ast.Assign)):
                name = next((one for one in _called(statement.value) if _demands(one)), "")
                if name:
                    return name
        return NO_GUARD

    def of_hook(self, node: Function) -> str:
        """A function that runs before every request: a guard by its name if it denies, `unknown` if it exempts."""
        if not (_WORDS.search(node.name) or _denies(node)):
            return NO_GUARD
        words = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
        return UNKNOWN_GUARD if words & {"path", "endpoint", "url_rule", "blueprint", "full_path", "url"} else node.name


def combined(*guards: str) -> str:
    """The strongest of what guards one handler from several sides: a name, else `unknown`, else `none`."""
    named = sorted({one for one in guards if one and one not in (NO_GUARD, UNKNOWN_GUARD)})
    if named:
        return "+".join(named)
    return UNKNOWN_GUARD if UNKNOWN_GUARD in guards else NO_GUARD


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


def _denies(node: ast.AST) -> bool:
    """True when code answers 401 or 403, or calls something that is named like a check of rights."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and type(one.value) is int and one.value in _DENIALS:
            return True
        if isinstance(one, ast.Attribute) and re.search(r"40[13]|Unauthorized|Forbidden|PermissionDenied", one.attr):
            return True
        if isinstance(one, ast.Name) and re.search(r"Unauthorized|Forbidden|PermissionDenied|NotAuthenticated", one.id):
            return True
    return False


def _called(node: ast.AST | None) -> Iterator[str]:
    for one in ast.walk(node) if node is not None else ():
        if isinstance(one, ast.Call):
            yield _last(one.func)
        elif isinstance(one, ast.Attribute) and one.attr in ("is_authenticated", "is_staff", "is_superuser"):
            yield one.attr


def _is_check(name: str) -> bool:
    return bool(_WORDS.search(name)) and not _OPEN.search(name)


def _demands(name: str) -> bool:
    """A call that raises or aborts by itself: `require_login()`, `check_token(request)`."""
    verb = re.match(r"_*(require|check|verify|ensure|assert|authenticate|authorize|enforce)", name)
    return verb is not None and _is_check(name)


def _leaves(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise)):
        return True
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and _last(last.value.func) in ("abort",)


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _last(node.func)
    return node.id if isinstance(node, ast.Name) else ""
