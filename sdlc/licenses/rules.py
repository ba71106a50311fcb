"""`rules/licenses/licenses.toml`: categories of licenses, what exceptions change, spellings, and words of texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sdlc.errors import UnreadableError
from sdlc.formats import strict_toml

SCHEMA = "sdlc.licenses/1"
_LATER = re.compile(r"(-only|-or-later|\+)\Z")


@dataclass(frozen=True)
class Text:
    """The words by which the text of `license` is known, as `plain` makes them."""

    license: str
    all: tuple[str, ...]
    none: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """`category_of` by SPDX id, `asks` by category (a clause), `exceptions` to the category that they make of any
    license; `spellings` in lower case to SPDX ids; `texts` in order."""

    category_of: Mapping[str, str]
    asks: Mapping[str, str]
    exceptions: Mapping[str, str]
    spellings: Mapping[str, str]
    texts: tuple[Text, ...]

    def category(self, license: str, exception: str = "") -> str:
        """The category of an SPDX id, with `exception` if there is one; empty when nobody sorted it."""
        own = self.category_of.get(license) or self.category_of.get(license.removesuffix("+"), "")
        return self.exceptions.get(exception, own) if own not in ("permissive", "public-domain") else own

    def recognized(self, text: str) -> tuple[str, ...]:
        """The licenses whose words stand in `text`, sorted; several when it holds several texts."""
        words = plain(text)
        found = (
            one.license
            for one in self.texts
            if all(part in words for part in one.all) and not any(part in words for part in one.none)
        )
        return tuple(sorted(found))


def plain(text: str) -> str:
    """`text` in lower case, with one space for everything that is no letter or digit."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def family(license: str) -> str:
    """A license without the word whether later versions are granted: its text does not say it."""
    return _LATER.sub("", license)


def load_rules(data: bytes, what: str = "licenses.toml") -> Rules:
    """The rules in `data`; raises UnreadableError."""
    try:
        document = strict_toml.loads(data)
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema: {document['schema']!r:.40} is not {SCHEMA!r}")
        category_of: dict[str, str] = {}
        for row in document["categories"]:
            for license in row["licenses"]:
                if category_of.setdefault(str(license), str(row["id"])) != row["id"]:
                    raise ValueError(f"{license} stands in two categories")
        return Rules(
            category_of=category_of,
            asks={str(row["id"]): str(row["asks"]) for row in document["categories"]},
            exceptions={str(key): str(value) for key, value in document["exceptions"].items()},
            spellings={str(key): str(value) for key, value in document["spellings"].items()},
            texts=tuple(
                Text(str(row["license"]), tuple(map(str, row["all"])), tuple(map(str, row.get("none", ()))))
                for row in document["texts"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}", hint="install secure-sdlc again") from None
