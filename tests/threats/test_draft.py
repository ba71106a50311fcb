"""The drafted model shows every interface that the imports show, and is one that the gate reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats.strict_json import dumps
from sdlc.threats.draft import SURFACES, draw
from sdlc.threats.load import load_model


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.id)
def test_an_import_shows_its_interface(surface) -> None:
    for module in surface.modules:
        model = draw("box", {"src/a.py": f"import {module}\n".encode(), "src/b.py": b"x = 1\n"})
        assert model["components"][surface.id]["code"] == ["src/a.py"], module
        assert {threat[0] for threat in surface.threats} <= set(model["threats"])
        load_model(dumps(model), path="x")


def test_a_file_belongs_to_one_component_with_the_threats_of_all_its_interfaces() -> None:
    model = draw("box", {"app.py": b"import flask, sqlite3, subprocess, pydicom\n", "db.py": b"import sqlite3\n"})
    assert {name: one["code"] for name, one in model["components"].items()} == {
        "web": ["app.py"],
        "database": ["db.py"],
    }
    assert model["threats"]["program-argument"]["on"] == ["web"]
    assert model["threats"]["stored-data"]["on"] == ["web", "database"]
    assert model["data_flows"]["dicom-data"]["to"] == "web"
    load_model(dumps(model), path="x")


def test_parts_of_packages_and_names_in_them() -> None:
    model = draw("box", {"a.py": b"from http import server\n", "b.py": b"from urllib import parse\n"})
    assert list(model["components"]) == ["web"]
    model = draw("box", {"a.py": b"import xml.etree.ElementTree as tree\n"})
    assert list(model["components"]) == ["deserializer"]


def test_own_modules_of_such_names_are_no_interface() -> None:
    assert list(draw("box", {"a.py": b"from .flask import x\nimport flasky\n"})["components"]) == ["product"]


def test_what_is_not_python_shows_nothing() -> None:
    model = draw("box", {"a.py": b"\xff\xfe", "b.py": b"def ((", "c.py": b"(" * 5000})
    assert list(model["components"]) == ["product"]
    load_model(dumps(model), path="x")


def test_many_files_become_folders() -> None:
    sources = {f"src/box/m{number}.py": b"import flask\n" for number in range(30)}
    assert draw("box", sources)["components"]["web"]["code"] == ["src/box/*.py"]


@given(st.text(max_size=80), st.lists(st.sampled_from([m for s in SURFACES for m in s.modules]), max_size=8))
def test_every_draft_is_a_model(name: str, modules: list[str]) -> None:
    name = "".join(character for character in name if character.isprintable()).strip() or "box"
    model = draw(name, {"a.py": "\n".join(f"import {module}" for module in modules).encode()})
    load_model(dumps(model), path="x")
