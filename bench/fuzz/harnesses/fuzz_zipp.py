"""zipp 3.19.0."""

import io
import zipfile

import zipp

from sdlc.harness import fuzz


@fuzz(raises=(ValueError,))
def fuzz_zipp(data: bytes) -> None:
    """Any input."""
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.writestr(data.decode("utf-8", "replace"), b"")
        list(zipp.Path(archive).iterdir())
