"""The few lines that a maintainer adds, as the documentation prints them, started by an event."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import REPOSITORY

DOCS = REPOSITORY / "docs" / "github-actions.md"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def caller(workflow: str, folder: Path, **given: str) -> Path:
    """The caller of `workflow` as a file, with `given` inputs in the place of the defaults."""
    found = [text for text in BLOCK.findall(DOCS.read_text()) if f"OWNER/REPO/.github/workflows/{workflow}@" in text]
    assert len(found) == 1, f"docs/github-actions.md shows {workflow} {len(found)} times"
    text = found[0].rstrip() + "\n"
    if given:
        text += "    with:\n" + "".join(f"      {name}: {_quoted(value)}\n" for name, value in given.items())
    path = folder / f"caller-{workflow}"
    path.write_text(text)
    return path


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
