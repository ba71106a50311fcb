"""
How often each rule is right on the labelled corpus: `make rules-report`.

A finding is true when it names the weakness of a vulnerable program, false when it names that of its fix; what it says
of other weaknesses is not counted, since nobody labelled those. A rule with more than one false finding in ten loses
the right to block: `--write` puts the counts into `rules/measured.json`, and `rules/compile.py` makes advice of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import compare
import corpus
import scanners

REPOSITORY = Path(__file__).parent.parent.parent
MEASURED = REPOSITORY / "rules" / "measured.json"
RULES = REPOSITORY / "rules" / "compiled" / "python.json"


def measure(cases: Iterable[corpus.Case], found: dict[str, set[str]]) -> dict[str, dict[str, int]]:
    """`true` and `false` findings by rule; `found` holds the rules that fired by path."""
    cwe = {rule["id"]: set(rule["metadata"]["cwe"]) for rule in json.loads(RULES.read_text("utf-8"))["rules"]}
    counts = {"true": Counter[str](), "false": Counter[str]()}
    for case in cases:
        weakness = compare.same(case.cwe)
        for label, program, word in (("vulnerable", case.vulnerable, "true"), ("fixed", case.fixed, "false")):
            fired = {rule for name in program for rule in found.get(f"{compare.place(case, label)}/{name}", ())}
            counts[word].update(rule for rule in fired if cwe.get(rule, set()) & weakness)
    rules = sorted(cwe)
    return {rule: {word: counts[word][rule] for word in ("false", "true")} for rule in rules}


def page(measured: dict[str, dict[str, int]]) -> Iterable[str]:
    """A line for each rule, the least reliable first."""

    def share(rule: str) -> float:
        counts = measured[rule]
        return counts["false"] / max(1, counts["false"] + counts["true"])

    width = max(map(len, measured))
    for rule in sorted(measured, key=lambda rule: (-share(rule), rule)):
        counts = measured[rule]
        judged = f"{share(rule):4.0%} false" if counts["false"] + counts["true"] else "not in the corpus"
        yield f"{rule:<{width}}  {counts['true']:3} true  {counts['false']:3} false  {judged}"


def main(arguments: Sequence[str]) -> int:
    """Run the gate on the whole corpus and print, or with --write keep, how often each rule is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"keep the counts in {MEASURED.relative_to(REPOSITORY)}")
    given = parser.parse_args(arguments)
    cases = [case for half in corpus.HALVES for case in corpus.load_corpus(half)]
    with tempfile.TemporaryDirectory(prefix="sdlc-sast-") as temporary:
        tree = Path(temporary).resolve()
        compare.write_tree(cases, tree)
        measured = measure(cases, scanners.run_ours(tree).rules)
    print("\n".join(page(measured)))
    if given.write:
        MEASURED.write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
