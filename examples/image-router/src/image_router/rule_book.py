"""The rules in force: one file, changed by one writer at a time, read by every image."""

from __future__ import annotations

import threading
from pathlib import Path

from image_router.rules import Rule, RuleError, dump_rules, parse_rules
from image_router.storage import write_whole


class RuleBook:
    """Rules in a file; a change is written before it takes effect, and refused as a whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._rules = parse_rules(path.read_text(encoding="utf-8")) if path.exists() else ()

    def rules(self) -> tuple[Rule, ...]:
        """The rules, in order."""
        return self._rules

    def add(self, rule: Rule) -> None:
        """Add `rule` at the end. Raises RuleError when the name is taken."""
        with self._lock:
            self._replace((*self._rules, rule))

    def remove(self, name: str) -> bool:
        """Remove the rule `name`; False when there is none."""
        with self._lock:
            kept = tuple(rule for rule in self._rules if rule.name != name)
            if kept == self._rules:
                return False
            self._replace(kept)
            return True

    def _replace(self, rules: tuple[Rule, ...]) -> None:
        text = dump_rules(rules)
        if parse_rules(text) != rules:
            raise RuleError("the rules cannot be written down")
        write_whole(self._path, text.encode("utf-8"))
        self._rules = rules
