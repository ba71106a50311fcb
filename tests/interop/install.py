"""
Installs other people's clients into `.interop/`, each at one version, with the checksums of Go's own database.

They verify what we sign; nothing of the toolkit needs them. Run by `make interop`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CLIENTS = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
    "cosign": "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3",
}
TARGET = Path(__file__).parent.parent.parent / ".interop"


def main() -> int:
    """0 when every client is there, 1 when one could not be installed."""
    if shutil.which("go") is None:
        print("go was not found; the tests of foreign clients will be skipped")
        return 0
    environment = {**os.environ, "GOBIN": str(TARGET)}
    for name, module in CLIENTS.items():
        if (TARGET / name).exists():
            continue
        print(f"go install {module}", flush=True)
        done = subprocess.run(["go", "install", module], env=environment, check=False)
        if done.returncode != 0:
            print(f"{name} could not be installed", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
