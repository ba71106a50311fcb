"""
The page in another language: a catalogue of messages, English → translation, laid over the same templates.

A message is a stretch of text between two tags of a template, with its white space as single spaces; words that come
from code go through `t`. What gates, tools and people wrote is evidence and stays as it was recorded. As long as
`reviewer` is empty the page says, in both languages, that nobody reviewed the translation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader

from sdlc.errors import UsageError
from sdlc.formats import strict_toml

ENGLISH = "en"
SCHEMA = "sdlc.page-messages/1"
_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Catalog:
    """The messages of one language; `reviewer` is who checked them, empty while nobody did."""

    language: str
    reviewer: str
    messages: Mapping[str, str]

    def say(self, text: str) -> str:
        """`text` in this language; raises KeyError for one that is missing."""
        return self.messages[text] if self.language != ENGLISH else text

    def many(self, number: int, word: str) -> str:
        """A number with its noun."""
        if self.language == ENGLISH:
            return f"{number} {word}{'' if number == 1 else 's'}"
        return f"{number} {self.messages[word]}"


PLAIN = Catalog(ENGLISH, "the authors", {})


def load_catalog(data: bytes, what: str) -> Catalog:
    """The catalogue in `data`; raises UsageError."""
    try:
        document = strict_toml.loads(data)
        if document["schema"] != SCHEMA:
            raise ValueError(f"the schema is not {SCHEMA}")
        messages = {str(key): str(text) for key, text in document["messages"].items()}
        return Catalog(str(document["language"]), str(document["reviewer"]).strip(), messages)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{what}: {type(error).__name__}: {error}", hint="install secure-sdlc again") from None


class Translated(PackageLoader):
    """Loads the page's templates with their texts in the language of `catalog`."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__("sdlc", "release")
        self.catalog = catalog

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        source, path, current = super().get_source(environment, template)
        if self.catalog.language != ENGLISH and template.endswith(".j2"):
            source = translated(source, self.catalog)
        return source, path, current


def translated(source: str, catalog: Catalog) -> str:
    """A template with each of its messages exchanged; raises KeyError for one that is missing."""
    return "".join(catalog.messages[message] if is_message else text for text, message, is_message in _parts(source))


def messages_of(source: str) -> tuple[str, ...]:
    """Every message of a template."""
    return tuple(dict.fromkeys(message for _, message, is_message in _parts(source) if is_message))


def _parts(source: str) -> Iterator[tuple[str, str, bool]]:
    """The source in pieces: the piece as it is, its message, and whether it is one; white space around is a piece."""
    # An environment that trims nothing, so that all pieces together are the source.
    in_tag = False
    for _, kind, value in Environment(autoescape=True).lexer.tokeniter(source, None):
        for piece in re.split(r"([<>])", value) if kind == "data" else (value,):
            if kind == "data" and piece in ("<", ">"):
                in_tag = piece == "<"
            if kind != "data" or in_tag or not _LETTER.search(piece):
                yield piece, "", False
                continue
            text = piece.strip()
            before, _, after = piece.partition(text)
            yield before, "", False
            yield text, " ".join(text.split()), True
            yield after, "", False
