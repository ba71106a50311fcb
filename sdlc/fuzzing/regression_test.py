"""Writes the pytest test of one crash: minimal, deterministic, failing until the crash is fixed."""

from __future__ import annotations

from sdlc.model.digest import sha256

INLINE = 512
FOLDER = "tests/regressions"


def crash_id(harness: str, key: str) -> str:
    """Ten hex digits that are the same in every run that finds the same crash."""
    return sha256(f"{harness} {key}".encode())[:10]


def stored_input(folder: str, harness: str, name: str) -> str:
    """Where the replay looks for the input of the crash `name`; `folder` is that of the harnesses."""
    return f"{folder}/regressions/{harness}/{name}.bin"


def regression_test(file: str, harness: str, name: str, what: str, data: bytes) -> bytes:
    """The text of `tests/regressions/test_<name>.py`: calls `harness` of `file` on `data`.

    `what` says what happened; it comes from product code, so it only ever stands in a string literal.
    """
    folder = file.rpartition("/")[0]
    short = len(data) <= INLINE
    where = "ROOT / " + repr(stored_input(folder, harness, name))
    lines = [
        f'"""Found by fuzzing: `{harness}` of {file} must answer this input properly."""',
        "",
        "from pathlib import Path",
        "",
        "from sdlc.harness.regression import survives",
        "",
        "ROOT = Path(__file__).parents[2]",
        f"FAILED_WITH = {what[:200]!a}",
        f"DATA = {data!r}" if short else f"DATA = ({where}).read_bytes()",
        "",
        "",
        f"def test_{name}() -> None:",
        f"    survives(ROOT / {file!r}, {harness!r}, DATA)",
        "",
    ]
    return "\n".join(lines).encode("ascii", "backslashreplace")
