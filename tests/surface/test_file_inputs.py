"""Files that come from outside, and files that do not."""

from __future__ import annotations

import pytest

from sdlc.surface.extract import extract

INPUTS = [
    ("import pydicom\ndef f(p): pydicom.dcmread(p)", "dicom"),
    ("from zipfile import ZipFile\ndef f(p):\n    with ZipFile(p) as z: pass", "zip"),
    ("import tarfile\ndef f(p): tarfile.open(fileobj=p)", "tar"),
    ("from PIL import Image\ndef f(p): Image.open(p)", "image"),
    ("import xml.etree.ElementTree as ET\ndef f(p): ET.parse(p)", "xml"),
    ("from watchdog.observers import Observer\nObserver()", "watched"),
    ("from watchdog.observers.polling import PollingObserver as P\nP()", "watched"),
    ("import watchfiles\nfor c in watchfiles.watch('/in'): pass", "watched"),
    ("import sys\nopen(sys.argv[1])", "argument"),
    ("import argparse\np = argparse.ArgumentParser()\no = p.parse_args()\nopen(o.path, 'rb')", "argument"),
    ("import click\n@click.command()\n@click.argument('path')\ndef f(path):\n    open(path)", "argument"),
    ("import argparse\nargparse.FileType('r')", "argument"),
    ("from fastapi import UploadFile\ndef f(data: list[UploadFile]): pass", "upload"),
    ("from flask import request\ndef f(): request.files['x']", "upload"),
    ("def view(request): return request.FILES['x']", "upload"),
]  # fmt: skip
NONE = [
    "import pydicom\npydicom.dcmread('fixed.dcm')",
    "from zipfile import ZipFile\ndef f(p): ZipFile(p, 'w')",
    "import tarfile\ndef f(p): tarfile.open(p, mode='w:gz')",
    "import os, zipfile\nzipfile.ZipFile(os.path.join(os.path.dirname(__file__), 'a.zip'))",
    "import sys\nopen(sys.argv[1], 'w')",
    "def f(path): open(path)",
    "def f(bag): return bag.files",
]


def kinds(code: str) -> set[str]:
    items = extract({"app.py": code.encode()}, frozenset({"app.py"})).surface.items
    return {item.locator for item in items if item.kind == "file"}


@pytest.mark.parametrize(("code", "kind"), INPUTS)
def test_an_input(code: str, kind: str) -> None:
    assert kinds(code) == {kind}


@pytest.mark.parametrize("code", NONE)
def test_no_input(code: str) -> None:
    assert kinds(code) == set()
