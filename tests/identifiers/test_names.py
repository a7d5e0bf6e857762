from __future__ import annotations

import pytest

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.names import hint, tokens

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cust_mobile_no", ("cust", "mobile", "no")),
        ("BillingAddress", ("billing", "address")),
        ("IDCardNo", ("id", "card", "no")),
        ("customerId", ("customer", "id")),
        ("cvv2", ("cvv", "2")),
        ("ACADEMIC_YEAR_CODE", ("academic", "year", "code")),
        ("客户手机号", ("客户手机号",)),
        ("IP地址_v2", ("ip", "地址", "v", "2")),
        ("ＭＯＢＩＬＥ", ("mobile",)),
        ("$.customer.idNo", ("customer", "id", "no")),
        ("", ()),
    ],
)
def test_names_are_cut_into_words(name, words):
    assert tokens(name) == words


@pytest.mark.parametrize(
    ("identifier", "name", "weight"),
    [
        ("cn_mobile", "mobile", 1.0),
        ("cn_mobile", "MobileNo", 1.0),
        ("cn_mobile", "cust_mobile_no", 0.7),
        ("cn_mobile", "客户手机号", 0.7),
        ("cn_mobile", "手机号", 1.0),
        ("cn_mobile", "phone_type", -1.0),
        ("cn_resident_id", "sfzh", 1.0),
        ("cn_resident_id", "order_no", 0.0),
        ("bank_card", "order_no", -1.0),
        ("bank_card", "id_card_no", -1.0),
        ("card_cvv2", "ACADEMIC_YEAR_CODE", 0.0),
        ("card_pin", "shipping", 0.0),
        ("card_pin", "pin_code", -1.0),
        ("person_name", "FirstName", 1.0),
        ("person_name", "name", 0.5),
        ("person_name", "Name", 0.5),
        ("person_name", "playlist_name", -1.0),
        ("person_name", "product_name", -1.0),
        ("person_name", "file_name", -1.0),
        ("person_name", "user_agent_name", -1.0),
        ("person_name", "联系人", 1.0),
        ("person_name", "联系人电话", -1.0),
        ("person_name", "payee", 1.0),
        ("person_name", "PAYEE_ACCT", 0.0),
        ("person_name", "CARD_HOLDER", 1.0),
        ("person_name", "被执行人", 1.0),
        ("person_name", "被执行人证件号", -1.0),
        ("person_name", "客户", 0.5),
        ("person_name", "客户等级", 0.0),
        ("cn_bank_account", "OPP_ACC", 1.0),
        ("address", "BillingAddress", 1.0),
        ("address", "ip_address", -1.0),
        ("address", "IP地址", -1.0),
        ("ip_address", "IP地址", 1.0),
        ("cn_resident_id", "acid_level", 0.0),
    ],
)
def test_names_speak_for_or_against_by_whole_words(identifier, name, weight):
    assert hint(CATALOGUE[identifier], name) == weight


def test_a_comment_speaks_where_the_name_says_nothing():
    assert hint(CATALOGUE["cn_mobile"], "f17", "客户的手机号码") == 0.6
    assert hint(CATALOGUE["cn_mobile"], "f17", "customer's mobile number") == 0.6
    assert hint(CATALOGUE["cn_mobile"], "f17", "手机型号") == -0.5
    assert hint(CATALOGUE["cn_mobile"], "f17", "") == 0.0
    assert hint(CATALOGUE["cn_mobile"], "mobile", "手机型号") == 1.0


def test_a_weak_name_is_supported_by_its_comment():
    assert hint(CATALOGUE["person_name"], "name", "客户姓名") == 0.6


@pytest.mark.parametrize("identifier", CATALOGUE.values(), ids=lambda one: one.id)
def test_every_column_hint_speaks_for_its_identifier(identifier):
    columns = identifier.columns
    for name in (*columns.zh, *columns.en, *columns.pinyin):
        assert hint(identifier, name) == 1.0, name
    for name in columns.not_:
        assert hint(identifier, name) == -1.0, name
