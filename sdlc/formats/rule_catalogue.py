"""The compiled rules of static analysis, as a person reads them: what each finds, how sure it is, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json


@dataclass(frozen=True)
class Rule:
    """One rule; `flow` says whether it follows a value, `cwe` are numbers, `owasp` such as `A03:2021`.

    `edits` are regular expressions over the lines of a finding with their replacements, where one answer is right.
    """

    id: str
    message: str
    fix: str
    severity: str
    confidence: str
    flow: bool
    cwe: tuple[int, ...]
    owasp: tuple[str, ...]
    links: tuple[str, ...]
    edits: tuple[tuple[str, str], ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether its findings can stop a change; the others are advice."""
        return self.confidence == "high"


def load_rules(data: bytes) -> tuple[Rule, ...]:
    """Every rule in the compiled file `data`, by id. Raises UnreadableError."""
    document = strict_json.loads_object(data, what="the compiled rules")
    try:
        rules = [
            Rule(
                str(rule["id"]),
                str(rule["message"]),
                str(rule["metadata"]["fix"]),
                str(rule["metadata"]["severity"]),
                str(rule["metadata"]["confidence"]),
                rule.get("mode") == "taint",
                tuple(int(number) for number in rule["metadata"]["cwe"]),
                tuple(str(entry) for entry in rule["metadata"]["owasp"]),
                tuple(str(link) for link in rule["metadata"].get("links", ())),
                tuple((str(old), str(new)) for old, new in rule["metadata"].get("edits", {}).items()),
            )
            for rule in document["rules"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"the compiled rules are malformed: {type(error).__name__}: {error}") from None
    return tuple(sorted(rules, key=lambda rule: rule.id))
