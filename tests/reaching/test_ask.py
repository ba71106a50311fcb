"""What the gate says of an installed library: the modules that it gives, who else requires it, and what is advice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.advisories import FEED, INFO, NO_TOOLS, record
from fakes.environments import install
from fakes.products import TOOLS
from fakes.wheels import make_wheel

from sdlc.errors import UnreadableError
from sdlc.gates import vulnerabilities
from sdlc.model.finding import Finding
from sdlc.model.result import Context, RawArtifacts
from sdlc.readings import vulnerabilities as reading
from sdlc.workspace import extract_base, open_workspace

Repository = Callable[..., Path]
CORE = b"def parse(x):\n    return x\n\ndef fine(x):\n    return x\n"
NAMED = {"ecosystem_specific": {"imports": [{"path": "h11", "symbols": ["parse"]}]}}
OTHERS = [{"ref": "pkg:pypi/top@1", "dependsOn": ["pkg:pypi/h11@0.14.0"]}]


def evidence(root: Path, *, others: bool = False) -> tuple[RawArtifacts, RawArtifacts]:
    names = {"h11": "0.14.0", **({"top": "1"} if others else {})}
    rows = [
        {"name": n, "version": v, "purl": f"pkg:pypi/{n}@{v}", "bom-ref": f"pkg:pypi/{n}@{v}"} for n, v in names.items()
    ]
    bom = {"components": rows, "dependencies": OTHERS if others else []}
    sbom = {"bom.cdx.json": json.dumps(bom).encode(), "lock.json": b'{"files":[]}'}
    raw = vulnerabilities.run(open_workspace(root, TOOLS), NO_TOOLS, FEED, {"sbom": sbom})
    return raw, {**raw, **{f"sbom/{name}": data for name, data in sbom.items()}}


def product(repository: Repository, source: str, specific: dict[str, Any] | None = None) -> Path:
    said = record()
    said["affected"][0] |= specific or {}
    files = {"advisories/1.json": json.dumps(said), "advisories/feed.json": json.dumps(INFO), "src/app.py": source}
    root = repository(files)
    install(root / ".sdlc" / "env", make_wheel("h11", "0.14.0", files={"h11.py": CORE}))
    return root


def finding(root: Path, **more: bool) -> Finding:
    _, together = evidence(root, **more)
    [found] = reading.read(together, FEED, Context()).findings
    return found


@pytest.mark.parametrize(
    ("source", "specific", "grade", "said"),
    [
        ("print(1)\n", None, "not-imported", "; the product does not import it"),
        ("import h11\nh11.fine(1)\n", None, "imported", "which function is vulnerable (src/app.py:2 h11.fine)"),
        ("import h11\nh11.fine(1)\n", NAMED, "not-called", "and does not call what is vulnerable"),
        ("import h11\nh11.parse(1)\n", NAMED, "called", "; the product calls h11.parse (src/app.py:2 h11.parse)"),
    ],
)
def test_a_finding_says_how_far_the_product_reaches(
    repository: Repository, source: str, specific: dict[str, Any] | None, grade: str, said: str
) -> None:
    found = finding(product(repository, source, specific))
    assert found.properties["reach"] == grade
    assert found.message.endswith(said)
    assert "reach-doubts" not in found.properties


def test_whoever_else_requires_it_is_a_doubt(repository: Repository) -> None:
    found = finding(product(repository, "print(1)\n"), others=True)
    assert found.properties["reach-doubts"] == "top requires it, and calls from there are not followed"
    assert "as far as its source tells" in found.message


def test_it_turns_nothing_and_a_base_is_not_asked(repository: Repository, tmp_path: Path) -> None:
    root = product(repository, "print(1)\n")
    raw, together = evidence(root)
    [with_it] = reading.read(together, FEED, Context()).findings
    [without] = reading.read({n: d for n, d in together.items() if n != "reach.json"}, FEED, Context()).findings
    for name in ("rule", "severity", "confidence", "fingerprint", "subject", "suppressed", "place"):
        assert getattr(with_it, name) == getattr(without, name)
    (tmp_path / "base").mkdir()
    base = extract_base(open_workspace(root, TOOLS), TOOLS, tmp_path / "base")
    sbom = {name.removeprefix("sbom/"): data for name, data in together.items() if name.startswith("sbom/")}
    assert "reach.json" not in vulnerabilities.run(base, TOOLS, FEED, {"sbom": sbom})
    assert "reach.json" in raw
    for data in (b"[{}]", b"{", b'[{"rule":"a","subject":"b","grade":"safe","symbol":"","path":[],"doubts":[]}]'):
        with pytest.raises(UnreadableError):
            reading.read({**together, "reach.json": data}, FEED, Context())
