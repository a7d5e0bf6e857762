"""Digests that are the workspace's own values; SM3 by its standard."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection.hash_proof import HashProof, hash_proof
from pii_audit.detection.sm3 import sm3, sm3_plain

MOBILES = [f"138{number:08d}" for number in range(100)]


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_examples_of_gb_t_32905_2016_annex_a(content, digest):
    assert sm3_plain(content).hex() == digest
    assert sm3(content).hex() == digest


@given(st.binary(max_size=300))
def test_our_sm3_and_that_of_openssl_agree(content):
    assert sm3_plain(content) == sm3(content)


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("MD5", lambda content: hashlib.md5(content).digest()),
        ("SHA-1", lambda content: hashlib.sha1(content).digest()),
        ("SHA-256", lambda content: hashlib.sha256(content).digest()),
        ("SM3", sm3),
        ("SHA-512", lambda content: hashlib.sha512(content).digest()),
        ("MD5 (16)", lambda content: hashlib.md5(content).digest()[4:12]),
    ],
)
@pytest.mark.parametrize(
    "written", [bytes.hex, lambda digest: digest.hex().upper(), lambda digest: base64.b64encode(digest).decode()]
)
def test_digests_of_known_values_are_proven_however_they_are_written(algorithm, digest, written):
    if algorithm == "MD5 (16)" and len(written(bytes(8))) < 16:
        pytest.skip("eight bytes in base64 are too short to be told")
    digests = [written(digest(mobile.encode())) for mobile in MOBILES[:30]] + [written(digest(b"someone else"))]
    assert hash_proof(MOBILES, digests) == (HashProof(algorithm, "as is", 30, 31),)


def test_the_spelling_that_was_hashed_is_told():
    ids = ["11010519491231002X", "440524188001010014"]
    lower = [hashlib.sha256(one.lower().encode()).hexdigest() for one in ids]
    proofs = hash_proof(ids, lower)
    assert proofs[0] == HashProof("SHA-256", "lower case", 2, 2)
    assert [(proof.variant, proof.matched) for proof in proofs] == [("lower case", 2), ("as is", 1)]


def test_keyed_hashes_and_what_is_no_digest_prove_nothing():
    keyed = [hashlib.sha256(b"key" + mobile.encode()).hexdigest() for mobile in MOBILES]
    assert hash_proof(MOBILES, keyed) == ()
    assert hash_proof(MOBILES, ["", "abc", "13800000001"]) == ()


def test_a_proof_holds_no_value_and_no_digest():
    (proof,) = hash_proof(MOBILES, [hashlib.md5(b"13800000001").hexdigest()])
    assert repr(proof) == "HashProof(algorithm='MD5', variant='as is', matched=1, digests=1)"
