"""Protection forms: masked well or badly, truncated, hashed, tokenised, encrypted, encoded, and plain."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random

import pytest

from pii_audit.detection import detect_column
from pii_audit.model.forms import Form


def only(values, name):
    (one,) = detect_column(values, name)
    return one


@pytest.mark.parametrize(
    ("values", "name", "identifier", "inadequate", "visible"),
    [
        (["138****8000", "139****9000"], "mobile", "cn_mobile", 0, (3, 4)),
        (["13800138***"] * 3, "mobile", "cn_mobile", 3, (8, 0)),
        (["138****8000", "1380*138000"], "mobile", "cn_mobile", 1, (4, 6)),
        (["138××××8000"] * 3, "手机号", "cn_mobile", 0, (3, 4)),
        (["138□□□□8000"] * 3, "手机号", "cn_mobile", 0, (3, 4)),
        (["138※※※※8000"] * 3, "手机号", "cn_mobile", 0, (3, 4)),
        (["138xxxx8000"] * 3, "手机号", "cn_mobile", 0, (3, 4)),
        (["1****************X"] * 3, "id_card", "cn_resident_id", 0, (1, 1)),
        (["110105194912***02X"] * 3, "id_card", "cn_resident_id", 3, (12, 3)),
        (["622202******4566"] * 3, "card_no", "bank_card", 0, (6, 4)),
        (["6222020000**4566"] * 3, "card_no", "bank_card", 3, (10, 4)),
        (["张*", "李*"], "cust_name", "person_name", 0, (1, 0)),
        (["z***@example.com"] * 3, "email", "email", 0, (1, 10)),
        (["z***n@example.com"] * 3, "email", "email", 3, (1, 11)),
    ],
)
def test_masked_values_tell_what_they_show_and_whether_it_is_too_much(values, name, identifier, inadequate, visible):
    one = only(values, name)
    assert (one.identifier, one.form, one.inadequate) == (identifier, Form.MASKED, inadequate)
    assert one.shown[0] == visible[0]
    if identifier != "email":
        assert one.shown == visible


def test_the_last_four_under_a_name_that_says_so_are_truncated():
    one = only([f"{number:04d}" for number in range(1234, 1334)], "card_no_last4")
    assert (one.identifier, one.form) == ("bank_card", Form.TRUNCATED)
    assert only(["1234", "5678", "9012"], "银行卡号尾号").form is Form.TRUNCATED
    assert detect_column(["1234", "5678", "9012"], "card_no") == []


MOBILES = [f"138{number:08d}" for number in range(100)]


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256", "sha512"])
def test_a_digest_under_the_name_of_an_identifier_is_a_bare_hash(digest):
    values = [hashlib.new(digest, mobile.encode()).hexdigest() for mobile in MOBILES]
    one = only(values, "mobile")
    assert (one.identifier, one.form, one.persons) == ("cn_mobile", Form.BARE_HASH, 100)
    assert detect_column(values, "checksum") == []


def test_a_digest_is_keyed_only_where_the_name_says_so():
    values = [hmac.digest(b"key", mobile.encode(), "sha256").hex() for mobile in MOBILES]
    assert only(values, "mobile_hmac").form is Form.KEYED_HASH
    assert only(values, "mobile").form is Form.BARE_HASH


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("550e8400-e29b-41d4-a716-446655440000", Form.TOKENISED),
        ("tok_8f3a9c2b7d", Form.TOKENISED),
        ("ENC(8f3a9c2b7d)", Form.ENCRYPTED),
        ("vault:v1:8f3a9c2b7d", Form.ENCRYPTED),
        (base64.b64encode(random.Random(5).randbytes(32)).decode(), Form.ENCRYPTED),
        ("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", Form.PASSWORD_HASH),
        ("{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG", Form.PASSWORD_HASH),
        (base64.b64encode(b"13800138000").decode(), Form.ENCODED),
        (base64.urlsafe_b64encode(b"13800138000").decode().rstrip("="), Form.ENCODED),
        (b"13800138000".hex(), Form.ENCODED),
    ],
)
def test_the_shape_of_a_value_tells_its_form_under_the_name_of_an_identifier(value, form):
    one = only([value] * 3, "mobile")
    assert (one.identifier, one.form) == ("cn_mobile", form)


@pytest.mark.parametrize(
    ("name", "value", "identifier"),
    [
        ("id_card", "11010519491231002X", "cn_resident_id"),
        ("card_no", "6222020000001234566", "bank_card"),
        ("cust_name", "欧阳修", "person_name"),
        ("email", "zhang@example.com", "email"),
    ],
)
def test_encoding_hides_no_value(name, value, identifier):
    one = only([base64.b64encode(value.encode()).decode()] * 3, name)
    assert (one.identifier, one.form) == (identifier, Form.ENCODED)


def test_words_that_could_be_base64_are_no_ciphertext():
    assert detect_column(["aGVsbG8gd29ybGQgaGVsbG8=", "notavailable"], "mobile") == []


def test_hashed_passwords_are_credentials_well_kept():
    one = only(["$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"] * 3, "password")
    assert (one.identifier, one.form) == ("login_credential", Form.PASSWORD_HASH)


def test_plain_and_masked_rows_of_one_column_are_told_apart():
    judged = {one.form: one for one in detect_column([*MOBILES[:3], "138****8000"], "mobile")}
    assert {form: one.hits for form, one in judged.items()} == {Form.PLAIN: 3, Form.MASKED: 1}
