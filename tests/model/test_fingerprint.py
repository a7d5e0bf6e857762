"""Fingerprints depend on the key, the kind and the whole value, and tell nothing without the key."""

from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from pii_audit.model.fingerprint import Fingerprinter

KEY = bytes(range(32))


def test_a_text_fingerprint_is_an_hmac_sha_256_cut_to_128_bits() -> None:
    expected = hmac.new(KEY, b"finding\x1eSHR002\x1fsms-daily", hashlib.sha256).hexdigest()[:32]
    assert Fingerprinter(KEY).text("finding", "SHR002", "sms-daily") == expected


@given(st.text(), st.text())
def test_two_values_have_two_fingerprints(a: str, b: str) -> None:
    fingerprinter = Fingerprinter(KEY)
    assert (fingerprinter.number("person", a) == fingerprinter.number("person", b)) is (a == b)


def test_another_key_or_kind_gives_another_fingerprint() -> None:
    fingerprinter = Fingerprinter(KEY)
    value = fingerprinter.number("person", "x")
    assert Fingerprinter(bytes(32)).number("person", "x") != value
    assert fingerprinter.number("sample", "x") != value
    assert Fingerprinter(KEY).number("person", "x") == value


def test_parts_cannot_run_into_each_other() -> None:
    fingerprinter = Fingerprinter(KEY)
    assert fingerprinter.text("finding", "ab", "c") != fingerprinter.text("finding", "a", "bc")
    assert fingerprinter.text("finding", "a", "") != fingerprinter.text("finding", "a")


@given(st.text())
def test_a_number_has_63_bits(value: str) -> None:
    assert 0 <= Fingerprinter(KEY).number("person", value) < 2**63


def test_lone_surrogates_are_values_like_others() -> None:
    assert Fingerprinter(KEY).number("person", "\ud800") != Fingerprinter(KEY).number("person", "\ud801")


def test_the_key_never_shows() -> None:
    shown = repr(Fingerprinter(KEY)) + str(Fingerprinter(KEY))
    assert KEY.hex() not in shown
    assert repr(KEY)[2:-1] not in shown


def test_an_ephemeral_key_is_new_each_time() -> None:
    assert len(Fingerprinter.ephemeral().key) == 32
    assert Fingerprinter.ephemeral().key != Fingerprinter.ephemeral().key


@given(st.binary(max_size=100), st.text(max_size=8), st.lists(st.text(max_size=12), max_size=4))
def test_many_values_have_the_hashes_that_each_has_alone(key, kind, values):
    fingerprinter = Fingerprinter(key)
    assert fingerprinter.numbers(kind, values) == [fingerprinter.number(kind, value) for value in values]
