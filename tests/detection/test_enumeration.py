"""Columns of digests told by trying out mobile numbers: only when asked, only as long as allowed."""

from __future__ import annotations

import hashlib
import hmac
from itertools import islice
from math import gcd

import pytest

from pii_audit.detection import enumeration
from pii_audit.detection.digests import ALGORITHMS
from pii_audit.detection.enumeration import enumerated, mobile_numbers
from pii_audit.detection.hash_proof import proven
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.model import Catalogue
from pii_audit.identifiers.networks import cn_mobile, mobile_prefixes
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import Form

CATALOGUE = load_catalogue()
KEY = Fingerprinter(b"a key of the tests")
EARLY = list(islice(mobile_numbers(), 50))
"""Numbers that are tried first."""


def test_numbers_are_mobile_numbers_of_all_prefixes_each_once():
    some = list(islice(mobile_numbers(), 20_000))
    assert len(set(some)) == len(some)
    assert all(map(cn_mobile, some[:200]))
    assert {number[:3] for number in some} == set(mobile_prefixes())
    assert gcd(enumeration._STRIDE, len(mobile_prefixes()) * 10**8) == 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_bare_hashes_of_nobody_that_was_met_are_told(table, algorithm):
    _, make = ALGORITHMS[algorithm]
    one = table({"k": [make(number.encode()).hex() for number in EARLY]})
    assert proven([one], CATALOGUE)[0].fields == ()
    (found,) = enumerated([one], CATALOGUE, KEY, 60)[0].fields
    assert (found.field, found.identifier, found.form, found.hits) == ("k", "cn_mobile", Form.BARE_HASH, 50)
    assert f"hashed by {algorithm} without a key" in found.why[0].detail.en
    assert "4095 numbers tried out, 50," in found.why[0].detail.en


def test_a_name_that_claims_a_key_is_refuted(table):
    one = table({"mobile_hmac": [hashlib.md5(number.encode()).hexdigest() for number in EARLY]})
    assert [each.form for each in one.fields] == [Form.KEYED_HASH]
    assert [each.form for each in enumerated([one], CATALOGUE, KEY, 60)[0].fields] == [Form.BARE_HASH]


def test_keyed_hashes_are_given_up_when_the_time_is_over(table):
    one = table({"k": [hmac.digest(b"key", number.encode(), "md5").hex() for number in EARLY]})
    assert enumerated([one], CATALOGUE, KEY, 0.2) == [one]


def test_nothing_is_tried_without_columns_of_digests_or_without_the_identifier(table, monkeypatch):
    monkeypatch.setattr(enumeration, "mobile_numbers", lambda: pytest.fail("something was tried"))
    plain = table({"mobile": EARLY})
    hashed = table({"k": [hashlib.md5(number.encode()).hexdigest() for number in EARLY]})
    assert enumerated([plain], CATALOGUE, KEY, 60) == [plain]
    assert enumerated([hashed], Catalogue({"email": CATALOGUE["email"]}, {}), KEY, 60) == [hashed]
    done = proven([plain, hashed], CATALOGUE)
    assert enumerated(done, CATALOGUE, KEY, 60) == done
