"""py 1.11.0."""

from py._path.svnurl import InfoSvnCommand

from sdlc.harness import fuzz


@fuzz()
def fuzz_py(data: bytes) -> None:
    """Any input."""
    InfoSvnCommand.lspattern.match(data.decode("utf-8", "replace"))
