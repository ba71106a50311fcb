"""How a license is known: declared, concluded, unknown, missing; each with where it was read."""

from __future__ import annotations

from typing import Any

import pytest
from licenses.test_expression import RULES

from sdlc.components.declared import CLASSIFIERS
from sdlc.errors import UnreadableError
from sdlc.licenses.known import Way, known
from sdlc.licenses.rules import load_rules

MIT = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this …\n"
    "The above copyright\n notice and this permission notice shall be included in all copies."
)
BSD = (
    "Redistribution and use in source and binary forms …\n2. Redistributions in binary form must reproduce the notice."
)
GPL = "GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007"
ONE = "License :: OSI Approved :: MIT License"
FAMILY = "License :: OSI Approved :: BSD License"


@pytest.mark.parametrize(
    ("metadata", "texts", "expression", "way"),
    [
        ({"license_expression": "mit or apache-2.0"}, [], "MIT OR Apache-2.0", Way.DECLARED),
        ({"license": "BSD-3-Clause", "classifiers": [FAMILY]}, [], "BSD-3-Clause", Way.DECLARED),
        ({"classifiers": [ONE]}, [], "MIT", Way.DECLARED),
        ({"classifiers": ["License :: OSI Approved", ONE]}, [], "MIT", Way.DECLARED),
        ({"license": "Apache  License 2.0"}, [], "Apache-2.0", Way.CONCLUDED),
        ({"license": "BSD", "classifiers": [FAMILY]}, [BSD], "BSD-2-Clause", Way.CONCLUDED),
        ({}, [MIT], "MIT", Way.CONCLUDED),
        ({"license": "UNKNOWN"}, [MIT], "MIT", Way.CONCLUDED),
        ({"license": "BSD", "classifiers": [FAMILY]}, [], "", Way.UNKNOWN),
        ({"license": "BSD", "classifiers": [FAMILY]}, [MIT], "", Way.UNKNOWN),
        ({"license": "permit it"}, [MIT], "MIT", Way.CONCLUDED),
        ({"classifiers": [ONE, FAMILY]}, [], "", Way.UNKNOWN),
        ({}, [MIT, GPL], "", Way.UNKNOWN),
        ({"license": "see LICENSE"}, [MIT, BSD], "", Way.UNKNOWN),
        (None, [], "", Way.UNKNOWN),
        ({}, [], "", Way.MISSING),
        ({"license": "UNKNOWN"}, ["All rights reserved."], "", Way.MISSING),
    ],
)
def test_what_is_known(metadata: dict[str, Any] | None, texts: list[str], expression: str, way: Way) -> None:
    found = known(metadata, texts, "", CLASSIFIERS, RULES)
    assert (found.expression, found.way) == (expression, way)
    assert found.how


def test_a_decision_of_a_person_counts_before_all_else() -> None:
    found = known({"license_expression": "GPL-3.0-only"}, [], "MIT", CLASSIFIERS, RULES)
    assert (found.expression, found.how) == ("MIT", "written down in sdlc.toml")


def test_texts_that_are_alike_are_told_apart() -> None:
    three = BSD + "\n3. Neither the name may be used to endorse or promote products"
    four = three + "\nAll advertising materials mentioning features"
    assert [RULES.recognized(text) for text in (BSD, three, four)] == [
        ("BSD-2-Clause",),
        ("BSD-3-Clause",),
        ("BSD-4-Clause",),
    ]
    affero = "GNU AFFERO GENERAL PUBLIC LICENSE Version 3, 19 November 2007"
    assert RULES.recognized(affero) == ("AGPL-3.0-only",)
    assert RULES.recognized(GPL + MIT) == ("GPL-3.0-only", "MIT")
    assert RULES.recognized("") == ()


@pytest.mark.parametrize("data", [b"", b"schema = 1", b"\xff", b'schema = "sdlc.licenses/1"\ncategories = 3'])
def test_rules_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        load_rules(data)
