"""A rule of ours: how bad a finding of it is, how it is mended, how it is made."""

from __future__ import annotations

from dataclasses import dataclass

from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity


@dataclass(frozen=True)
class Rule:
    """One rule: `fix` is a sentence that begins with a verb."""

    title: str
    severity: Severity
    fix: str

    def finding(
        self,
        name: str,
        place: Place,
        subject: str,
        message: str,
        *,
        gate: str,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
    ) -> Finding:
        """A finding of this rule, whose id is `name`, about `subject`; its fingerprint ignores lines and wording."""
        return Finding(
            rule=name,
            message=message,
            severity=severity or self.severity,
            confidence=confidence,
            fingerprint="f1:" + sha256(f"{gate} {name} {subject}".encode())[:32],
            place=place,
            fix=self.fix,
            reproduce=f"sdlc check --gate {gate}",
            subject=subject,
        )
