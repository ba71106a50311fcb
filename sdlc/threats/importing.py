"""Models of other tools: which kind a file is, and what it says in our form, which the gate can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdlc.errors import UnreadableError
from sdlc.threats.foreign import Imported, Node, read_document
from sdlc.threats.load import ModelError, model_of
from sdlc.threats.open_threat_model import import_open_threat_model, is_open_threat_model
from sdlc.threats.threat_dragon import import_threat_dragon, is_threat_dragon
from sdlc.threats.tm_bom_in import import_tm_bom, is_tm_bom

Kind = tuple[Callable[[Node], bool], Callable[[Node], Imported]]
KINDS: Mapping[str, Kind] = {
    "open-threat-model": (is_open_threat_model, import_open_threat_model),
    "threat-dragon": (is_threat_dragon, import_threat_dragon),
    "tm-bom": (is_tm_bom, import_tm_bom),
}


def import_model(data: bytes, *, path: str) -> tuple[str, Imported]:
    """The kind of the file `data` and its model; raises UnreadableError with file, place and what to do."""
    document = read_document(data, path=path)
    for name, (is_one, read) in KINDS.items():
        if is_one(document):
            imported = read(document)
            check_imported(imported, path)
            return name, imported
    raise UnreadableError(
        f"{path}: none of the kinds that are read ({', '.join(KINDS)})",
        hint="a model of ours needs no import; other tools export one of these",
    )


def check_imported(imported: Imported, path: str) -> None:
    """Raise UnreadableError where what was read makes no model that the gate can read."""
    try:
        model_of(imported.document, path=path)
    except ModelError as error:
        said = error.problems[0].message
        raise UnreadableError(f"{path}: does not make a threat model: {said}", hint="mend that entry there") from None
