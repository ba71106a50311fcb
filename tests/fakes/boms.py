"""An SBOM with something of everything in it, made by the same functions as the gate's."""

from __future__ import annotations

import json
from typing import Any

from fakes.binaries import make_elf
from fakes.wheels import make_wheel

from sdlc.components.bill import locked_parts, root_part, wheel_part
from sdlc.components.embedded import insides
from sdlc.formats.cyclonedx_json import dump_bom
from sdlc.formats.requirements_txt import Pin
from sdlc.formats.wheel_metadata import load_wheel
from sdlc.inspecting.distributions import look_into_wheel

CARRIED = {
    "bomFormat": "CycloneDX",
    "components": [{"name": "libtiff", "version": "4.7.2", "licenses": [{"license": {"id": "libtiff"}}]}],
}
H11 = make_wheel(
    "h11",
    "0.16.0",
    requires=["idna>=3"],
    license="MIT",
    fields=["Author-Email: Ada <ada@example.org>", "Project-URL: Source, https://code.example/h11"],
    files={
        "h11-0.16.0.dist-info/sboms/a.json": json.dumps(CARRIED).encode(),
        "h11.libs/libtiff-20b7e810.so.6.3.0": make_elf({".rodata": b"LIBTIFF, Version 4.7.2"}),
        "h11.libs/libmine-0123abcd.so.7": make_elf({".rodata": b"mine"}),
        "h11/_vendor/vendor.txt": b"six==1.16.0\n",
    },
)
BOX = make_wheel("box", "1.0", requires=["h11"], license="Apache-2.0")
PINS = (Pin("h11", "0.16.0", ("a" * 64,), "", 1), Pin("idna", "3.10", ("b" * 64, "c" * 64), "", 2))


def rich_bom(*pins: Pin, h11: bytes = H11) -> bytes:
    """The SBOM of `box`, which requires h11 with parts inside of it; h11 requires idna, of which nothing is known."""
    pins = pins or PINS
    wheel, own = load_wheel(h11, what="h11-0.16.0-py3-none-any.whl"), load_wheel(BOX, what="box-1.0-py3-none-any.whl")
    inside = insides([look_into_wheel(h11, wheel), look_into_wheel(BOX, own)])
    root = root_part("box", "1.0", [wheel_part(own, "d" * 64, "3.12", ())])
    return dump_bom(root, locked_parts(pins, inside, "3.12"), inside)


def rich_document(*pins: Pin) -> dict[str, Any]:
    """`rich_bom`, loaded."""
    document: dict[str, Any] = json.loads(rich_bom(*pins))
    return document
