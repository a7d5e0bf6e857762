"""Cells under a column that says what they are: what has the right shape, and what has not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.identifiers.classifiers import CLASSIFIERS, classifier

PHOTO = "/9j/4AAQSkZJRgABAQ" + "A" * 80
VECTOR = "[" + ", ".join(f"0.{place:03d}" for place in range(128)) + "]"


@pytest.mark.parametrize(
    "value",
    [
        "$2a$10$mRMIYLDtRHlf6.9ipiqH1.Z.bh/R9dO9d5iHiGYPigi6r5KOoR2Wm",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "******",
        "null",
    ],
)
def test_a_protected_password_is_no_clear_one(value):
    assert not CLASSIFIERS["login_credential"](value)
    assert CLASSIFIERS["login_credential"]("Abc12345")


def test_hexadecimal_digits_under_token_are_the_token_and_under_password_a_hash():
    value = "5f4dcc3b5aa765d61d8327deb882cf99"
    assert classifier("login_credential", "access_token")(value)
    assert not classifier("login_credential", "password")(value)
    assert not classifier("login_credential", "token_hash")(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "10234.56"),
        ("amount", "-88"),
        ("amount", "¥1,234,567.00"),
        ("amount", "１２３．４５"),
        ("amount", "5.5万元"),
        ("amount", "1.5E7"),
        ("reference", "P330120240012345"),
        ("reference", "0571-203344"),
        ("transaction", "2026-05-01 10:11:12"),
        ("transaction", "88.00"),
        ("anything", "次级"),
        ("statement", "2型糖尿病"),
        ("statement", "K29.5"),
        ("media", "/kyc/2026/05/ab12cd.png"),
        ("media", "data:image/png;base64,iVBORw0KGgo="),
        ("media", PHOTO),
        ("biometric", VECTOR),
        ("biometric", PHOTO),
        ("biometric", "ab" * 200),
        ("degree", "120.155070"),
        ("degree", "(30.2740, 120.1550)"),
        ("login", "wang.wu"),
        ("login", "412345678"),
        ("device_code", "38400000-8cf0-11bd-b23e-10b96e40000d"),
        ("device_code", "F2LXK3QJHG7F"),
    ],
)
def test_a_cell_of_the_right_shape_is_taken(name, value):
    assert CLASSIFIERS[name](value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "2026-05-01"),
        ("amount", "12345678901234567890"),
        ("amount", "USD"),
        ("amount", ""),
        ("reference", "未办理"),
        ("reference", "12"),
        ("transaction", "消费"),
        ("anything", "n/a"),
        ("anything", "无"),
        ("anything", "A****B"),
        ("statement", "1"),
        ("statement", "98.6"),
        ("media", "是"),
        ("media", "image"),
        ("biometric", "5f4dcc3b5aa765d61d8327deb882cf99" * 4),
        ("biometric", "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDRnTG5FbWVXpbZ9Mo"),
        ("biometric", "1,2,3"),
        ("degree", "120.15"),
        ("degree", "200.12345"),
        ("login", "王五"),
        ("login", "none"),
        ("device_code", "00000000-0000-0000-0000-000000000000"),
        ("device_code", "iPhone 15"),
        ("device_code", "12"),
    ],
)
def test_a_cell_of_another_shape_is_left_alone(name, value):
    assert not CLASSIFIERS[name](value)


@given(st.text(max_size=60))
def test_no_classifier_fails_on_any_cell(value):
    for name, taken in CLASSIFIERS.items():
        assert taken(value) in (True, False), name
