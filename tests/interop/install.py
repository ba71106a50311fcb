"""
Installs other people's clients into `.interop/`, each at one version, with the checksums of Go's own database.

They verify what we sign; nothing of the toolkit needs them. Run by `make interop`. Each is built from a module file of
its own: `go install` also asks for the list of all versions, which not every mirror has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENTS = {
    "actionlint": ("github.com/rhysd/actionlint", "v1.7.12", "cmd/actionlint"),
    "cosign": ("github.com/sigstore/cosign/v3", "v3.1.3", "cmd/cosign"),
    "slsa-verifier": ("github.com/slsa-framework/slsa-verifier/v2", "v2.7.1", "cli/slsa-verifier"),
    "syft": ("github.com/anchore/syft", "v1.57.1", "cmd/syft"),
}
"""Module, version and package of each client; docs/interop.md says what it did with our output."""

NODE = Path(__file__).parent
"""Where package.json names the forge's own parser and a validator of SBOMs, which npm brings."""

PROGRAMS = ("forge_parser.mjs", "sbom_validator.mjs")

TARGET = Path(__file__).parent.parent.parent / ".interop"


def main() -> int:
    """0 when every client is there, 1 when one could not be installed."""
    if shutil.which("go") is None:
        print("go was not found; the tests of foreign clients will be skipped")
        return 0
    missing = [name for name in CLIENTS if not (TARGET / name).exists()]
    failed = [name for name in missing if not build(name)]
    made = all((TARGET / "node" / name).exists() for name in ("forge_parser.cjs", *PROGRAMS))
    failed += [] if made or bundle() else ["the forge's parser or the validator of SBOMs"]
    for name in failed:
        print(f"{name} could not be installed", file=sys.stderr)
    return 1 if failed else 0


def build(name: str) -> bool:
    """Build one client; True when it worked."""
    module, version, package = CLIENTS[name]
    print(f"go build {module}/{package} at {version}", flush=True)
    with tempfile.TemporaryDirectory(prefix="interop-") as folder:
        (Path(folder) / "go.mod").write_text(f"module interop\n\ngo 1.23\n\nrequire {module} {version}\n")
        words = ["go", "build", "-o", str(TARGET / name), f"{module}/{package}"]
        environment = {**os.environ, "GOFLAGS": "-mod=mod"}
        return subprocess.run(words, cwd=folder, env=environment, check=False).returncode == 0


def bundle() -> bool:
    """What npm brings, with our few lines, the forge's parser as one program; True when it was made, or without npm."""
    if shutil.which("npm") is None:
        print("npm was not found; the tests with clients of JavaScript will be skipped")
        return True
    folder = TARGET / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", *PROGRAMS):
        shutil.copy(NODE / name, folder)
    words = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    print("npm install, of tests/interop/package.json", flush=True)
    if subprocess.run(words, cwd=folder, check=False).returncode:
        return False
    made = ["--bundle", "--platform=node", "--format=cjs", "--outfile=forge_parser.cjs", "--log-level=warning"]
    words = [str(folder / "node_modules" / ".bin" / "esbuild"), "forge_parser.mjs", *made]
    return subprocess.run(words, cwd=folder, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
