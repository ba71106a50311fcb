"""vobject 0.9.9."""

from vobject import readComponents
from vobject.base import VObjectError

from sdlc.harness import fuzz


@fuzz(raises=(VObjectError,))
def fuzz_vobject(data: bytes) -> None:
    """Any cards and calendars."""
    list(readComponents(data.decode("utf-8", "replace")))
