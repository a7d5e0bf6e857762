"""Facts about people that only a column's name tells: balances, transactions, credit, health, images."""

from __future__ import annotations

import random

import pytest

from pii_audit.detection import detect_column, detect_text

SOURCE = random.Random(3)
AMOUNTS = [f"{SOURCE.uniform(1, 90_000):.2f}" for _ in range(60)]
DATES = [f"2026-05-{day % 28 + 1:02d}" for day in range(60)]


def found(values, name, comment=None):
    return {one.identifier for one in detect_column(values, name, comment)}


@pytest.mark.parametrize(
    ("values", "name", "identifier"),
    [
        (AMOUNTS, "balance", "financial_status"),
        (AMOUNTS, "acct_bal", "financial_status"),
        (AMOUNTS, "monthly_income", "financial_status"),
        (AMOUNTS, "授信额度", "financial_status"),
        (AMOUNTS, "txn_amt", "transaction"),
        (DATES, "交易时间", "transaction"),
        (["正常", "关注", "次级"] * 20, "五级分类", "credit_report"),
        (["2型糖尿病", "高血压", "K29.5"] * 20, "diagnosis", "health"),
        (DATES, "开户日期", "c1_items"),
        ([f"/kyc/{number}.jpg" for number in range(60)], "id_card_front", "kyc_media"),
        ([",".join(f"{SOURCE.uniform(-1, 1):.4f}" for _ in range(128)) for _ in range(9)], "face_feature", "biometric"),
        ([f"120.1{number:05d}" for number in range(60)], "lng", "location"),
        ([f"wang.{number}" for number in range(60)], "login_name", "social_account"),
        ([f"P33012024{number:06d}" for number in range(60)], "保单号", "payment_account"),
        ([f"G{number:08d}" for number in range(41, 101)], "社保卡号", "cn_social_security"),
    ],
)
def test_a_column_that_says_what_it_holds_is_believed(values, name, identifier):
    assert found(values, name) == {identifier}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (AMOUNTS, "unit_price"),
        (AMOUNTS, "amount"),
        (AMOUNTS, "金额"),
        (AMOUNTS, "load_balance"),
        (DATES, "balance_date"),
        (["1", "2"] * 30, "txn_type"),
        (["1", "0"] * 30, "diagnosis"),
        (["1", "0"] * 30, "face_flag"),
        (["a1:b2:c3"] * 30, "cert_fingerprint"),
        (["USD", "CNY"] * 30, "balance_currency"),
        (AMOUNTS, "col7"),
    ],
)
def test_a_column_that_only_sounds_like_it_is_not(values, name):
    assert found(values, name) == set()


def test_a_comment_alone_says_enough_only_where_rows_are_somebody_s(table, numbers):
    people = [f"K{number:06d}" for number in range(60)]
    assert found(AMOUNTS, "f12", "账户余额") == set()
    alone = table({"f12": AMOUNTS, "amount": AMOUNTS, "kind": DATES})
    assert {one.identifier for one in alone.fields} == set()
    beside = table({"cust_no": people, "amount": AMOUNTS})
    assert {(one.field, one.identifier) for one in beside.fields} == {("amount", "transaction")}
    known = table({"mobile": [numbers.mobile() for _ in people], "amount": AMOUNTS})
    assert ("amount", "transaction") in {(one.field, one.identifier) for one in known.fields}


def test_facts_are_shown_by_no_digit_and_count_nobody():
    (one,) = detect_column(AMOUNTS, "balance")
    assert set(one.samples) == {"****"}
    assert one.persons == 0
    assert one.level.jrt0171 == "C2"


def test_a_balance_column_takes_nothing_from_the_identifiers_beside_it(table, numbers):
    judged = table(
        {
            "cert_no": [numbers.resident_id() for _ in AMOUNTS],
            "card_no": [numbers.card() for _ in AMOUNTS],
            "balance": AMOUNTS,
        }
    )
    assert {(one.field, one.identifier) for one in judged.fields} == {
        ("cert_no", "cn_resident_id"),
        ("card_no", "bank_card"),
        ("balance", "financial_status"),
    }
    assert len(judged.persons) == len(AMOUNTS)


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("征信报告编号:2026050112345678901234", "credit_report"),
        ("入院诊断:高血压 I10", "health"),
        ("附件:张某_身份证正面.jpg", "kyc_media"),
        ("定位120.155070,30.274084", "location"),
        ("模板Rk1SACAyMAAAAADkAAgAyQFnAMUAxQEAAAARIQBqAGsg", "biometric"),
        ("ICCID:89860117811234567890", "iccid"),
        ("oaid=1fe9a970efbb9a2b8c6f3e0d5a4b7c91", "oaid"),
        ("idfa: 6D92078A-8246-4BA4-AE5B-76104861E7DC", "idfa"),
        ("新加坡客户S1234567D已开户", "sg_nric"),
        ("车架号1M8GDM9AXKP042788", "vehicle_vin"),
        ("股东代码A512345678", "payment_account"),
    ],
)
def test_a_word_in_a_text_says_what_stands_beside_it(text, identifier):
    assert [match.identifier for match in detect_text(text)] == [identifier]
