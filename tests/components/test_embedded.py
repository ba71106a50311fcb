"""Parts of a distribution: evidence of one part is merged, nothing that was seen is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.components.embedded import inside, insides, purl_of
from sdlc.model.embedded import Embedded, Inside, Unexplained

TEXTS = ("license_expression", "license", "author", "author_email", "maintainer", "maintainer_email", "home")
METADATA: dict[str, Any] = {**dict.fromkeys(TEXTS, ""), "urls": {}, "requires": [], "classifiers": []}


def row(**given: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {key: [] for key in ("sboms", "libraries", "sightings", "crates", "vendored", "skipped")}
    return {"name": "box", "version": "1.0", "looked": 1, "metadata": METADATA, **empty, **given}


def sbom(*components: dict[str, Any], about: dict[str, Any] | None = None, path: str = "a.json") -> dict[str, str]:
    document = {"bomFormat": "CycloneDX", "metadata": {"component": about} if about else {}, "components": components}
    return {"path": path, "text": json.dumps(document)}


def seen(name: str, version: str, path: str = "box/a.so", kind: str = "string", offset: int = 7) -> dict[str, Any]:
    text = f"{name} {version}"
    found = {"kind": kind, "name": name, "version": version, "offset": offset, "text": text, "confidence": 0.9}
    return {"path": path, **found}


def said(found: Inside) -> list[tuple[str, str, str]]:
    return [(part.name, part.version, part.purl) for part in found.parts]


def paths(part: Embedded) -> list[tuple[str, str]]:
    return [(one.technique, one.path) for one in part.evidence]


def test_three_witnesses_of_one_library_are_one_part() -> None:
    listed = sbom({"name": "libtiff", "version": "4.7.2", "licenses": [{"license": {"id": "libtiff"}}]})
    libraries = ["box.libs/libtiff-20b7e810.so.6.3.0"]
    found = inside(row(sboms=[listed], libraries=libraries, sightings=[seen("libtiff", "4.7.2", libraries[0])]))
    [part] = found.parts
    assert (part.name, part.version, part.license) == ("libtiff", "4.7.2", "libtiff")
    assert part.purl == "pkg:generic/libtiff@4.7.2"
    assert paths(part) == [
        ("manifest-analysis", "a.json"),
        ("filename", libraries[0]),
        ("binary-analysis", libraries[0]),
    ]
    assert found.unexplained == ()


def test_two_versions_are_two_parts_and_the_vague_speaks_of_both() -> None:
    libraries = ["box.libs/libtiff-20b7e810.so.6.3.0"]
    found = inside(row(libraries=libraries, sightings=[seen("libtiff", "4.5.0"), seen("libtiff", "4.7.2", offset=9)]))
    assert [(part.version, len(part.evidence)) for part in found.parts] == [("4.5.0", 2), ("4.7.2", 2)]


def test_files_of_one_library_and_its_manifest_agree_on_the_release() -> None:
    libraries = ["box.libs/libwebp-51b0b3f7.so.7.1.7", "box.libs/libwebpmux-51b0b3f7.so.3.0.12"]
    assert said(inside(row(libraries=libraries))) == [("libwebp", "1.3.1", "pkg:generic/libwebp@1.3.1")]
    listed = sbom({"name": "libwebp", "version": "1.3.1"})
    [part] = inside(row(libraries=libraries, sboms=[listed])).parts
    assert len(part.evidence) == 3


def test_a_release_of_a_distribution_is_the_version_that_it_packs() -> None:
    listed = sbom({"name": "libXau", "version": "1.0.9-3.el8", "purl": "pkg:rpm/almalinux/libXau@1.0.9-3.el8"})
    found = inside(row(sboms=[listed], sightings=[seen("libxau", "1.0.9")]))
    assert said(found) == [("libxau", "1.0.9-3.el8", "pkg:rpm/almalinux/libXau@1.0.9-3.el8")]


def test_the_beginning_of_a_version_joins_the_whole() -> None:
    libraries = ["box.libs/liblcms2-88eaba2f.so.2.0.19"]
    assert said(inside(row(libraries=libraries))) == [("lcms2", "2.19", "pkg:generic/lcms2@2.19")]
    whole = inside(row(libraries=libraries, sboms=[sbom({"name": "Little CMS 2", "version": "2.19.1"})]))
    assert said(whole) == [("lcms2", "2.19.1", "pkg:generic/lcms2@2.19.1")]
    assert len(whole.parts[0].evidence) == 2
    other = inside(row(libraries=libraries, sboms=[sbom({"name": "Little CMS 2", "version": "2.9"})]))
    assert [part.version for part in other.parts] == ["2.19", "2.9"]


def test_a_library_that_nobody_knows_is_a_part_and_is_named() -> None:
    path = "box.libs/libmine-0123abcd.so.7"
    found = inside(row(libraries=[path]))
    assert said(found) == [("libmine", "", "pkg:generic/libmine")]
    assert found.unexplained == (Unexplained(path, "nothing tells the version of libmine"),)


def test_the_carrier_is_not_inside_of_itself() -> None:
    listed = sbom(
        {"name": "Box", "version": "1.0", "purl": "pkg:pypi/box@1.0?file_name=box.whl"},
        {"name": "box._speed", "version": "1.0", "purl": "pkg:pypi/box@1.0#c-ext/box._speed"},
        about={"name": "box", "version": "1.0"},
    )
    assert said(inside(row(sboms=[listed]))) == [("box._speed", "1.0", "pkg:pypi/box@1.0#c-ext/box._speed")]


def test_crates_of_manifest_path_and_section_are_one() -> None:
    listed = sbom(
        {"name": "serde", "version": "1.0.228", "purl": "pkg:cargo/serde@1.0.228?download_url=file://."},
        {"name": "serde", "version": "0.9.1", "purl": "pkg:cargo/serde@0.9.1"},
    )
    crates = [{"path": "box/a.so", "name": "serde", "version": "1.0.228"}]
    found = inside(row(sboms=[listed], crates=crates, sightings=[seen("serde", "1.0.228", kind="crate")]))
    assert [(part.purl, len(part.evidence)) for part in found.parts] == [
        ("pkg:cargo/serde@0.9.1", 1),
        ("pkg:cargo/serde@1.0.228", 3),
    ]


def test_a_crate_is_not_the_library_that_it_wraps() -> None:
    found = inside(row(sightings=[seen("openssl", "0.10.81", kind="crate"), seen("openssl", "4.0.3")]))
    assert [part.purl for part in found.parts] == ["pkg:cargo/openssl@0.10.81", "pkg:generic/openssl@4.0.3"]


def test_vendored_packages() -> None:
    found = inside(
        row(
            vendored=[
                {"path": "box/_vendor/vendor.txt", "text": "idna==3.10\n"},
                {"path": "box/ext/_vendor/six.py", "text": ""},
            ]
        )
    )
    assert said(found) == [("idna", "3.10", "pkg:pypi/idna@3.10"), ("six", "", "pkg:generic/six")]
    assert [one.path for one in found.unexplained] == ["box/ext/_vendor/six.py"]


def test_what_was_skipped_or_is_no_sbom_is_named() -> None:
    broken = {"path": "a.json", "text": "{"}
    found = inside(row(sboms=[broken], skipped=[{"path": "box/a.so", "why": "is missing"}]))
    assert [one.path for one in found.unexplained] == ["a.json", "box/a.so"]
    assert "not JSON" in found.unexplained[0].why


def test_an_sbom_of_absurd_length_is_left_out_and_named() -> None:
    found = inside(row(sboms=[sbom(*({"name": f"a{number}"} for number in range(10_001)))]))
    assert found.parts == ()
    assert found.unexplained == (Unexplained("a.json", "lists more than 10000 components, and was left out"),)


@pytest.mark.parametrize("broken", [{}, {"name": "box"}, row(sightings=[{"path": "a"}]), row(skipped=[1])])
def test_rows_that_are_none(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        inside(broken)


def test_rows_of_one_distribution_are_joined() -> None:
    rows = [row(sightings=[seen("openssl", "4.0.3", path)]) for path in ("box/a.so", "box/b.so")]
    other = {**row(crates=[]), "name": "other", "version": "2"}
    found = insides([rows[0], other, {**rows[1], "version": "1.0.0"}])
    assert list(found) == [("box", "1"), ("other", "2")]
    assert (len(found["box", "1"].parts[0].evidence), found["box", "1"].looked) == (2, 2)


def test_a_purl_is_quoted() -> None:
    assert purl_of("generic", "a b/c", "1+2") == "pkg:generic/a%20b%2Fc@1%2B2"


names = st.sampled_from(["libtiff", "openssl", "libmine"])
versions = st.sampled_from(["", "1.0", "1.0.1", "2.0"])
sights = st.lists(st.builds(seen, names, versions, st.sampled_from(["a", "b"]), st.sampled_from(["string", "crate"])))
files = st.lists(st.sampled_from(["box.libs/libtiff-20b7e810.so.6", "box.libs/libmine-20b7e810.so"]), unique=True)


@given(sights, files, st.randoms())
def test_nothing_is_lost_doubled_or_a_matter_of_order(
    sightings: list[dict[str, Any]], libraries: list[str], chance: Any
) -> None:
    found = inside(row(sightings=sightings, libraries=libraries))
    evidence = {(one.path, one.text) for part in found.parts for one in part.evidence}
    given_names = {(path, path.rpartition("/")[2]) for path in libraries}
    assert evidence == {(one["path"], one["text"]) for one in sightings} | given_names
    keys = [(part.purl, part.version) for part in found.parts]
    assert len(set(keys)) == len(keys)
    assert {one.path for part in found.parts if not part.version for one in part.evidence} <= {
        one.path for one in found.unexplained
    }
    chance.shuffle(sightings)
    assert inside(row(sightings=sightings, libraries=libraries[::-1])) == found
