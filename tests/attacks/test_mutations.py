"""Whatever is changed in a bundle at random: it is refused with a code, or it is still exactly the same release."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest
from attacks.kit import LATER, Kit
from fakes.releases import trust_root

from sdlc.release.bundle import read_bundle, write_bundle
from sdlc.release.verify import verify

Members = dict[str, bytes]


def test_two_thousand_mutations(tmp_path: Path) -> None:
    mutate_and_verify(tmp_path, 2_000, seed=20260601)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_twenty_thousand_mutations(tmp_path: Path) -> None:
    mutate_and_verify(tmp_path, 20_000, seed=19700101)


def mutate_and_verify(folder: Path, number: int, *, seed: int) -> None:
    good, dice, trust = Kit(folder).release(), random.Random(seed), trust_root()
    data = write_bundle(good)
    want = verify(data, trust, at=LATER)
    assert want.ok
    verified = 0
    for _ in range(number):
        mutant = dice.choice((_bytes, _member, _field, _order))(dice, data, dict(good))
        result = verify(mutant, trust, at=LATER)
        if not result.ok:
            assert result.reason
            assert result.sentence
            continue
        verified += 1
        assert (result.manifest_digest, result.candidate) == (want.manifest_digest, want.candidate)
        assert [one.digest for one in result.decisions] == [one.digest for one in want.decisions]
        assert _content(mutant) == _content(data)
    assert verified < number / 2, "the mutations change too little to show anything"


def _content(data: bytes) -> Members:
    """All members but the two spellings of signatures that a bundle may have."""
    return {name: member for name, member in read_bundle(data).items() if not name.endswith(".json")}


def _bytes(dice: random.Random, data: bytes, _: Members) -> bytes:
    """A bit flipped, some bytes removed, doubled or replaced, anywhere in the file."""
    mutant, at, length = bytearray(data), dice.randrange(len(data)), dice.choice((1, 1, 4, 30))
    match dice.randrange(4):
        case 0:
            mutant[at] ^= 1 << dice.randrange(8)
        case 1:
            del mutant[at : at + length]
        case 2:
            mutant[at:at] = mutant[at : at + length]
        case _:
            mutant[at : at + length] = dice.randbytes(length)
    return bytes(mutant)


def _member(dice: random.Random, _: bytes, members: Members) -> bytes:
    """A member removed, exchanged with another, cut off, or one more added."""
    name, other = dice.sample(sorted(members), 2)
    match dice.randrange(4):
        case 0:
            del members[name]
        case 1:
            members[name], members[other] = members[other], members[name]
        case 2:
            members[name] = members[name][: dice.randrange(len(members[name]) + 1)] + b"x"
        case _:
            members[f"evidence/{dice.randbytes(32).hex()}"] = members[other]
    return write_bundle(members)


def _field(dice: random.Random, _: bytes, members: Members) -> bytes:
    """One field of an envelope, or of the statement inside it, set to something else."""
    name = dice.choice([name for name in sorted(members) if name.endswith(".json")])
    document = json.loads(members[name])
    envelope = document.get("dsseEnvelope", document)
    if dice.random() < 0.7:
        statement = json.loads(base64.b64decode(envelope["payload"]))
        _change(dice, statement)
        payload = json.dumps(statement, separators=(",", ":"), ensure_ascii=False).encode()
        envelope["payload"] = base64.b64encode(payload).decode()
    else:
        _change(dice, document)
    members[name] = json.dumps(document, separators=(",", ":")).encode()
    return write_bundle(members)


def _change(dice: random.Random, node: Any) -> None:
    """Walk down at random, and change one value or remove one member."""
    while True:
        keys: list[Any] = sorted(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = dice.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and dice.random() < 0.9:
            node = node[key]
            continue
        if dice.random() < 0.2:
            del node[key]
        else:
            node[key] = dice.choice(["", "x", 0, -1, 2**70, None, True, [], {}, "passed", "a" * 64])
        return


def _order(dice: random.Random, _: bytes, members: Members) -> bytes:
    """The members of one JSON document in another order; its meaning is the same, its bytes are not."""
    name = dice.choice([name for name in sorted(members) if name.endswith(".json")])
    document = json.loads(members[name])
    shuffled = list(document.items())
    dice.shuffle(shuffled)
    members[name] = json.dumps(dict(shuffled), separators=dice.choice([(",", ":"), (", ", ": ")])).encode()
    return write_bundle(members)
