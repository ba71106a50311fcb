"""dulwich 1.2.0."""

import io
import zlib

from dulwich.pack import UnpackedObject, read_zlib_chunks

from sdlc.harness import fuzz
from sdlc.harness.properties import bounded_output


@fuzz(raises=(zlib.error,))
def fuzz_dulwich(data: bytes) -> None:
    """Of an object that is announced as small, no more is unpacked than that."""
    unpacked = UnpackedObject(3, decomp_len=1024)
    try:
        read_zlib_chunks(io.BytesIO(data).read, unpacked)
    finally:
        bounded_output(b"", b"".join(unpacked.decomp_chunks), ratio=1, spare=65536)
