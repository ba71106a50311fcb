"""DICOM services by pynetdicom: the port, one item per service that has a handler, and who may call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.listeners import bound
from sdlc.surface.module import Binding, Scope
from sdlc.surface.project import Project
from sdlc.surface.routes import keyword, place_of

_ENTITIES = frozenset({"pynetdicom.AE", "pynetdicom.ae.ApplicationEntity", "pynetdicom.ApplicationEntity"})
_EVENT = "EVT_"
_SERVICES = ("C_STORE", "C_ECHO", "C_FIND", "C_GET", "C_MOVE", "N_ACTION", "N_CREATE", "N_DELETE", "N_EVENT_REPORT",
             "N_GET", "N_SET")  # fmt: skip
NO_PORT = "the port is not a constant"
NO_HANDLERS = "which services have a handler is not a constant"


class Dicom:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder) -> None:
        self._project, self._folder = project, folder

    def items(self) -> Iterator[Item]:
        """Every service of every server."""
        for module in self._project.modules.values():
            for call, scope in module.calls:
                if isinstance(call.func, ast.Attribute) and call.func.attr in ("start_server", "make_server"):
                    owner = self._project.resolve(call.func.value, scope)
                    if isinstance(owner, Binding) and self._project.kind_of(owner) in _ENTITIES:
                        yield from self._server(call, scope, owner)

    def _server(self, call: ast.Call, scope: Scope, owner: Binding) -> Iterator[Item]:
        handlers = keyword(call, "evt_handlers", 2)
        services = () if handlers is None else self._services(handlers, scope)
        names = () if services is None else tuple(name for name in services if name in _SERVICES)
        if self._answers_echo(owner) and "C_ECHO" not in names:
            names = (*names, "C_ECHO")
        guard = self._guard(owner)
        context = keyword(call, "ssl_context", 4)
        tls = "off" if context is None or self._folder.value(context, scope) is None else "on"
        tls = "unknown" if isinstance(context, ast.IfExp) else tls
        for value in self._folder.values(keyword(call, "address", 0), scope):
            pair = value if isinstance(value, tuple) and len(value) == 2 else (None, None)
            port = pair[1] if isinstance(pair[1], int) else None
            host = bound(pair[0]) if isinstance(value, tuple) else "?"
            where = f"tcp/{port if port is not None else '{?port}'}"
            reason = "" if port is not None else NO_PORT
            for name in names:
                yield Item("dicom-scp", f"{where} {name.replace('_', '-')}", (place_of(call, scope),), "pynetdicom",
                           guard, host, tls, reason)  # fmt: skip
            if services is None or not names:
                said = NO_HANDLERS if services is None else reason
                yield Item("dicom-scp", f"{where} {'{?service}' if services is None else 'association'}",
                           (place_of(call, scope),), "pynetdicom", guard, host, tls, said)  # fmt: skip

    def _services(self, node: ast.expr, scope: Scope) -> tuple[str, ...] | None:
        """The events in a list of handlers, without their prefix; None when the list is not known."""
        elements = self._folder.elements(node, scope)
        if elements is None:
            return None
        found = []
        for one, outer in elements:
            event = one.elts[0] if isinstance(one, (ast.Tuple, ast.List)) and one.elts else None
            said = self._project.resolve(event, outer) if event is not None else None
            if not isinstance(said, str) or _EVENT not in said:
                return None
            found.append(said.rpartition(_EVENT)[2])
        return tuple(found)

    def _answers_echo(self, owner: Binding) -> bool:
        """pynetdicom answers an echo by itself once the context is supported."""
        for module in self._project.modules.values():
            for call, scope in module.calls:
                name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                if name == "add_supported_context" and self._is(owner, call.func, scope):
                    said = self._project.resolve(call.args[0], scope) if call.args else None
                    text = self._folder.value(call.args[0], scope) if call.args else None
                    if text == "1.2.840.10008.1.1" or (isinstance(said, str) and said.endswith(".Verification")):
                        return True
            for target, value, scope in module.settings:
                if isinstance(target, ast.Attribute) and target.attr == "supported_contexts":
                    words = {self._project.resolve(one, scope) for one in ast.walk(value)
                             if isinstance(one, (ast.Name, ast.Attribute))}  # fmt: skip
                    if self._is(owner, target, scope) and any("Verification" in str(word) for word in words):
                        return True
        return False

    def _guard(self, owner: Binding) -> str:
        """Who may associate: the callers that are known by name."""
        for module in self._project.modules.values():
            for target, value, scope in module.settings:
                if isinstance(target, ast.Attribute) and target.attr == "require_calling_aet":
                    if not self._is(owner, target, scope):
                        continue
                    empty = isinstance(value, (ast.List, ast.Tuple)) and not value.elts
                    return NO_GUARD if empty else "require_calling_aet"
        return UNKNOWN_GUARD if owner.opaque else NO_GUARD

    def _is(self, owner: Binding, node: ast.expr, scope: Scope) -> bool:
        return isinstance(node, ast.Attribute) and self._project.resolve(node.value, scope) is owner
