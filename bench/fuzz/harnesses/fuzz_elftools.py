"""pyelftools 0.27."""

import io

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from sdlc.harness import fuzz


@fuzz(raises=(ELFError,))
def fuzz_elftools(data: bytes) -> None:
    """The names of the sections of any file."""
    for section in ELFFile(io.BytesIO(data)).iter_sections():
        _ = section.name
