"""Wheels made in memory, right in every detail unless a test asks for a wrong one."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence


def make_wheel(
    name: str = "box",
    version: str = "1.0",
    *,
    requires: Sequence[str] = (),
    extras: Sequence[str] = (),
    license: str = "",
    fields: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
    after_record: Mapping[str, bytes] | None = None,
) -> bytes:
    """A wheel of one module.

    `fields` are more lines of its metadata, `files` replace or join its members, `after_record` those that RECORD was
    made of.
    """
    info = f"{name}-{version}.dist-info"
    metadata = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {line}" for line in requires)]
    metadata += [f"Provides-Extra: {extra}" for extra in extras]
    metadata += [f"License-Expression: {license}"] if license else []
    metadata += fields
    members = {
        f"{name}.py": b"here = True\n",
        f"{info}/METADATA": "\n".join(["Metadata-Version: 2.4", *metadata, ""]).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **(files or {}),
    }
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in members.items())
    members[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    members |= after_record or {}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    return made.getvalue()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def make_sdist(files: dict[str, bytes], top: str = "box-1.0/", **member: object) -> bytes:
    """A source archive of `files` below `top`; `member` changes what its headers say."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f"{top}{name}")
            info.size = len(data)
            for key, value in member.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()
