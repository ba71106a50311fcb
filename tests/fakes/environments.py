"""A virtual environment on disk, as an installer leaves it: wheels unpacked, with their RECORD."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path


def install(environment: Path, *wheels: bytes) -> Path:
    """Unpack `wheels` into `environment`; returns its folder of packages."""
    site = environment / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True, exist_ok=True)
    for wheel in wheels:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            archive.extractall(site)
    return site
