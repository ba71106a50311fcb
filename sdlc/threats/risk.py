"""
How big is a risk? Exploitability from CVSS, harm from the shared table, level from a matrix; nothing is multiplied.

Both are computed before and after the controls. After them it is better only if controls against the threats are
*verified* in this build; otherwise it is as if there were none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from cvss import CVSS3, CVSS4
from cvss.exceptions import CVSSError

from sdlc.errors import UnreadableError
from sdlc.threats.risk_model import (
    DEFAULT_POLICY,
    DIMENSIONS,
    EXPLOITABILITIES,
    LEVELS,
    SEVERITIES,
    Ease,
    Exploitability,
    Harm,
    Harms,
    Level,
    Matrix,
    Risk,
    RiskPolicy,
    Severity,
)

MAX_VECTOR = 400


@dataclass(frozen=True)
class Scale:
    """What risks are weighed with: the shared harms and the policy."""

    harms: Mapping[str, Harm] = field(default_factory=dict)
    policy: RiskPolicy = DEFAULT_POLICY

    @classmethod
    def of(cls, harms: Harms | None, policy: RiskPolicy | None) -> Scale:
        """The scale of the files that there are."""
        return cls(harms.harms if harms else {}, policy or DEFAULT_POLICY)


@dataclass(frozen=True)
class Weighed:
    """A computed risk: exploitability and levels before (`pre`) and after the controls, the levels by dimension."""

    pre_ease: Exploitability
    post_ease: Exploitability
    severities: Mapping[str, Severity]
    pre_levels: Mapping[str, Level]
    post_levels: Mapping[str, Level]

    @property
    def pre(self) -> Level:
        """The worst level before the controls."""
        return worst(self.pre_levels.values())

    @property
    def post(self) -> Level:
        """The worst level after the controls."""
        return worst(self.post_levels.values())


def weigh(risk: Risk, scale: Scale, *, controlled: bool) -> Weighed:
    """`risk` on `scale`; `controlled` when controls against its threats are verified in this build.

    Raises UnreadableError for a vector that is none, and for a harm that the table does not have.
    """
    harm = scale.harms.get(risk.harm)
    if harm is None:
        raise UnreadableError(f"harm {risk.harm} is not in the table of harms")
    pre, stated = eases(risk, scale.policy.exploitability)
    post = stated if controlled or stated > pre else pre  # what is said to get worse is believed at once
    severities = severities_of(harm, multi_patient=risk.multi_patient)
    return Weighed(
        pre,
        post,
        severities,
        {name: level_of(scale.policy.matrix, pre, severity) for name, severity in severities.items()},
        {name: level_of(scale.policy.matrix, post, severity) for name, severity in severities.items()},
    )


def eases(risk: Risk, table: Sequence[Ease]) -> tuple[Exploitability, Exploitability]:
    """The exploitability of `risk` before and after its controls, as it is stated; raises UnreadableError."""
    if risk.expert is not None:
        pre, post = risk.expert.pre, risk.expert.post or risk.expert.pre
    else:
        vectors = risk.cvss4 or risk.cvss31
        assert vectors is not None  # noqa: S101 - the schema asks for one of the three
        pre = ease_of(vectors.pre, table)
        post = ease_of(vectors.post, table) if vectors.post else pre
    return ("E5", post) if risk.exploited else (pre, post)


def ease_of(vector: str, table: Sequence[Ease]) -> Exploitability:
    """The exploitability that `vector` (CVSS 4.0 or 3.1) comes to; raises UnreadableError."""
    metrics = metrics_of(vector)
    reach, effort = classes(metrics)
    ease = next(row for row in table if (row.reach, row.effort) == (reach, effort))
    # What nobody wrote down counts as attacked; 3.1 has other letters for the same.
    known: dict[str, Exploitability] = {"P": ease.proof_of_concept, "U": ease.unreported}
    return known.get(metrics.get("E", "X"), ease.attacked)


def metrics_of(vector: str) -> dict[str, str]:
    """The metrics of `vector`, modified ones in place of the ones that they modify; raises UnreadableError."""
    kinds = {"CVSS:4.0/": CVSS4, "CVSS:3.1/": CVSS3}
    kind = kinds.get(vector[:9])
    if kind is None:
        raise UnreadableError(f"{vector[:60]!r} begins neither with CVSS:4.0/ nor with CVSS:3.1/")
    try:
        parsed: Any = kind(vector[:MAX_VECTOR])
    except CVSSError as error:
        raise UnreadableError(str(error)[:200]) from None
    given = dict(parsed.original_metrics)
    modified = {name[1:]: value for name, value in given.items() if name[0] == "M" and value != "X" and len(name) > 2}
    plain = {name: value for name, value in given.items() if not (name[0] == "M" and len(name) > 2)}
    return plain | modified


def classes(metrics: Mapping[str, str]) -> tuple[int, int]:
    """EQ1 and EQ2 of CVSS 4.0; where 3.1 has no attack requirements, there are none."""
    easy = (metrics["AV"] == "N", metrics["PR"] == "N", metrics["UI"] == "N")
    if all(easy):
        reach = 0
    elif any(easy) and metrics["AV"] != "P":
        reach = 1
    else:
        reach = 2
    return reach, int(not (metrics["AC"] == "L" and metrics.get("AT", "N") == "N"))


def touches_safety(vector: str) -> bool:
    """True when a vector of CVSS 4.0 says that a later system's integrity or availability is a matter of safety."""
    metrics = metrics_of(vector)
    return "S" in (metrics.get("SI"), metrics.get("SA"))


def severities_of(harm: Harm, *, multi_patient: bool) -> dict[str, Severity]:
    """How bad `harm` is by dimension, one step worse where it reaches many."""
    found: dict[str, Severity] = {}
    for name in DIMENSIONS:
        severity: Severity | None = getattr(harm, name)
        if severity is not None:
            step = SEVERITIES.index(severity) + int(multi_patient)
            found[name] = SEVERITIES[min(step, len(SEVERITIES) - 1)]
    return found


def level_of(matrix: Matrix, ease: Exploitability, severity: Severity) -> Level:
    """The cell of the matrix."""
    level: Level = getattr(getattr(matrix, ease), severity)
    return level


def worst(levels: Iterable[Level]) -> Level:
    """The highest of `levels`, of which there is one at least."""
    return max(levels, key=LEVELS.index)


def not_monotone(policy: RiskPolicy) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where more ease or more harm lowers a level: keys in the policy, and what is wrong there."""
    for ease in EXPLOITABILITIES:
        for lower, higher in pairwise(SEVERITIES):
            one, other = level_of(policy.matrix, ease, lower), level_of(policy.matrix, ease, higher)
            if LEVELS.index(other) < LEVELS.index(one):
                yield ("matrix", ease, higher), f"{ease}/{higher} is {other}, and the smaller harm {lower} is {one}"
    for severity in SEVERITIES:
        for lower_ease, higher_ease in pairwise(EXPLOITABILITIES):
            one, other = level_of(policy.matrix, lower_ease, severity), level_of(policy.matrix, higher_ease, severity)
            if LEVELS.index(other) < LEVELS.index(one):
                said = f"{higher_ease}/{severity} is {other}, and the harder {lower_ease} is {one}"
                yield ("matrix", higher_ease, severity), said
    yield from _not_monotone_ease(policy.exploitability)


def _not_monotone_ease(table: Sequence[Ease]) -> Iterator[tuple[tuple[str, ...], str]]:
    for row in table:
        if not row.attacked >= row.proof_of_concept >= row.unreported:
            said = f"reach {row.reach}, effort {row.effort}: what is attacked is easier than what is only shown"
            yield ("exploitability",), said
        for other in table:
            if other.reach >= row.reach and other.effort >= row.effort:
                for name in ("attacked", "proof_of_concept", "unreported"):
                    if getattr(other, name) > getattr(row, name):
                        harder, easier = f"{other.reach}, {other.effort}", f"{row.reach}, {row.effort}"
                        said = f"{name}: reach and effort {harder} count as easier than {easier}"
                        yield ("exploitability",), said
