"""Which methods a view of Django or its REST framework answers, and what guards it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder, is_known
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD
from sdlc.surface.module import Binding, Function, Scope
from sdlc.surface.project import Project
from sdlc.surface.routes import METHODS, Handler, keyword, methods_of_class

GENERIC = {
    "TemplateView": "GET", "ListView": "GET", "DetailView": "GET", "ArchiveIndexView": "GET", "DayArchiveView": "GET",
    "MonthArchiveView": "GET", "YearArchiveView": "GET", "DateDetailView": "GET", "TodayArchiveView": "GET",
    "RedirectView": "GET POST PUT PATCH DELETE", "FormView": "GET POST PUT", "CreateView": "GET POST PUT",
    "UpdateView": "GET POST PUT", "DeleteView": "GET POST DELETE PUT", "LoginView": "GET POST PUT",
    "LogoutView": "POST", "PasswordChangeView": "GET POST PUT", "PasswordResetView": "GET POST PUT",
    "PasswordResetConfirmView": "GET POST PUT", "PasswordChangeDoneView": "GET", "PasswordResetDoneView": "GET",
    "PasswordResetCompleteView": "GET",
    "CreateAPIView": "POST", "ListAPIView": "GET", "RetrieveAPIView": "GET", "DestroyAPIView": "DELETE",
    "UpdateAPIView": "PUT PATCH", "ListCreateAPIView": "GET POST", "RetrieveUpdateAPIView": "GET PUT PATCH",
    "RetrieveDestroyAPIView": "GET DELETE", "RetrieveUpdateDestroyAPIView": "GET PUT PATCH DELETE",
    "ObtainAuthToken": "POST", "SpectacularAPIView": "GET",
}  # fmt: skip
"""Methods that class-based views of the libraries answer by themselves."""

ACTIONS = {
    "list": ("GET", ""), "create": ("POST", ""), "retrieve": ("GET", "/{}"), "update": ("PUT", "/{}"),
    "partial_update": ("PATCH", "/{}"), "destroy": ("DELETE", "/{}"),
}  # fmt: skip
_ALL = tuple(ACTIONS)
VIEWSETS = {
    "ModelViewSet": _ALL, "ReadOnlyModelViewSet": ("list", "retrieve"), "ListModelMixin": ("list",),
    "CreateModelMixin": ("create",), "RetrieveModelMixin": ("retrieve",),
    "UpdateModelMixin": ("update", "partial_update"), "DestroyModelMixin": ("destroy",),
}  # fmt: skip
_LIMITS = {"require_POST": ("POST",), "require_GET": ("GET",), "require_safe": ("GET",)}
_MIXINS = ("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin", "AccessMixin")
_OPEN = frozenset({"AllowAny"})
_BUILT_IN = {"PasswordChangeView": "login_required", "PasswordChangeDoneView": "login_required"}


class Views:
    """Judges views of one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._middleware = self._by_middleware()
        self._permission = self._by_settings()

    def judged(self, handler: Handler, node: ast.expr | None, scope: Scope) -> tuple[tuple[str, ...], str]:
        """Methods and guard of what `path()` is given."""
        marks = self._guards.of_marks(handler.marks, scope)
        if handler.made is not None:
            return self._of_class(handler.made), combined(self._guard_of_class(handler.made), marks)
        if handler.function is not None:
            return self._of_function(handler.function, handler.scope or scope), combined(
                self._guards.of_handler(handler.function, handler.scope or scope, handler.marks),
                self.default_guard() if self._is_api(handler.function, handler.scope or scope) else self._middleware,
            )
        name = self._library_view(node, scope)
        methods = tuple(GENERIC[name].split()) if name in GENERIC else ("*",)
        guard = combined(marks, _BUILT_IN.get(name, NO_GUARD if name in GENERIC else UNKNOWN_GUARD), self._middleware)
        return methods, NO_GUARD if handler.anonymous else guard

    def default_guard(self) -> str:
        """What guards an API view that says nothing itself."""
        return combined(self._permission, self._middleware)

    def of_viewset(self, made: Binding) -> Iterator[tuple[str, str, str]]:
        """Method, ending of the path and guard of every action."""
        defined = {name: one for line in self._project.lineage(made) if line.inner is not None
                   for name, one in reversed(line.inner.names.items())}  # fmt: skip
        kinds = [name.rpartition(".")[2] for name in self._project.ancestors(made)]
        actions = {action for kind in kinds for action in VIEWSETS.get(kind, ())}
        actions |= {name for name, one in defined.items() if name in ACTIONS and one.node is not None}
        allowed = self._words(made, "http_method_names")
        guard = self._guard_of_class(made)
        lookup = "" if not made.inner else "/{}"
        for action in _ALL:
            method, ending = ACTIONS[action]
            if action in actions and (allowed is None or method.lower() in allowed):
                yield method, ending and lookup, guard
        for name, one in sorted(defined.items()):
            if isinstance(one.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for mark in one.node.decorator_list:
                    yield from self._action(mark, name, one.scope, guard)

    def _action(self, mark: ast.expr, name: str, scope: Scope, guard: str) -> Iterator[tuple[str, str, str]]:
        said = self._project.resolve(mark.func, scope) if isinstance(mark, ast.Call) else None
        if not isinstance(mark, ast.Call) or not isinstance(said, str) or not said.endswith("decorators.action"):
            return
        given, path = keyword(mark, "methods", 0), keyword(mark, "url_path")
        words = self._folder.words(given, scope) if given is not None else ("get",)
        detail = self._folder.value(keyword(mark, "detail", 1), scope) is True
        ending = self._folder.texts(path, scope)[0] if path is not None else name
        permission = keyword(mark, "permission_classes")
        own = self._of_permissions(permission, scope) if permission is not None else guard
        for method in words or ("{?method}",):
            yield method.upper(), f"{'/{}' if detail else ''}/{ending}", own

    def _of_class(self, made: Binding) -> tuple[str, ...]:
        found = set(methods_of_class(self._project, made))
        known = False
        for name in self._project.ancestors(made):
            last = name.rpartition(".")[2]
            if last in GENERIC:
                known = True
                found |= set(GENERIC[last].split())
        allowed = self._words(made, "http_method_names")
        if allowed is not None:
            found &= {word.upper() for word in allowed}
        found -= {"HEAD", "OPTIONS"}
        return tuple(sorted(found)) or (("*",) if not known else ())

    def _of_function(self, node: Function, scope: Scope) -> tuple[str, ...]:
        for mark in node.decorator_list:
            func = mark.func if isinstance(mark, ast.Call) else mark
            name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if name in _LIMITS:
                return _LIMITS[name]
            if name == "api_view" and not (isinstance(mark, ast.Call) and (mark.args or mark.keywords)):
                return ("GET",)
            if name in ("require_http_methods", "api_view") and isinstance(mark, ast.Call):
                given = mark.args[0] if mark.args else mark.keywords[0].value
                words = self._folder.words(given, scope)
                if words is None or not is_known(words):
                    return ("{?method}",)
                upper = tuple(sorted({word.upper() for word in words}))
                return tuple(one for one in upper if one not in ("HEAD", "OPTIONS")) or upper
        return ("*",)

    def _guard_of_class(self, made: Binding) -> str:
        answers = [self._middleware]
        is_api = False
        for name in self._project.ancestors(made):
            last = name.rpartition(".")[2]
            is_api = is_api or name.startswith("rest_framework.")
            if last in _MIXINS:
                answers.append(last)
        for one in self._project.lineage(made):
            if isinstance(one.node, ast.ClassDef):
                answers += [self._guards.of_mark(mark, one.scope) for mark in one.node.decorator_list]
        dispatch = self._project.member(made, "dispatch")
        if dispatch is not None and isinstance(dispatch.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            answers.append(self._guards.of_handler(dispatch.node, dispatch.scope))
        listed = self._project.member(made, "permission_classes")
        if listed is not None and listed.values:
            return combined(*answers, self._of_permissions(*listed.values[0]))
        if is_api:
            answers.append(self._permission)
        bodies = [self._guards.of_handler(node, scope) for node, scope in self._handlers(made)]
        if bodies and NO_GUARD not in bodies:
            answers.append(combined(*bodies))
        return combined(*answers, NO_GUARD)

    def _handlers(self, made: Binding) -> Iterator[tuple[Function, Scope]]:
        for name in METHODS:
            one = self._project.member(made, name)
            if one is not None and isinstance(one.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield one.node, one.scope

    def _of_permissions(self, node: ast.expr, scope: Scope) -> str:
        elements = self._folder.elements(node, scope)
        if elements is None:
            return UNKNOWN_GUARD
        names = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one, _ in elements]
        named = sorted(name for name in names if name and name not in _OPEN)
        return "+".join(named) if named else NO_GUARD if all(names) else UNKNOWN_GUARD

    def _is_api(self, node: Function, scope: Scope) -> bool:
        said = [self._project.resolve(m.func if isinstance(m, ast.Call) else m, scope) for m in node.decorator_list]
        return any(isinstance(one, str) and one.endswith(".api_view") for one in said)

    def _words(self, made: Binding, name: str) -> tuple[str, ...] | None:
        listed = self._project.member(made, name)
        if listed is None or not listed.values:
            return None
        return self._folder.words(*listed.values[0])

    def _library_view(self, node: ast.expr | None, scope: Scope) -> str:
        """The last name of a library's class in `X.as_view()`, also inside of wrappers."""
        while isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "as_view":
                said = self._project.resolve(node.func.value, scope)
                return said.rpartition(".")[2] if isinstance(said, str) else ""
            node = node.args[0] if node.args else None
        return ""

    def _by_middleware(self) -> str:
        for module in self._project.modules.values():
            binding = module.top.names.get("MIDDLEWARE")
            for value, scope in binding.values if binding is not None else ():
                for text in self._folder.words(value, scope) or ():
                    if text.endswith(".LoginRequiredMiddleware"):
                        return "LoginRequiredMiddleware"
        return NO_GUARD

    def _by_settings(self) -> str:
        """The permission classes of `REST_FRAMEWORK`, which count where a view names none."""
        for module in self._project.modules.values():
            binding = module.top.names.get("REST_FRAMEWORK")
            for value, scope in binding.values if binding is not None else ():
                for key, given in zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ():
                    if isinstance(key, ast.Constant) and key.value == "DEFAULT_PERMISSION_CLASSES":
                        words = self._folder.words(given, scope)
                        if words is None:
                            return UNKNOWN_GUARD
                        names = sorted(word.rpartition(".")[2] for word in words)
                        return "+".join(name for name in names if name not in _OPEN) or NO_GUARD
        return NO_GUARD
