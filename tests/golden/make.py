"""
Writes the golden bundle of this version: `python tests/golden/make.py`.

A released version's bundle is never written again: what it verified, every later version must verify, with the same
answer. Before the release of a version, its bundle follows the format.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))


def main() -> int:
    """0 when the files of this version are written."""
    from fakes.releases import good_bundle, trust_root
    from golden.test_golden import AT, answer

    from sdlc import __version__
    from sdlc.signing.trust_json import dump_trust

    target = FOLDER / __version__
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as store:
        (target / "release.evidence.zip").write_bytes(good_bundle(Path(store)))
    (target / "trust.json").write_bytes(dump_trust(trust_root()))
    (target / "verification.json").write_text(json.dumps(answer(target, AT), indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
