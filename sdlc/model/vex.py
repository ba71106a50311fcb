"""What is said of one weakness in one component of one product: affected or not, and why (VEX)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdlc.model.digest import Digest

STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
CLOSING = ("not_affected", "fixed")
"""With one of these, signed by a person, a finding is closed."""

JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
"""OpenVEX 0.2.0; only with `not_affected`."""


@dataclass(frozen=True)
class Statement:
    """One statement.

    `advisories` are the ids of one weakness (an alias group), sorted. `product` is a name, `component` a package URL
    without a version; `product_versions` and `versions` are PEP 440 ranges, or ``==`` and a version of any form.
    `carrier` is name and version of what carries an embedded component, empty for one of its own. `impact` says why it
    is not affected, `action` what to do where it is.
    """

    advisories: tuple[str, ...]
    product: str
    product_versions: str
    component: str
    versions: str
    status: str
    carrier: str = ""
    justification: str = ""
    impact: str = ""
    action: str = ""


@dataclass(frozen=True)
class VexDecision:
    """A statement that one person answers for.

    `modified` is the newest change of the advisories that the person saw, ISO 8601 in UTC; `name` the printed name,
    `key` the id of the signing key. It counts from `created` until `expires`.
    """

    statement: Statement
    modified: str
    person: str
    name: str
    key: Digest
    created: datetime
    expires: datetime
