"""
Side by side on the labelled corpus: bandit, `ruff --select S`, and the gate static-analysis.

`make bench-sast` prints, by weakness, the share of vulnerable programs named (TPR), of fixed programs named (FPR), and
the difference of both (Youden's index, 100 is perfect and 0 is no better than a coin). A program counts as named when
the scanner names the case's weakness, or one of the numbers that scanners use for it, in any of its files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus
import scanners

SAME = (
    {77, 78, 88}, {78, 94, 95, 470}, {94, 1336, 79}, {89, 943}, {79, 80, 94, 116}, {22, 23, 36, 73, 99},
    {377, 378, 379}, {502, 20}, {611, 776, 20, 827}, {326, 327, 328, 916, 310}, {330, 338}, {295, 322, 300},
    {259, 321, 798}, {489, 94, 215}, {918, 22}, {1333, 400, 730}, {400, 409, 770}, {614, 1004, 1275},
    {319, 295}, {532, 359, 200}, {209, 200}, {306, 862}, {347, 345}, {942, 346}, {434, 22},
)  # fmt: skip
"""Numbers that scanners use for the same mistake; generous, and the same for all of them."""


@dataclass(frozen=True)
class Score:
    """Of `pairs` pairs, so many vulnerable and so many fixed programs were named."""

    pairs: int
    hits: int
    alarms: int

    @property
    def youden(self) -> float:
        return 100 * (self.hits - self.alarms) / self.pairs

    def __str__(self) -> str:
        return f"{100 * self.hits / self.pairs:.0f} / {100 * self.alarms / self.pairs:.0f} / **{self.youden:.0f}**"


def same(cwe: int) -> set[int]:
    """The numbers under which scanners report the weakness `cwe`."""
    return {cwe}.union(*(group for group in SAME if cwe in group))


def write_tree(cases: Iterable[corpus.Case], folder: Path) -> None:
    """Both programs of every case as files: `half/cwe/name/vulnerable/…` and `…/fixed/…`."""
    for case in cases:
        for label, program in (("vulnerable", case.vulnerable), ("fixed", case.fixed)):
            for name, text in program.items():
                path = folder / place(case, label) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")


def place(case: corpus.Case, label: str) -> str:
    """Where a program of `case` lies in the tree."""
    return f"{case.half}/cwe-{case.cwe:03d}/{case.name}/{label}"


def is_named(case: corpus.Case, label: str, named: scanners.Named) -> bool:
    """Whether the scanner names the weakness of `case` in the program `label`."""
    program = case.vulnerable if label == "vulnerable" else case.fixed
    return any(named.get(f"{place(case, label)}/{name}", set()) & same(case.cwe) for name in program)


def score(cases: Sequence[corpus.Case], named: scanners.Named) -> Score:
    """How a scanner did on `cases`."""
    hits = sum(is_named(case, "vulnerable", named) for case in cases)
    return Score(len(cases), hits, sum(is_named(case, "fixed", named) for case in cases))


def table(
    cases: Sequence[corpus.Case], columns: dict[str, scanners.Named], by: Callable[[corpus.Case], str], title: str
) -> list[str]:
    """A Markdown table with a row for each value of `by`, the mean of the rows, and all cases pooled."""
    rows: dict[str, list[corpus.Case]] = defaultdict(list)
    for case in cases:
        rows[by(case)].append(case)
    lines = [f"| {title} | pairs | {' | '.join(columns)} |", f"|---|---:|{'---|' * len(columns)}"]
    for row, members in sorted(rows.items()):
        scores = (str(score(members, named)) for named in columns.values())
        lines.append(f"| {row} | {len(members)} | {' | '.join(scores)} |")
    means = (sum(score(m, named).youden for m in rows.values()) / len(rows) for named in columns.values())
    lines.append(f"| mean of the rows | | {' | '.join(f'**{mean:.0f}**' for mean in means)} |")
    pooled = (str(score(cases, named)) for named in columns.values())
    lines.append(f"| pooled | {len(cases)} | {' | '.join(pooled)} |")
    return lines


def misses(cases: Iterable[corpus.Case], named: scanners.Named, rules: dict[str, set[str]]) -> list[str]:
    """What the gate gets wrong, a line each; only ever printed for the half that rules are tuned on."""
    lines = []
    for case in cases:
        where = f"{place(case, '')} ({case.flow}, {case.via})"
        if not is_named(case, "vulnerable", named):
            lines.append(f"missed {where}")
        if is_named(case, "fixed", named):
            fired = sorted({rule for name in case.fixed for rule in rules.get(f"{place(case, 'fixed')}/{name}", ())})
            lines.append(f"alarm  {where} {', '.join(fired)}")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Run all scanners and print the tables; with --misses, what the gate gets wrong in the open half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args(arguments)
    halves = {half: list(corpus.load_corpus(half)) for half in corpus.HALVES}
    with tempfile.TemporaryDirectory(prefix="sdlc-sast-") as temporary:
        tree = Path(temporary).resolve()
        write_tree((case for cases in halves.values() for case in cases), tree)
        columns = {"bandit": scanners.run_bandit(tree), "ruff -S": scanners.run_ruff(tree)}
        ours = scanners.run_ours(tree)
        columns |= {"ours, blocking": ours.blocking, "ours, with advice": ours.named}
    if given.misses:
        print("\n".join(misses(halves["open"], ours.blocking, ours.blocking_rules)))
        return 0
    print("TPR / FPR / **Youden**, in percent.")
    for half, title in (("held", "The test half"), ("open", "The half that rules are tuned on")):
        cases = halves[half]
        near = [case for case in cases if case.flow != "across"]
        print(f"\n### {title}\n")
        print("\n".join(table(cases, columns, lambda case: case.flow, "flow")))
        print(f"\nWithout flow across functions, by weakness ({len(near)} pairs):\n")
        print("\n".join(table(near, columns, lambda case: f"CWE-{case.cwe}", "weakness")))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
