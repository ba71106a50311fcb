"""What the gate hardening reads of a work tree: defaults, files of the system, and what the product uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sdlc.errors import SdlcError
from sdlc.formats import strict_json
from sdlc.formats.wheel_metadata import load_wheel
from sdlc.hardening.declared import FILES, PROJECT, declared_in
from sdlc.hardening.defaults import load_defaults
from sdlc.hardening.footprint import Seen, reached
from sdlc.hardening.imports import Used, is_own, own_modules, used_by, uses
from sdlc.hardening.setting import Setting
from sdlc.hardening.system_files import kind_of, load_system
from sdlc.inspecting.provided import provided_by
from sdlc.model.result import RawArtifacts
from sdlc.surface.extract import reason_to_leave_out
from sdlc.workspace import Workspace

STARTING = ("CMD", "ENTRYPOINT", "command", "entrypoint", "args", "ExecStart", "ExecStartPre", "HEALTHCHECK")


@dataclass
class Looked:
    """Settings, the files that were read, and why some were not, by path."""

    settings: list[Setting] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def defaults_of(workspace: Workspace, paths: Iterable[str]) -> Looked:
    """The settings of the files that are named as defaults."""
    found = Looked()
    for path in paths:
        if not workspace.exists(path):
            found.problems[path] = "sdlc.toml names it in gates.hardening.defaults, and it is not there"
            continue
        try:
            found.settings += load_defaults(path, workspace.read(path))
            found.files.append(path)
        except SdlcError as error:
            found.problems[path] = error.message
    return found


def system_of(workspace: Workspace, exclude: tuple[str, ...]) -> Looked:
    """The settings of every file that says in which system the product runs."""
    found = Looked()
    for path in system_files(workspace, exclude):
        try:
            settings = load_system(path, workspace.read(path))
        except SdlcError as error:
            found.problems[path] = error.message
            continue
        if settings is not None:
            found.settings += settings
            found.files.append(path)
    return found


def system_files(workspace: Workspace, exclude: tuple[str, ...]) -> tuple[str, ...]:
    """Paths that may be such files, without what is no part of the product."""
    return tuple(path for path in workspace.paths if kind_of(path) and not reason_to_leave_out(path, exclude))


def declaring(workspace: Workspace) -> dict[str, bytes]:
    """The files that may declare dependencies."""
    return {path: workspace.read(path) for path in (PROJECT, *FILES) if workspace.exists(path)}


def footprint_of(
    workspace: Workspace, build: RawArtifacts, exclude: tuple[str, ...], system: Iterable[Setting], start: Iterable[str]
) -> tuple[Seen, Used, dict[str, str]]:
    """What is declared, what is installed, what is used; and why that is no answer, by path."""
    problems: dict[str, str] = {}
    wheels = [load_wheel(data, what=name.rpartition("/")[2]) for name, data in build.items() if name.endswith(".whl")]
    try:
        declared, said = declared_in(declaring(workspace), wheels)
    except (ValueError, SdlcError) as error:
        declared, said = (), ""
        problems[PROJECT] = str(error).removeprefix(f"{PROJECT}: ")
    sources = {}
    for path in workspace.paths:
        if uses(path, exclude):
            try:
                sources[path] = workspace.read(path)
            except SdlcError as error:
                problems[path] = error.message
    used = used_by(sources, exclude)
    problems |= used.unparsed
    fresh = "build.json" in build or workspace.repository is not None  # of a base commit, what its head installed
    provided = provided_by(workspace.installed) if fresh else ()
    if any(not one.extra for one in declared) and not provided:
        problems[""] = "dependencies are declared, and the build did not answer: nobody can tell what they give"
        declared = ()
    own = own_modules(workspace.paths)
    tops = {name.partition(".")[0] for one in provided for name in one.modules}
    programs = used.programs | set(_words(system)) | set(start)
    known = {name for one in provided for name in (*one.scripts, *one.modules)}
    imports = tuple(one for one in used.imports if provided and not is_own(one.name, one.path, own))
    names = {one.name for one in imports}
    concerned = reached([one.name for one in declared], {one.name: one for one in provided}, _python(build))
    concerned |= {one.name for one in provided if any(one.holds(name) for name in names)}
    concerned -= {wheel.name for wheel in wheels}
    seen = Seen(
        declared=declared,
        provided=tuple(one for one in provided if one.name in concerned),
        imports=imports,
        texts=frozenset(text for text in used.texts if text.partition(".")[0] in tops),
        programs=frozenset(programs & known),
        python=_python(build),
        said=said,
    )
    return seen, used, problems


def _words(settings: Iterable[Setting]) -> Iterable[str]:
    for one in settings:
        if one.key in STARTING:
            for word in one.value.replace('"', " ").replace(",", " ").strip("[]").split():
                yield word.rpartition("/")[2].partition(":")[0]


def _python(build: RawArtifacts) -> str:
    if "build.json" not in build:
        return "3.12"
    return str(strict_json.loads_object(build["build.json"], what="build.json").get("python", "3.12"))
