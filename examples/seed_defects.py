"""
Seeds four defects into a copy of `image-router`, as a careless branch would: `python seed_defects.py FOLDER`.

A command injection, a pin of a vulnerable release, a parser that crashes on an unusual rule, and the deletion of the
test that proves a control. Prints each with file and line. The other tests of the product still pass.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PREVIEW = '''

async def preview(request: Request) -> Response:
    """Shows the header of a stored image."""
    name = request.query_params["image"]
    done = subprocess.run(f"dcmdump {name}", shell=True, capture_output=True, check=False)
    return Response(done.stdout, media_type="text/plain")
'''

VULNERABLE = """\
click==8.1.7 \\
    --hash=sha256:ae74fb96c20a0277a1d615f1e4d73c8414f5a98db8b799a7931d1582f3390c28 \\
    --hash=sha256:ca9853ad459e787e2192211578cc907e7594e294c7ccc834310722b41b9ca6de
"""
"""A release that the example's own advisory feed calls vulnerable."""

ESCAPE = """\
    if text.startswith("%"):
        return bytes.fromhex(text[1:3]).decode("ascii"), text[3:].lstrip()
"""


def main() -> int:
    """Seed all four."""
    product = Path(sys.argv[1])
    for kind, path, line in (
        ("command injection", *inject_command(product)),
        ("vulnerable pin", *pin_vulnerable(product)),
        ("parser crash", *break_parser(product)),
        ("deleted test of a control", *delete_test(product)),
    ):
        print(f"  seeded {kind:<26} {path}:{line}")
    return 0


def inject_command(product: Path) -> tuple[str, int]:
    """A page that lets its caller choose a shell command."""
    path = "src/image_router/web.py"
    text = read(product, path)
    text = replaced(text, "import secrets\n", "import secrets\nimport subprocess\n")
    text = replaced(text, '        Route("/login"', '        Route("/preview", preview),\n        Route("/login"')
    return write(product, path, text.rstrip("\n") + "\n" + PREVIEW, "shell=True")


def pin_vulnerable(product: Path) -> tuple[str, int]:
    """Both locks go back to a vulnerable release."""
    for path in ("requirements/dev.txt", "requirements/runtime.txt"):
        text = re.sub(r"(?m)^click==.*\n(?: .*\n)*", lambda _: VULNERABLE, read(product, path))
        at = write(product, path, text, "click==8.1.7")
    return at


def break_parser(product: Path) -> tuple[str, int]:
    """A new way to write a value, `%41`, that takes what follows for hexadecimal digits without asking."""
    path = "src/image_router/rules.py"
    text = read(product, path)
    text = replaced(text, "    if not text.startswith('\"'):\n", ESCAPE + "    if not text.startswith('\"'):\n")
    return write(product, path, text, "bytes.fromhex")


def delete_test(product: Path) -> tuple[str, int]:
    """The test that a control of the threat model rests on."""
    path = "tests/test_receiver.py"
    text = read(product, path)
    line = text[: text.index("def test_unknown_ae_title_is_rejected")].count("\n") + 1
    text = re.sub(r"def test_unknown_ae_title_is_rejected.*?\n(?=\n\ndef )", "", text, flags=re.DOTALL)
    (product / path).write_text(text.replace("\n\n\n\n\n", "\n\n\n"), encoding="utf-8")
    return path, line


def read(product: Path, path: str) -> str:
    """The text of a file of the product."""
    return (product / path).read_text(encoding="utf-8")


def replaced(text: str, old: str, new: str) -> str:
    """`text` with its only `old` replaced; stops when the product has changed under this script."""
    if text.count(old) != 1:
        raise SystemExit(f"seed_defects.py: {old.strip()!r} stands {text.count(old)} times in the product")
    return text.replace(old, new)


def write(product: Path, path: str, text: str, shows: str) -> tuple[str, int]:
    """Write a file; its path, and the line that `shows` the defect."""
    (product / path).write_text(text, encoding="utf-8")
    return path, text[: text.index(shows)].count("\n") + 1


if __name__ == "__main__":
    sys.exit(main())
