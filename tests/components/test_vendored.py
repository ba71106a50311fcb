"""Vendored Python packages: lists, metadata, and packages that tell their version themselves."""

from __future__ import annotations

from sdlc.components.vendored import listings, packages_of


def test_a_list_speaks_for_its_folder() -> None:
    paths = ["pip/_vendor/vendor.txt", "pip/_vendor/idna/__init__.py", "pip/_vendor/six.py", "pip/_internal/x.py"]
    assert listings(paths) == ["pip/_vendor/vendor.txt"]
    text = "# vendored\nidna==3.10\nCacheControl == 0.14.4 # pinned\n    urllib3>=2\n???\n"
    assert packages_of(paths[0], text) == [("idna", "3.10"), ("CacheControl", "0.14.4"), ("urllib3", "")]


def test_metadata_speaks_for_its_folder() -> None:
    paths = ["setuptools/_vendor/jaraco.text-4.0.0.dist-info/METADATA", "setuptools/_vendor/jaraco/text/__init__.py"]
    assert listings(paths) == paths[:1]
    assert packages_of(paths[0], "") == [("jaraco.text", "4.0.0")]


def test_a_package_that_nothing_lists_speaks_for_itself() -> None:
    paths = ["box/_vendor/__init__.py", "box/_vendor/six.py", "box/_vendor/rich/__init__.py", "box/_vendor/rich/a.py"]
    assert listings(paths) == ["box/_vendor/rich/__init__.py", "box/_vendor/six.py"]
    assert packages_of("box/_vendor/six.py", '__version__ = "1.16.0"\n') == [("six", "1.16.0")]
    assert packages_of("box/_vendor/rich/__init__.py", "x = 1\n") == [("rich", "")]


def test_what_is_no_vendored_package() -> None:
    assert listings(["vendor/a.py", "box-1.0.dist-info/licenses/box/_vendor/six.py", "box/static/vendor/a.js"]) == []
