"""
Brings what the tests of the page need into `.browser/`: axe-core, and a Chromium where the machine has none.

No root and no system package: npm fetches two archives, each of one version and refused unless its SHA-512 is the one
in `pins.json`; nothing of them is run but the browser. Run by `make browser`; it ends with 2 and says what is missing.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
TARGET = FOLDER.parent.parent / ".browser"
CHROMIUM, AXE = "@sparticuz/chromium", "axe-core"
UNPACK = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))"


class MissingError(Exception):
    """What is missing, and what to do."""


def main() -> int:
    """0 when all is there, 2 when not."""
    try:
        if not (TARGET / "axe.min.js").exists():
            member = fetched(AXE)["package/axe.min.js"]
            TARGET.mkdir(exist_ok=True)
            (TARGET / "axe.min.js").write_bytes(member)
        if not on_path() and not (TARGET / "chromium" / "chromium").exists():
            unpack(fetched(CHROMIUM), TARGET / "chromium")
    except MissingError as error:
        print(f"the tests of the page cannot run: {error}", file=sys.stderr)
        return 2
    print(f"the tests of the page use {on_path() or TARGET / 'chromium' / 'chromium'} and axe-core {version(AXE)}")
    return 0


def on_path() -> str:
    """The machine's own Chromium, empty where it has none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def version(name: str) -> str:
    """The pinned version."""
    return str(json.loads((FOLDER / "pins.json").read_text())[name]["version"])


def fetched(name: str) -> dict[str, bytes]:
    """The files of one package, by their names in its archive."""
    npm = shutil.which("npm")
    if npm is None:
        hint = "install npm, or Chromium (apt-get install chromium) and npm for axe-core"
        raise MissingError(f"npm was not found to fetch {name}; {hint}")
    pinned = json.loads((FOLDER / "pins.json").read_text())[name]
    with tempfile.TemporaryDirectory(prefix="sdlc-browser-") as folder:
        wanted = f"{name}@{pinned['version']}"
        words = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, wanted]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            raise MissingError(f"npm could not fetch {wanted}: {done.stderr.strip()[-300:] or 'no archive came'}")
        data = archives[0].read_bytes()
    came = f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}"
    if came != pinned["integrity"]:
        raise MissingError(f"{wanted} is not the archive that was pinned: {came}")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}  # type: ignore[union-attr]


def unpack(package: dict[str, bytes], folder: Path) -> None:
    """The browser with the libraries and fonts that it brings, in `folder`; whole or not at all."""
    half = folder.with_name("chromium.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name in ("al2023", "fonts", "swiftshader"):
        with tarfile.open(fileobj=io.BytesIO(inflated(package[f"package/bin/{name}.tar.br"]))) as archive:
            archive.extractall(half, filter="data")
    (half / "chromium").write_bytes(inflated(package["package/bin/chromium.br"]))
    (half / "chromium").chmod(0o755)
    half.rename(folder)


def inflated(data: bytes) -> bytes:
    """`data` without its brotli compression; node, which npm needs, knows it."""
    node = shutil.which("node")
    if node is None:
        raise MissingError("node was not found to unpack Chromium")
    return subprocess.run([node, "-e", UNPACK], input=data, capture_output=True, check=True, timeout=300).stdout


if __name__ == "__main__":
    sys.exit(main())
