"""Encodings that hide nothing, under whatever name the column has."""

from __future__ import annotations

import base64
import random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection import detect_column
from pii_audit.detection.encodings import decoded
from pii_audit.model.forms import Form


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("MTM4MDAxMzgwMDA=", "13800138000"),
        ("MTM4MDAxMzgwMDA", "13800138000"),
        (base64.urlsafe_b64encode("浙江省杭州市".encode()).decode(), "浙江省杭州市"),
        (base64.b64encode("浙江省杭州市".encode("gb18030")).decode(), "浙江省杭州市"),
        ("3131303130353139343931323331303032", "11010519491231002"),
        ("0x3131303130353139343931323331303032", "11010519491231002"),
        ("%E5%BC%A0%E4%B8%89", "张三"),
        ("name%3Dzhang%40example.com", "name=zhang@example.com"),
        (r"\u5f20\u4e09", "张三"),
        ("&#24352;&#x4e09;", "张三"),
    ],
)
def test_what_is_encoded_is_read(value, text):
    assert decoded(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "13800138000",
        "abc",
        "折扣20%",
        "hello world",
        "notavailable",
        base64.b64encode(bytes(range(200, 232))).decode(),
        "%E5%28",
    ],
)
def test_what_is_no_encoding_says_nothing(value):
    assert decoded(value) == ""


@given(st.text(max_size=80))
def test_decoding_never_fails(value):
    assert isinstance(decoded(value), str)


def hidden_in(name, values):
    return {(one.identifier, one.form) for one in detect_column(values, name)}


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: text.encode().hex(),
        lambda text: "".join(f"%{ord(character):02X}" for character in text),
        lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
    ],
    ids=["base64", "hexadecimal", "percent", "escapes"],
)
def test_a_column_that_decodes_to_resident_ids_is_one_whatever_it_is_called(encode, numbers):
    values = [encode(numbers.resident_id()) for _ in range(20)]
    assert hidden_in("col7", values) == {("cn_resident_id", Form.ENCODED)}


def test_one_encoded_card_in_a_column_of_notes_is_found(numbers):
    notes = [f"notes of day {day}" for day in range(2000)]
    notes[700] = base64.b64encode(numbers.card().encode()).decode()
    (one,) = detect_column(notes, "remark")
    assert (one.identifier, one.form, one.hits) == ("bank_card", Form.ENCODED, 1)
    assert numbers.card()[:6] not in "".join(one.samples)


@pytest.mark.parametrize("name", ["etag", "payload", "col7"])
def test_random_bytes_in_base64_and_hexadecimal_are_nothing(name):
    source = random.Random(11)
    assert hidden_in(name, [base64.b64encode(source.randbytes(24)).decode() for _ in range(500)]) == set()
    assert hidden_in(name, [source.randbytes(24).hex() for _ in range(500)]) == set()


def test_percent_encoded_names_under_a_column_of_names_are_encoded():
    assert hidden_in("cust_name", [quote(name) for name in ("张三", "李小龙", "欧阳修")]) == {
        ("person_name", Form.ENCODED)
    }


def test_addresses_in_gb18030_under_base64_are_encoded_and_not_encrypted():
    address = "浙江省杭州市西湖区文三路100号2幢301室"
    value = base64.b64encode(address.encode("gb18030")).decode()
    assert hidden_in("home_addr", [value] * 3) == {("address", Form.ENCODED)}
