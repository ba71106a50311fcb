"""pydicom 3.0.1."""

import io

from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from sdlc.harness import fuzz


@fuzz(raises=(InvalidDicomError, EOFError))
def fuzz_pydicom(data: bytes) -> None:
    """Any data set, with or without the preamble of a file."""
    dcmread(io.BytesIO(data), force=True)
