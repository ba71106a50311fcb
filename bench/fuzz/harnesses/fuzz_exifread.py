"""ExifRead 2.3.2."""

import io

import exifread

from sdlc.harness import fuzz


@fuzz()
def fuzz_exifread(data: bytes) -> None:
    """Any file."""
    exifread.process_file(io.BytesIO(data))
