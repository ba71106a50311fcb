"""Names of native libraries, and what the numbers of their files say."""

from __future__ import annotations

import pytest

from sdlc.components.known_libraries import KNOWN, folded, known


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("libpng16", "libpng"),
        ("Little CMS 2", "lcms2"),
        ("FreeType", "freetype"),
        ("libjpeg / libjpeg-turbo", "libjpeg-turbo"),
        ("openssl-libs", "openssl"),
        ("libcrypto", "openssl"),
        ("libscipy_openblas64_", "openblas"),
        ("libz", "zlib"),
        ("liblzma", "xz"),
    ],
)
def test_one_library_goes_by_several_names(said: str, name: str) -> None:
    library = known(said)
    assert library is not None
    assert library.name == name


def test_a_stranger_is_nobody() -> None:
    assert known("libmine") is None
    assert folded("lib") == "lib"


@pytest.mark.parametrize(
    ("name", "number", "release"),
    [
        ("libpng", "16.58.0", "1.6.58"),
        ("libpng", "58", ""),
        ("lcms2", "2.0.19", "2.19"),
        ("lcms2", "3.0.1", ""),
        ("harfbuzz", "0.61450.0", "14.5.0"),
        ("harfbuzz", "0.60830.0", "8.3.0"),
        ("harfbuzz", "0.1.0", ""),
        ("harfbuzz", "0.61121.0", "11.2.1"),
        ("libwebp", "7.1.7", "1.3.1"),
        ("libwebp", "2.0.17", "1.6.0"),
        ("libwebp", "9.9.9", ""),
        ("freetype", "6.20.1", "2.13.2"),
        ("freetype", "6.20.5", ""),
        ("libavif", "16.3.0", "1.3.0"),
        ("libavif", "15.0.0", ""),
        ("libxml2", "2.9.14", "2.9.14"),
        ("libxml2", "16.0.6", ""),
        ("zeromq", "5.2.5", "4.3.5"),
        ("openssl", "1.1.1k", "1.1.1k"),
        ("openssl", "3", ""),
        ("zlib", "1.3.1", "1.3.1"),
        ("zlib", "1", ""),
        ("postgresql", "5.17", "17"),
        ("postgresql", "5", ""),
    ],
)
def test_the_number_of_a_file_is_the_release_only_for_some(name: str, number: str, release: str) -> None:
    library = known(name)
    assert library is not None
    assert library.release is not None
    assert library.release(number) == release


def test_each_pattern_gives_at_most_a_version_and_is_never_certain() -> None:
    for pattern in (pattern for library in KNOWN for pattern in library.strings):
        assert pattern.expression.groups <= 1
        assert 0 < pattern.confidence < 1


def test_a_number_that_is_not_the_release_is_never_taken_for_it() -> None:
    for name in ("bzip2", "libtiff", "libjpeg-turbo", "libgfortran", "ffmpeg"):
        library = known(name)
        assert library is not None
        assert library.release is None
