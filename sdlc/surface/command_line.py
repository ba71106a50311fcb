"""Commands and their arguments: argparse and click, named as the person who types them names them."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping

from sdlc.formats import strict_toml
from sdlc.surface.folding import Folder, is_known
from sdlc.surface.item import Item, Spot
from sdlc.surface.module import Binding, Function, Module, Scope
from sdlc.surface.project import DEPTH, Project
from sdlc.surface.routes import decorated, keyword, place_of

_PARSER = "argparse.ArgumentParser"
_CLICK = ("click.command", "click.group", "click.decorators.command", "click.decorators.group")


def scripts_of(pyproject: bytes | None) -> dict[str, str]:
    """`[project.scripts]`: dotted name of a function, as `module:function`, to the command's name."""
    try:
        document = strict_toml.loads(pyproject) if pyproject is not None else {}
        project = document.get("project", {})
        tables = [project.get(name, {}) for name in ("scripts", "gui-scripts")]
        return {str(target): str(name) for table in tables for name, target in table.items()}
    except (AttributeError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}


class CommandLine:
    """Reads one project; `scripts` are its console scripts."""

    def __init__(self, project: Project, folder: Folder, scripts: Mapping[str, str]) -> None:
        self._project, self._folder, self._scripts = project, folder, scripts

    def items(self) -> Iterator[Item]:
        """Every command, and every argument of one."""
        shown = set()
        for module in self._project.modules.values():
            for item in (*self._argparse(module), *self._click(module)):
                shown.add(item.locator.partition("/")[0].partition(" ")[0])
                yield item
        for target, name in sorted(self._scripts.items()):
            if name not in shown:
                yield Item("cli", name, (self._place(target),), "scripts")

    def _place(self, target: str) -> Spot:
        module = self._project.find_module(target.partition(":")[0])
        if module is None:
            return Spot("pyproject.toml", 1)
        binding = module.top.names.get(target.partition(":")[2])
        return Spot(module.path, binding.node.lineno if binding is not None and binding.node is not None else 1)

    def _name_of(self, module: Module) -> str:
        """What the script that begins in `module` is called; `{}` when no script does."""
        for target, name in self._scripts.items():
            begun = self._project.find_module(target.partition(":")[0])
            if begun is module or (begun is not None and self._leads(begun, target.partition(":")[2], module)):
                return name
        return "{}"

    def _leads(self, begun: Module, function: str, module: Module) -> bool:
        binding = begun.top.names.get(function)
        found = self._project.follow(binding) if binding is not None else None
        return isinstance(found, Binding) and found.scope.module is module

    def _argparse(self, module: Module) -> Iterator[Item]:
        if "argparse" not in module.imported and not any("argparse" in name for name in module.imported):
            return
        for call, scope in module.calls:
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name not in ("add_argument", "add_parser") and self._project.resolve(call.func, scope) != _PARSER:
                continue
            if name == "add_argument" and isinstance(call.func, ast.Attribute):
                command = self._command(call.func.value, scope)
                if command is not None:
                    for option in self._options(call, scope):
                        yield Item("cli", f"{command} {option}", (place_of(call, scope),), "argparse")
            else:
                command = self._command(call, scope)
                if command is not None:
                    yield Item("cli", command, (place_of(call, scope),), "argparse")

    def _options(self, call: ast.Call, scope: Scope) -> tuple[str, ...]:
        """The longest name of an option; a positional argument in angle brackets."""
        if not call.args:
            return ()
        names = [text for one in call.args for text in self._folder.texts(one, scope)]
        longest = max(names, key=lambda name: (name.startswith("--"), len(name)))
        return (longest if longest.startswith("-") else f"<{longest}>",)

    def _command(self, node: ast.expr, scope: Scope, depth: int = 0) -> str | None:
        """The command that a parser stands for, as it is typed: `tool/serve`."""
        if depth > DEPTH:
            return None
        if isinstance(node, ast.Call):
            if self._project.resolve(node.func, scope) == _PARSER:
                prog = keyword(node, "prog", 0)
                named = self._folder.value(prog, scope) if prog is not None else None
                return named if isinstance(named, str) and is_known(named) else self._name_of(scope.module)
            if isinstance(node.func, ast.Attribute):
                above = self._command(node.func.value, scope, depth + 1)
                if above is not None and node.func.attr == "add_parser" and node.args:
                    return f"{above}/{self._folder.texts(node.args[0], scope)[0]}"
                if above is not None and node.func.attr in (
                    "add_subparsers", "add_argument_group", "add_mutually_exclusive_group"):  # fmt: skip
                    return above
            return None
        if isinstance(node, (ast.Name, ast.Attribute)):
            thing = scope.lookup(node.id) if isinstance(node, ast.Name) else self._project.resolve(node, scope)
            if isinstance(thing, Binding) and thing.values:
                value, outer = thing.values[-1]
                return self._command(value, outer, depth + 1)
            if isinstance(thing, Binding) and thing.parameter:
                for given, outer in self._project.arguments(thing):
                    return self._command(given, outer, depth + 1)
                is_parser = self._project.kind_of(thing) == _PARSER or thing.name == "parser"
                return self._name_of(scope.module) if is_parser else None
        return None

    def _click(self, module: Module) -> Iterator[Item]:
        if "click" not in {name.partition(".")[0] for name in module.imported}:
            return
        marks = decorated(module)
        for mark, (node, scope) in marks.items():
            if isinstance(node, ast.ClassDef) or not self._makes_command(mark, scope):
                continue
            for command in self._path(node, scope):
                yield Item("cli", command, (place_of(node, scope),), "click")
                for other in node.decorator_list:
                    yield from self._parameter(command, other, scope)

    def _parameter(self, command: str, mark: ast.expr, scope: Scope) -> Iterator[Item]:
        thing = self._project.resolve(mark, scope) if isinstance(mark, (ast.Name, ast.Attribute)) else None
        if isinstance(thing, Binding) and len(thing.values) == 1:  # an option that several commands share
            mark, scope = thing.values[0]
        called = self._project.resolve(mark.func, scope) if isinstance(mark, ast.Call) else None
        if isinstance(mark, ast.Call) and called in ("click.option", "click.argument"):
            names = [text.partition("/")[0] for one in mark.args for text in self._folder.texts(one, scope)]
            if names:
                longest = max(names, key=lambda name: (name.startswith("--"), len(name)))
                shown = longest if called == "click.option" else f"<{longest}>"
                yield Item("cli", f"{command} {shown}", (place_of(mark, scope),), "click")

    def _makes_command(self, mark: ast.expr, scope: Scope) -> bool:
        func = mark.func if isinstance(mark, ast.Call) else mark
        if self._project.resolve(func, scope) in _CLICK:
            return True
        if isinstance(func, ast.Attribute) and func.attr in ("command", "group"):
            owner = self._project.resolve(func.value, scope)
            return isinstance(owner, Binding) and isinstance(owner.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        return False

    def _path(self, node: Function, scope: Scope, depth: int = 0) -> list[str]:
        """`tool/group/command`, for every way in which the command hangs below a group."""
        binding = scope.names.get(node.name)
        if binding is None or depth > DEPTH:
            return []
        own = next((self._given(mark, scope, node) for mark in node.decorator_list
                    if self._makes_command(mark, scope)), node.name)  # fmt: skip
        above: list[Binding] = []
        for mark in node.decorator_list:
            func = mark.func if isinstance(mark, ast.Call) else mark
            if isinstance(func, ast.Attribute) and func.attr in ("command", "group"):
                owner = self._project.resolve(func.value, scope)
                above += [owner] if isinstance(owner, Binding) else []
        for call, outer in self._project.calls_of("add_command"):
            given = self._project.resolve(call.args[0], outer) if call.args else None
            if given is binding and isinstance(call.func, ast.Attribute):
                owner = self._project.resolve(call.func.value, outer)
                above += [owner] if isinstance(owner, Binding) else []
        paths = []
        for owner in above:
            if isinstance(owner.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                paths += [f"{prefix}/{own}" for prefix in self._path(owner.node, owner.scope, depth + 1)]
        return paths or [self._root(binding, own)]

    def _root(self, binding: Binding, own: str) -> str:
        for target, name in self._scripts.items():
            module = self._project.find_module(target.partition(":")[0])
            found = module.top.names.get(target.partition(":")[2]) if module is not None else None
            if found is not None and self._project.follow(found) is binding:
                return name
        # A program that is taken apart into modules which are loaded by name.
        only = next(iter(self._scripts.values())) if len(self._scripts) == 1 else "{}"
        return f"{only}/{own}"

    def _given(self, mark: ast.expr, scope: Scope, node: Function) -> str:
        if isinstance(mark, ast.Call):
            given = keyword(mark, "name", 0)
            if given is not None:
                return self._folder.texts(given, scope)[0]
        name = node.name.lower().replace("_", "-")
        for suffix in ("-command", "-cmd", "-group", "-grp"):
            name = name.removesuffix(suffix)
        return name
