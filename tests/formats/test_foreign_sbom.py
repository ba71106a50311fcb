"""SBOMs that wheels carry: CycloneDX and SPDX, nested, and none at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats.foreign_sbom import Row, load_sbom

CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "metadata": {"component": {"type": "library", "name": "root", "version": "1"}},
    "components": [
        {
            "type": "library",
            "name": "serde",
            "version": "1.0.228",
            "purl": "pkg:cargo/serde@1.0.228",
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
            "components": [{"type": "library", "name": "inner"}],
        },
        {"type": "library", "name": "two", "licenses": [{"license": {"id": "IJG"}}, {"license": {"id": "MIT"}}]},
    ],
}
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {
            "name": "openssl",
            "versionInfo": "3.0.13",
            "licenseDeclared": "Apache-2.0",
            "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:generic/openssl@3.0.13"}],
        },
        {"name": "bare", "licenseDeclared": "NOASSERTION"},
    ],
}


def load(document: Any) -> tuple[Row, ...]:
    return load_sbom(json.dumps(document).encode(), what="a.json")


def test_cyclonedx_with_what_it_is_about_and_what_is_nested() -> None:
    assert load(CYCLONEDX) == (
        Row("root", "1", "", ""),
        Row("serde", "1.0.228", "pkg:cargo/serde@1.0.228", "MIT OR Apache-2.0"),
        Row("inner", "", "", ""),
        Row("two", "", "", ""),
    )


def test_spdx() -> None:
    assert load(SPDX) == (Row("openssl", "3.0.13", "pkg:generic/openssl@3.0.13", "Apache-2.0"), Row("bare", "", "", ""))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"bomFormat": "Other"}, "neither"),
        ([], "object is expected"),
        ({"bomFormat": "CycloneDX", "components": {}}, "components: a list"),
        ({"bomFormat": "CycloneDX", "components": ["a"]}, "an object is expected"),
        ({"bomFormat": "CycloneDX", "components": [{"version": "1"}]}, "'name'"),
        ({"bomFormat": "CycloneDX", "components": [{"name": 1}]}, "a text"),
        ({"bomFormat": "CycloneDX", "components": [{"name": "a" * 2000}]}, "at most"),
        ({"spdxVersion": "SPDX-2.3", "packages": [{}]}, "'name'"),
        ({"spdxVersion": "SPDX-3.0"}, "neither"),
    ],
)
def test_what_is_no_sbom_is_refused(document: Any, message: str) -> None:
    with pytest.raises(UnreadableError, match=message) as caught:
        load(document)
    assert caught.value.message.startswith("a.json: ")


def test_truncated_or_twice_the_same_key_is_refused() -> None:
    for data in (b"{", b'{"bomFormat": "CycloneDX", "bomFormat": "CycloneDX"}', b"\xff"):
        with pytest.raises(UnreadableError):
            load_sbom(data, what="a.json")


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "components"]), inner),
    max_leaves=8,
)


@given(values)
def test_no_document_breaks_it(value: Any) -> None:
    for key in ("components", "metadata", "packages"):
        try:
            load({"bomFormat": "CycloneDX", "spdxVersion": "SPDX-2.3", key: value})
        except UnreadableError as error:
            assert error.message.startswith("a.json: ")
