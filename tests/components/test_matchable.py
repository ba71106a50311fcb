"""What of an SBOM can be looked up, and by which names."""

from __future__ import annotations

from typing import Any

import pytest

from sdlc.components.matchable import NO_VERSION, listed


def bom(*parts: tuple[str, str, str]) -> dict[str, Any]:
    rows = [
        {
            "name": name,
            "version": version,
            "evidence": {
                "identity": [{"concludedValue": purl, "confidence": 0.9}],
                "occurrences": [{"location": "b.so"}, {"location": "a.json"}, {"location": "b.so"}],
            },
        }
        for name, version, purl in parts
    ]
    return {"components": [{"name": "box", "version": "1.0", "purl": "pkg:pypi/box@1.0", "components": rows}]}


def test_top_level_components_go_by_their_name_alone() -> None:
    [one] = listed(bom())
    assert (one.names, one.carrier, one.places, one.confidence) == (("box",), None, (), 1.0)


@pytest.mark.parametrize(
    ("name", "purl", "known_as"),
    [
        ("openssl-sys", "pkg:cargo/openssl-sys@0.9", {"cargo/openssl-sys"}),
        ("Foo.Bar", "pkg:pypi/Foo.Bar@1", {"foo-bar"}),
        ("mine", "pkg:generic/mine@1", {"generic/mine", "generic/libmine"}),
        ("libXau", "pkg:rpm/almalinux/libXau@1.0.9", {"generic/xau", "generic/libxau"}),
        ("odd", "no purl", {"generic/odd", "generic/libodd"}),
    ],
)
def test_a_part_goes_by_the_names_of_its_ecosystem(name: str, purl: str, known_as: set[str]) -> None:
    [_, part] = listed(bom((name, "1", purl)))
    assert set(part.names) == known_as
    assert (part.carrier, part.places) == (("box", "1.0"), ("a.json", "b.so"))


def test_a_library_goes_by_all_of_its_names() -> None:
    [_, part] = listed(bom(("lcms2", "2.16", "pkg:generic/lcms2@2.16")))
    assert {"generic/lcms", "generic/lcms2", "generic/littlecms2"} <= set(part.names)


def test_a_part_of_the_carriers_own_is_not_asked_for_again() -> None:
    assert len(listed(bom(("box._speed", "1.0", "pkg:pypi/box@1.0#c-ext/speed")))) == 1


def test_the_release_of_a_distribution_is_left_out_and_no_version_is_less_sure() -> None:
    [_, packed, unknown] = listed(
        bom(("libxau", "1.0.9-3.el8", "pkg:rpm/almalinux/libXau@1.0.9-3.el8"), ("xz", "", "pkg:generic/xz"))
    )
    assert (packed.version, packed.confidence) == ("1.0.9", 0.9)
    assert (unknown.version, unknown.confidence) == ("", NO_VERSION)
