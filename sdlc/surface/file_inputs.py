"""
Files that come from outside: parsers of formats on paths that the code does not name, arguments that are opened,
folders that are watched, uploads.

One item per kind of file: a second call of the same parser is nothing new. A path that is a constant of the code, or
lies beside it, is no input, and neither is a file that is written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from sdlc.surface.folding import Folder, is_known
from sdlc.surface.item import Item
from sdlc.surface.module import Binding, Function, Module, Scope
from sdlc.surface.project import Project
from sdlc.surface.routes import keyword, place_of

PARSERS = {
    **dict.fromkeys(("pydicom.dcmread", "pydicom.read_file", "pydicom.filereader.dcmread"), "dicom"),
    **dict.fromkeys(("zipfile.ZipFile", "shutil.unpack_archive"), "zip"),
    **dict.fromkeys(("tarfile.open", "tarfile.TarFile"), "tar"),
    **dict.fromkeys(("PIL.Image.open", "imageio.imread", "imageio.v3.imread"), "image"),
    **dict.fromkeys(("cv2.imread", "SimpleITK.ReadImage"), "image"),
    **dict.fromkeys(("nibabel.load", "nibabel.loadsave.load"), "nifti"),
    **dict.fromkeys(("h5py.File",), "hdf5"),
    **dict.fromkeys(("lxml.etree.parse", "xml.etree.ElementTree.parse", "xml.dom.minidom.parse", "xml.sax.parse",
                     "defusedxml.ElementTree.parse", "defusedxml.lxml.parse"), "xml"),
    **dict.fromkeys(("openpyxl.load_workbook", "pandas.read_excel"), "xlsx"),
    **dict.fromkeys(("pandas.read_csv", "numpy.loadtxt", "numpy.genfromtxt"), "csv"),
    **dict.fromkeys(("numpy.load",), "npy"),
    **dict.fromkeys(("pypdf.PdfReader", "PyPDF2.PdfReader", "fitz.open", "pdfplumber.open"), "pdf"),
}  # fmt: skip
"""Functions of libraries that read a file of a format; the path is the first argument."""

_OBSERVER = re.compile(r"watchdog\.observers(\.[\w.]+)?\.(\w*Observer)\Z")
_WATCHING = frozenset({"watchfiles.watch", "watchfiles.awatch", "inotify.adapters.Inotify", "inotify_simple.INotify"})
_UPLOADS = frozenset(
    {"fastapi.UploadFile", "starlette.datastructures.UploadFile", "litestar.datastructures.UploadFile"}
)
_REQUESTS = frozenset({"files", "FILES"})
_ARGUMENTS = frozenset({"argparse.FileType", "click.File"})


class FileInputs:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder) -> None:
        self._project, self._folder = project, folder

    def items(self) -> Iterator[Item]:
        """One item for each kind of file and place."""
        for module in self._project.modules.values():
            for call, scope in module.calls:
                for kind in self._read(call, scope):
                    yield self._item(kind, call, scope)
            for node, scope in module.loads:
                if isinstance(node, ast.Attribute) and node.attr in _REQUESTS and self._is_request(node.value, scope):
                    yield self._item("upload", node, scope)
            for function, scope in module.functions:
                if self._takes_upload(function, scope):
                    yield self._item("upload", function, scope)

    def _item(self, kind: str, node: ast.AST, scope: Scope | Module) -> Item:
        return Item("file", kind, (place_of(node, scope),), "files")

    def _read(self, call: ast.Call, scope: Scope) -> Iterator[str]:
        called = self._project.resolve(call.func, scope)
        if not isinstance(called, str):
            return
        if called in _WATCHING or _OBSERVER.match(called):
            yield "watched"
        elif called in _ARGUMENTS and not self._writes(call, scope, 0):
            yield "argument"
        elif called in PARSERS and not self._writes(call, scope, 1) and self._is_foreign(call, scope):
            yield PARSERS[called]
        elif called in ("open", "io.open") and call.args:
            yield from (
                ["argument"] if self._is_argument(call.args[0], scope) and not self._writes(call, scope, 1) else []
            )

    def _writes(self, call: ast.Call, scope: Scope, position: int) -> bool:
        mode = keyword(call, "mode", position)
        found = self._folder.value(mode, scope) if mode is not None else "r"
        return isinstance(found, str) and found[:1] in ("w", "a", "x")

    def _is_foreign(self, call: ast.Call, scope: Scope) -> bool:
        """A path that is not written in the code; a file object is one too."""
        given = call.args[0] if call.args else next((one.value for one in call.keywords), None)
        if given is None or any(isinstance(one, ast.Name) and one.id == "__file__" for one in ast.walk(given)):
            return False
        return not all(is_known(value) for value in self._folder.values(given, scope))

    def _is_argument(self, node: ast.expr, scope: Scope) -> bool:
        """`sys.argv[1]`, `options.path` of a parser, a parameter that click fills."""
        if isinstance(node, ast.Subscript):
            return self._project.resolve(node.value, scope) == "sys.argv"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            holder = scope.lookup(node.value.id)
            return holder is not None and any(_parses(value) for value, _ in holder.values)
        thing = self._project.resolve(node, scope)
        if isinstance(thing, Binding) and thing.parameter and isinstance(thing.scope.node, ast.FunctionDef):
            marks = [one.func for one in thing.scope.node.decorator_list if isinstance(one, ast.Call)]
            outer = thing.scope.parent or scope
            return any(self._project.resolve(one, outer) in ("click.argument", "click.option") for one in marks)
        if isinstance(thing, Binding) and len(thing.values) == 1 and thing.values[0][0] is not node:
            value, inner = thing.values[0]
            return isinstance(value, (ast.Subscript, ast.Attribute)) and self._is_argument(value, inner)
        return False

    def _is_request(self, node: ast.expr, scope: Scope) -> bool:
        """`flask.request`, or what a handler calls `request`."""
        thing = self._project.resolve(node, scope)
        if isinstance(thing, str):
            return thing in ("flask.request", "quart.request", "bottle.request")
        named = isinstance(node, ast.Name) and node.id == "request"
        own = isinstance(node, ast.Attribute) and node.attr == "request" and isinstance(node.value, ast.Name)
        return (named and isinstance(thing, Binding) and thing.parameter) or own

    def _takes_upload(self, node: Function, scope: Scope) -> bool:
        every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        for argument in every:
            for one in ast.walk(argument.annotation) if argument.annotation is not None else ():
                if isinstance(one, (ast.Name, ast.Attribute)) and self._project.resolve(one, scope) in _UPLOADS:
                    return True
        return False


def _parses(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in (
        "parse_args", "parse_known_args")  # fmt: skip
