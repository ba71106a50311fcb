"""The change of a pull request, held against what the harnesses reach in the product as it is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdlc.fuzzing.affected import Change, Function, affected
from sdlc.fuzzing.campaign import Reached
from sdlc.tools import Tools
from sdlc.workspace import Workspace, changes

InTree = Callable[[str, tuple[str, ...]], str]
"""The file of the tree that an installed file was made from."""


def asking(workspace: Workspace, tools: Tools, inputs: str, in_tree: InTree) -> Callable[[Reached], Mapping[str, str]]:
    """Asks which harnesses the change can matter to; `inputs` is the folder that they lie in."""

    def ask(reached: Reached) -> Mapping[str, str]:
        names = workspace.python_files
        files = {path: workspace.read(path) for path in names}
        found = [Change(path, pieces) for path, pieces in changes(workspace, tools).items()]
        functions = {
            name: (file, [Function(in_tree(path, names), say, first, last) for path, say, first, last in rows])
            for name, (file, rows) in reached.items()
        }
        return affected(files, found, functions, inputs)

    return ask
