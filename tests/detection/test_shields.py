"""Hash, token or ciphertext: the shape of a value, and the words of the column's name."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import zlib

import pytest

from pii_audit.detection import detect_column, detect_text
from pii_audit.detection.shields import near_uniform
from pii_audit.model.forms import Form

RANDOM = random.Random(20260701)
MOBILES = [f"138{number:08d}" for number in range(40)]


def form_in(name, values, identifier="cn_mobile"):
    (one,) = detect_column(values, name)
    assert one.identifier == identifier
    return one.form


def random_hex(size):
    return [RANDOM.randbytes(size).hex() for _ in range(40)]


def random_base64(size):
    return [base64.b64encode(RANDOM.randbytes(size)).decode() for _ in range(40)]


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
def test_hexadecimal_of_the_length_of_a_digest_is_a_bare_hash(digest):
    values = [hashlib.new(digest, mobile.encode()).hexdigest() for mobile in MOBILES]
    assert form_in("mobile", values) is Form.BARE_HASH
    assert form_in("mobile", [f"{{{digest}}}{value}" for value in values]) is Form.BARE_HASH


def test_half_an_md5_is_a_bare_hash_too():
    values = [hashlib.md5(mobile.encode()).hexdigest()[8:24] for mobile in MOBILES]
    assert form_in("mobile", values) is Form.BARE_HASH


def test_base64_of_a_digest_is_a_hash_where_the_name_says_so_or_no_cipher_has_its_length():
    sha1 = [base64.b64encode(hashlib.sha1(mobile.encode()).digest()).decode() for mobile in MOBILES]
    sha256 = [base64.b64encode(hashlib.sha256(mobile.encode()).digest()).decode() for mobile in MOBILES]
    assert form_in("mobile", sha1) is Form.BARE_HASH
    assert form_in("mobile_sha256", sha256) is Form.BARE_HASH
    assert form_in("mobile", sha256) is Form.ENCRYPTED


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("mobile", Form.BARE_HASH),
        ("mobile_md5", Form.BARE_HASH),
        ("手机号摘要", Form.BARE_HASH),
        ("mobile_hmac", Form.KEYED_HASH),
        ("mobile_hmac_sha256", Form.KEYED_HASH),
        ("mobile_token", Form.TOKENISED),
        ("手机号令牌", Form.TOKENISED),
        ("mobile_enc", Form.ENCRYPTED),
        ("mobile_sm4", Form.ENCRYPTED),
        ("手机号密文", Form.ENCRYPTED),
        ("mobile_sm3", Form.BARE_HASH),
    ],
)
def test_the_name_says_what_sixty_four_hexadecimal_digits_are(name, form):
    assert form_in(name, random_hex(32)) is form


@pytest.mark.parametrize("size", [16, 24, 48, 80, 61])
def test_base64_of_near_uniform_bytes_that_a_cipher_can_give_is_encrypted(size):
    assert form_in("mobile", random_base64(size)) is Form.ENCRYPTED


def test_hexadecimal_longer_than_any_digest_is_encrypted():
    assert form_in("mobile", random_hex(80)) is Form.ENCRYPTED
    assert form_in("mobile", ["04" + value for value in random_hex(107)]) is Form.ENCRYPTED


@pytest.mark.parametrize(
    "value",
    [
        "ENC(8f3a9c2b7d)",
        "{cipher}8f3a9c2b7d",
        "{SM4}8f3a9c2b7d",
        "vault:v3:8f3a9c2b7d",
        "gAAAAABkq3Zx7Kw2Lm5Rb8Nt4Vc6Yp1H",
        "U2FsdGVkX1+q3Zx7Kw2Lm5Rb8Nt4Vc6Yp1H",
        "-----BEGIN PGP MESSAGE-----",
    ],
)
def test_an_envelope_says_that_it_is_encrypted(value):
    assert form_in("mobile", [value] * 3) is Form.ENCRYPTED


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"13800138000" * 9),
        zlib.compress(bytes(range(256))),
        b"\x89PNG\r\n\x1a\n" + bytes(range(200)),
        bytes(64),
        b"a" * 64,
    ],
    ids=["gzip", "zlib", "image", "zeros", "text"],
)
def test_what_anybody_can_open_is_not_encrypted(content):
    assert not near_uniform(content)


def test_near_uniform_bytes_are_hardly_ever_missed():
    source = random.Random(5)
    assert sum(near_uniform(source.randbytes(16)) for _ in range(5000)) > 4950
    assert sum(near_uniform(source.randbytes(256)) for _ in range(1000)) > 990


def test_tokens_by_prefix_and_by_name():
    assert form_in("mobile", ["tok_8f3a9c2b7d", "tok_1b2c3d4e5f"]) is Form.TOKENISED
    assert form_in("mobile_token", ["q3Zx7Kw2Lm5Rb8", "Nt4Vc6Yp1Hf9Gj"]) is Form.TOKENISED


@pytest.mark.parametrize(
    "value",
    [
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g",
        "$scrypt$ln=16,r=8,p=1$c2FsdA$aGFzaA",
        "pbkdf2_sha256$260000$salt$aGFzaA=",
        "$6$rounds=5000$saltsalt$aGFzaGhhc2hoYXNo",
        "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr",
    ],
)
def test_a_salted_password_hash_is_told_from_a_clear_password(value):
    assert form_in("password", [value] * 3, "login_credential") is Form.PASSWORD_HASH


def test_a_bare_digest_of_a_password_is_a_bare_hash():
    values = [hashlib.md5(mobile.encode()).hexdigest() for mobile in MOBILES]
    assert form_in("user_pwd", values, "login_credential") is Form.BARE_HASH
    assert form_in("access_token", values, "login_credential") is Form.PLAIN


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("password=Abc12345", Form.PLAIN),
        ("password: $2a$10$mRMIYLDtRHlf6.9ipiqH1.Z.bh/R9dO9d5iHiGYPigi6r5KOoR2Wm", Form.PASSWORD_HASH),
        ("db.pwd=5f4dcc3b5aa765d61d8327deb882cf99", Form.BARE_HASH),
        ("api_key=5f4dcc3b5aa765d61d8327deb882cf99", Form.PLAIN),
    ],
)
def test_a_credential_in_a_text_is_told_from_its_hash(text, form):
    (match,) = detect_text(text)
    assert (match.identifier, match.form) == ("login_credential", form)


def test_a_hash_where_any_code_would_do_is_no_clear_value():
    digests = [hashlib.sha256(mobile.encode()).hexdigest()[:40] for mobile in MOBILES]
    assert form_in("policy_no", digests, "payment_account") is Form.BARE_HASH
    assert form_in("diagnosis", random_base64(32), "health") is Form.ENCRYPTED
