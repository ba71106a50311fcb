"""
`trust.json`: the trust root as a file, and what must hold in it before anybody is believed.

Refused, each by name: an unknown member, a key whose id is not that of its PEM, a person or a role that does not
exist, one key for two, a threshold below one or beyond the number of persons who may approve.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest
from sdlc.signing.keyed import ALGORITHM, key_id, load_public_key
from sdlc.signing.keyless import ALGORITHM as KEYLESS
from sdlc.signing.keyless import CLAIMS, Identity
from sdlc.signing.time_stamps import TimeAuthority, load_certificates
from sdlc.signing.trust import ROLES, Independence, Key, Person, Revocation, TrustRoot

SCHEMA = "sdlc.trust/1"
MAX_BREAK_GLASS_DAYS = 90


def dump_trust(trust: TrustRoot) -> bytes:
    """`trust` as the file that people review: sorted, indented."""
    return strict_json.pretty(
        {
            "schema": SCHEMA,
            "version": trust.version,
            "product": trust.product,
            "created": time_to_text(trust.created),
            "expires": time_to_text(trust.expires),
            "approvals_required": trust.approvals_required,
            "roots_required": trust.roots_required,
            "independence": trust.independence,
            **({"break_glass_days": trust.break_glass_days} if trust.break_glass_days else {}),
            **_authorities_to_json(trust),
            "policies": list(trust.policies),
            "persons": [
                {
                    "id": person.id,
                    "name": person.name,
                    "emails": list(person.emails),
                    "forge_ids": list(person.forge_ids),
                    "role": person.role,
                    "native_name": person.native_name,
                }
                for person in trust.persons.values()
            ],
            "keys": [_key_to_json(key) for key in trust.keys.values() if key.identity is None],
            **_identities_to_json(trust),
        }
    )


def load_trust(data: bytes, *, what: str) -> TrustRoot:
    """The trust root in `data`; raises UnreadableError that names the member which is wrong."""
    table = _Table(strict_json.loads(data, what=what), what)
    if table.text("schema") != SCHEMA:
        raise table.wrong("schema", f"{SCHEMA!r} is expected")
    persons = [_person(entry) for entry in table.tables("persons")]
    keys = [_key(entry) for entry in table.tables("keys")]
    if table.has("identities"):
        keys += [_identity(entry) for entry in table.tables("identities")]
    trust = TrustRoot(
        version=table.number("version"),
        product=table.text("product"),
        created=table.time("created"),
        expires=table.time("expires"),
        persons={person.id: person for person in persons},
        keys={key.id: key for key in keys},
        approvals_required=table.number("approvals_required"),
        roots_required=table.number("roots_required"),
        independence=table.one_of("independence", get_args(Independence)),
        policies=tuple(table.digest_of("policies", text) for text in table.texts("policies")),
        break_glass_days=table.number("break_glass_days") if table.has("break_glass_days") else 0,
        time_authorities=tuple(_authority(entry) for entry in table.tables("time_authorities"))
        if table.has("time_authorities")
        else (),
        sigstore_root=strict_json.dumps(table.value("sigstore_root")).decode() if table.has("sigstore_root") else "",
        time_stamps_required=table.number("time_stamps_required") if table.has("time_stamps_required") else 0,
    )
    table.close()
    _check(trust, persons, keys, table)
    return trust


def _check(trust: TrustRoot, persons: list[Person], keys: list[Key], table: _Table) -> None:
    """What must hold between the members; attacks: one key counted as two persons, an empty set, a threshold of 0."""
    if len(trust.persons) != len(persons):
        raise table.wrong("persons", "two persons have one id")
    if len(trust.keys) != len(keys):
        raise table.wrong("keys", "one key stands there twice; one entry may have several roles, but one owner")
    emails = [email.lower() for person in persons for email in person.emails]
    if len(set(emails)) != len(emails):
        raise table.wrong("persons", "one e-mail address belongs to two persons")
    for key in keys:
        if key.person is not None and key.person not in trust.persons:
            raise table.wrong("keys", f"the key {key.id[:16]} belongs to {key.person!r}, who is no person here")
        if "approver" in key.roles and key.person is None:
            raise table.wrong("keys", f"the key {key.id[:16]} may approve, so it must belong to a person")
        if "root" in key.roles and key.person is None:
            raise table.wrong("keys", f"the root key {key.id[:16]} must belong to a person: persons are counted")
        if "runner" in key.roles and (key.person is not None or len(key.roles) > 1):
            raise table.wrong("keys", f"the runner's key {key.id[:16]} belongs to a machine and has no other role")
    if trust.approvals_required < 1:
        raise table.wrong("approvals_required", "at least one person must approve")
    if trust.roots_required < 0:
        raise table.wrong("roots_required", "a number of persons is expected")
    if not 0 <= trust.break_glass_days <= MAX_BREAK_GLASS_DAYS:
        raise table.wrong("break_glass_days", f"0 (there is none) to {MAX_BREAK_GLASS_DAYS} days")
    names = [authority.name for authority in trust.time_authorities]
    if len(set(names)) != len(names):
        raise table.wrong("time_authorities", "two authorities have one name")
    if not 0 <= trust.time_stamps_required <= len(names):
        raise table.wrong("time_stamps_required", f"0 to {len(names)}, as many as there are time authorities")
    if any(key.identity is not None for key in keys) and not trust.sigstore_root:
        raise table.wrong("sigstore_root", "is missing: identities need the trusted root of their Sigstore instance")
    if trust.version < 1:
        raise table.wrong("version", "versions count from 1")


def _authorities_to_json(trust: TrustRoot) -> dict[str, object]:
    """Left out where there is none, so that a trust root without them is written as ever."""
    if not trust.time_authorities:
        return {}
    rows = [
        {
            "name": authority.name,
            "certificates": authority.certificates,
            "not_before": time_to_text(authority.not_before),
            "not_after": time_to_text(authority.not_after),
        }
        for authority in trust.time_authorities
    ]
    return {"time_authorities": rows, "time_stamps_required": trust.time_stamps_required}


def _authority(table: _Table) -> TimeAuthority:
    authority = TimeAuthority(
        name=table.text("name"),
        certificates=table.text("certificates"),
        not_before=table.time("not_before"),
        not_after=table.time("not_after"),
    )
    load_certificates(authority.certificates, what=table.path("certificates"))
    table.close()
    return authority


def _person(table: _Table) -> Person:
    person = Person(
        id=table.text("id"),
        name=table.text("name"),
        emails=table.texts("emails"),
        forge_ids=table.texts("forge_ids"),
        role=table.text("role", empty=True),
        native_name=table.text("native_name", empty=True),
    )
    table.close()
    return person


def _key_to_json(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "algorithm": key.algorithm,
        "public_key": key.public_key_pem,
        "person": key.person,
        "roles": list(key.roles),
        "not_before": time_to_text(key.not_before),
        "not_after": time_to_text(key.not_after),
        "revoked": key.revoked and {"at": time_to_text(key.revoked.at), "reason": key.revoked.reason},
    }


def _key(table: _Table) -> Key:
    pem = table.text("public_key")
    identity = key_id(load_public_key(pem.encode("ascii", "replace"), what=table.path("public_key")))
    if table.text("id") != identity:
        raise table.wrong("id", f"the key beside it has the id {identity}")
    return _holder(table, identity, table.one_of("algorithm", (ALGORITHM,)), pem, None)


def _holder(table: _Table, key_id: Digest, algorithm: str, pem: str, identity: Identity | None) -> Key:
    """What keys and identities have in common: whose it is, what it may do, and until when."""
    roles = table.texts("roles")
    if not roles or not set(roles) <= set(ROLES) or len(set(roles)) != len(roles):
        raise table.wrong("roles", f"one or more of {', '.join(ROLES)} are expected")
    key = Key(
        id=key_id,
        algorithm=algorithm,
        public_key_pem=pem,
        person=None if table.value("person") is None else table.text("person"),
        roles=roles,
        not_before=table.time("not_before"),
        not_after=table.time("not_after"),
        revoked=None if table.value("revoked") is None else _revocation(table.table("revoked")),
        identity=identity,
    )
    table.close()
    return key


def _identities_to_json(trust: TrustRoot) -> dict[str, object]:
    """Left out where there is none, so that a trust root without them is written as ever."""
    rows = [
        {
            "subject": key.identity.subject,
            "issuer": key.identity.issuer,
            **({"claims": dict(key.identity.claims)} if key.identity.claims else {}),
            "person": key.person,
            "roles": list(key.roles),
            "not_before": time_to_text(key.not_before),
            "not_after": time_to_text(key.not_after),
            "revoked": key.revoked and {"at": time_to_text(key.revoked.at), "reason": key.revoked.reason},
        }
        for key in trust.keys.values()
        if key.identity is not None
    ]
    document: dict[str, object] = {"identities": rows} if rows else {}
    if trust.sigstore_root:
        document["sigstore_root"] = strict_json.loads(trust.sigstore_root.encode(), what="sigstore_root")
    return document


def _identity(table: _Table) -> Key:
    claims = _claims(table) if table.has("claims") else ()
    identity = Identity(issuer=table.text("issuer"), subject=table.text("subject"), claims=claims)
    for name, text in (("issuer", identity.issuer), ("subject", identity.subject), *claims):
        if "*" in text or text != text.strip() or not text.isprintable():
            raise table.wrong(name, "it is compared as it is: no wildcard, no white space around, nothing invisible")
    if identity.lacks:
        raise table.wrong("claims", identity.lacks)
    return _holder(table, identity.id, KEYLESS, "", identity)


def _claims(table: _Table) -> tuple[tuple[str, str], ...]:
    """What the certificate must say besides; attack: an unknown name that nobody would compare."""
    named = table.value("claims")
    if not isinstance(named, dict) or not named:
        raise table.wrong("claims", "an object of names and texts is expected")
    for name, text in named.items():
        if name not in CLAIMS or not isinstance(text, str) or not text:
            raise table.wrong("claims", f"{name!r:.40} is no claim with a text; known: {', '.join(CLAIMS)}")
    return tuple(sorted(named.items()))


def _revocation(table: _Table) -> Revocation:
    revocation = Revocation(at=table.time("at"), reason=table.text("reason"))
    table.close()
    return revocation


class _Table:
    """A JSON object that is read member by member, so that a wrong or an unknown one is named with its path."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise UnreadableError(f"{path}: an object is expected")
        self._value: Mapping[str, Any] = value
        self._path = path
        self._read: set[str] = set()

    def path(self, member: str) -> str:
        return f"{self._path}: {member}"

    def wrong(self, member: str, sentence: str) -> UnreadableError:
        return UnreadableError(f"{self.path(member)}: {sentence}", hint="`sdlc trust --help` keeps this file")

    def value(self, member: str) -> Any:
        self._read.add(member)
        if member not in self._value:
            raise self.wrong(member, "is missing")
        return self._value[member]

    def has(self, member: str) -> bool:
        return member in self._value

    def close(self) -> None:
        for member in self._value:
            if member not in self._read:
                raise self.wrong(member, "there is no such member")

    def text(self, member: str, *, empty: bool = False) -> str:
        value = self.value(member)
        if not isinstance(value, str) or not (empty or value.strip()):
            raise self.wrong(member, "a text is expected")
        return value

    def number(self, member: str) -> int:
        value = self.value(member)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(member, "a whole number is expected")
        return value

    def texts(self, member: str) -> tuple[str, ...]:
        value = self.value(member)
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
            raise self.wrong(member, "a list of texts is expected")
        return tuple(value)

    def one_of(self, member: str, known: tuple[str, ...]) -> Any:
        if self.text(member) not in known:
            raise self.wrong(member, f"{' or '.join(known)} is expected")
        return self._value[member]

    def time(self, member: str) -> Any:
        try:
            return time_from_text(self.text(member))
        except ValueError as error:
            raise self.wrong(member, str(error)) from None

    def digest_of(self, member: str, text: str) -> Any:
        try:
            return parse_digest(text)
        except ValueError as error:
            raise self.wrong(member, str(error)) from None

    def table(self, member: str) -> _Table:
        return _Table(self.value(member), self.path(member))

    def tables(self, member: str) -> list[_Table]:
        value = self.value(member)
        if not isinstance(value, list):
            raise self.wrong(member, "a list is expected")
        return [_Table(entry, f"{self.path(member)}[{index}]") for index, entry in enumerate(value)]
