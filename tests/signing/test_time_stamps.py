"""What a time authority proves: never more than it said, about exactly the signature that it was asked about."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from fakes.time_authority import DAY, Authority, authority
from hypothesis import given, settings
from hypothesis import strategies as st

from sdlc.errors import BlockedError, UnreadableError
from sdlc.signing.time_stamps import load_certificates, proven_time

SIGNATURE = b"a signature"


@pytest.fixture(scope="module")
def ours() -> Authority:
    return authority()


def test_a_stamp_proves_its_time(ours: Authority) -> None:
    proven = proven_time([ours.stamp(SIGNATURE)], SIGNATURE, [ours.trusted])
    assert proven is not None
    assert timedelta(seconds=-2) <= proven.at - ours.began < timedelta(hours=1)
    assert proven.authorities == ("clockwork",)


def test_no_stamp_proves_nothing(ours: Authority) -> None:
    assert proven_time([], SIGNATURE, [ours.trusted]) is None


def test_two_authorities_are_counted_once_each(ours: Authority) -> None:
    other = authority("sundial")
    stamps = [ours.stamp(SIGNATURE), ours.stamp(SIGNATURE), other.stamp(SIGNATURE)]
    proven = proven_time(stamps, SIGNATURE, [ours.trusted, other.trusted])
    assert proven is not None
    assert proven.authorities == ("clockwork", "sundial")


def refused(stamp: bytes, *authorities: Authority, signature: bytes = SIGNATURE) -> str:
    with pytest.raises(BlockedError) as raised:
        proven_time([stamp], signature, [one.trusted for one in authorities])
    assert raised.value.reason == "time-stamp-invalid"
    return raised.value.message


def test_another_signature(ours: Authority) -> None:
    assert "Mismatch" in refused(ours.stamp(b"another"), ours)


def test_an_authority_that_the_trust_root_does_not_list(ours: Authority) -> None:
    assert "lists no authority" in refused(ours.stamp(SIGNATURE))
    assert refused(authority("sundial").stamp(SIGNATURE), ours)


def test_an_authority_of_the_same_name_with_another_key(ours: Authority) -> None:
    assert refused(Authority("clockwork").stamp(SIGNATURE), ours)


def test_an_authority_that_no_longer_counts(ours: Authority) -> None:
    past = dataclasses.replace(ours.trusted, not_after=ours.began - DAY)
    with pytest.raises(BlockedError, match="does not count at"):
        proven_time([ours.stamp(SIGNATURE)], SIGNATURE, [past])


def test_one_bad_stamp_among_good_ones_is_refused(ours: Authority) -> None:
    with pytest.raises(BlockedError):
        proven_time([ours.stamp(SIGNATURE), ours.stamp(b"another")], SIGNATURE, [ours.trusted])


@settings(max_examples=150, deadline=None)
@given(position=st.integers(min_value=0), mask=st.integers(1, 255))
def test_a_changed_byte_proves_no_other_time(position: int, mask: int) -> None:
    ours = authority()
    good = _stamped()
    data = bytearray(good)
    data[position % len(data)] ^= mask
    try:
        proven = proven_time([bytes(data)], SIGNATURE, [ours.trusted])
    except BlockedError:
        return
    assert proven == proven_time([good], SIGNATURE, [ours.trusted]), "a byte that means nothing"


@given(st.binary(max_size=300))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(BlockedError):
        proven_time([data], SIGNATURE, [authority().trusted])


def _stamped(_kept: list[bytes] = []) -> bytes:  # noqa: B006 - one stamp for all examples
    if not _kept:
        _kept.append(authority().stamp(SIGNATURE))
    return _kept[0]


@pytest.mark.parametrize(
    "pem", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate(pem: str) -> None:
    with pytest.raises(UnreadableError, match="authorities: not a list of certificates"):
        load_certificates(pem, what="authorities")
