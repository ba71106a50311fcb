"""mutagen 1.43.0."""

import io

import mutagen

from sdlc.harness import fuzz

mutagen.File(io.BytesIO())  # the first call imports the formats: here, where what is imported is instrumented


@fuzz(raises=(mutagen.MutagenError,))
def fuzz_mutagen(data: bytes) -> None:
    """Any file of sound."""
    mutagen.File(io.BytesIO(data))
