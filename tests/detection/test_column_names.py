"""Columns by what they are called and what stands in them: abbreviations, names of things, addresses in parts, numbers that look like others."""

from __future__ import annotations

import random

import pytest

from pii_audit.detection import detect_column
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.names import hint

SOURCE = random.Random(20260915)
SURNAMES, GIVEN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹",
    "伟强磊军洋勇杰涛明超刚平辉鹏华飞芳娜敏静丽艳",
)
BRANCHES = ("高新", "江北", "金水", "马甸", "黄埔", "温江", "王府井", "安华", "文汇", "武林", "金融街", "汉口路")
PRODUCTS = (
    "金如意",
    "安心存",
    "和盈宝",
    "易方达",
    "惠农贷",
    "钱大掌柜",
    "白金卡",
    "稳健理财A款",
    "Gold Plus",
    "华夏成长",
)
COMPANIES = ("张小泉", "同仁堂", "李宁", "老干妈", "王府井集团", "华为技术有限公司", "贵州茅台", "Morgan Stanley")
ROWS = 400


def digits(count):
    return "".join(SOURCE.choices("0123456789", k=count))


def names():
    return [SOURCE.choice(SURNAMES) + "".join(SOURCE.choices(GIVEN, k=SOURCE.choice((1, 2)))) for _ in range(ROWS)]


def any_of(words):
    return [SOURCE.choice(words) for _ in range(ROWS)]


def mobiles():
    return [f"138{digits(8)}" for _ in range(ROWS)]


def found(judged):
    return {(one.field, one.identifier) for one in judged.fields}


@pytest.mark.parametrize(
    "column",
    [
        "CUST_NM",
        "cust_nm",
        "custNm",
        "CSTNAME",
        "custname",
        "acct_nm",
        "emp_nm",
        "mgr_name",
        "客户经理",
        "经办人",
        "法人",
        "KHMC",
        "收款人",
    ],
)
def test_abbreviated_and_chinese_names_of_name_columns_are_known(column):
    assert [one.identifier for one in detect_column(names(), column)] == ["person_name"]


@pytest.mark.parametrize("column", ["nm", "NM", "c_name", "name", "usr_nm"])
def test_a_column_called_name_is_one_of_persons_beside_their_telephones(table, column):
    assert (column, "person_name") in found(table({column: names(), "mobile": mobiles()}))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("product_name", PRODUCTS),
        ("prod_nm", PRODUCTS),
        ("产品名称", PRODUCTS),
        ("nm", PRODUCTS),
        ("name", PRODUCTS),
        ("网点名称", BRANCHES),
        ("branch_nm", BRANCHES),
        ("org_nm", BRANCHES),
        ("经办网点", BRANCHES),
        ("nm", BRANCHES),
        ("company_name", COMPANIES),
        ("商户名称", COMPANIES),
        ("corp_nm", COMPANIES),
    ],
)
def test_names_of_products_branches_and_companies_are_no_persons(table, column, values):
    judged = table(
        {column: any_of(values), "tel": [f"0571-8{digits(7)}" for _ in range(ROWS)], "price": ["1.0"] * ROWS}
    )
    assert (column, "person_name") not in found(judged)


@pytest.mark.parametrize(
    ("column", "make"),
    [
        ("order_no", lambda: f"{SOURCE.randrange(1, 9)}{digits(18)}"),
        ("order_id", lambda: f"62{digits(17)}"),
        ("c1", lambda: f"62{digits(17)}"),
        ("serial", lambda: f"4{digits(15)}"),
        ("create_time", lambda: str(SOURCE.randrange(1_600_000_000_000, 1_790_000_000_000))),
        ("ts", lambda: str(SOURCE.randrange(1_600_000_000, 1_790_000_000))),
        ("academic_year_code", lambda: SOURCE.choice(("2024-2025-1", "20242", "2025-2026-2"))),
        ("tax_code", lambda: f"{digits(9)}{'0' * 10}"),
        ("tax_code", lambda: f"{SOURCE.randrange(1, 7)}{digits(18)}"),
        ("n18", lambda: f"{SOURCE.randrange(1, 7)}{digits(17)}"),
        ("n15", lambda: f"37{digits(13)}"),
        ("n12", lambda: digits(12)),
        ("sku", lambda: f"{SOURCE.choice('ABHP')}{digits(7)}"),
        ("ver", lambda: ".".join(str(SOURCE.randrange(1, 20)) for _ in range(4))),
    ],
)
def test_numbers_and_codes_of_things_are_not_reported(column, make):
    assert detect_column([make() for _ in range(2000)], column) == []


def hkid():
    serial = digits(6)
    total = 36 * 9 + 10 * 8 + sum(int(one) * weight for one, weight in zip(serial, range(7, 1, -1), strict=True))
    return f"A{serial}{'0123456789A'[-total % 11]}"


@pytest.mark.parametrize("column", ["c3", "cert_no"])
def test_a_column_of_hong_kong_numbers_without_parentheses_is_told_by_the_check_alone(column):
    assert [one.identifier for one in detect_column([hkid() for _ in range(50)], column)] == ["hkid"]
    assert detect_column([f"A{digits(7)}" for _ in range(500)], column) == []


def test_one_resident_id_in_fifty_thousand_remarks_is_found(numbers):
    remarks = [SOURCE.choice(("客户来电咨询利率", "Call back next week", "see case 20260131-7")) for _ in range(50_000)]
    remarks[31_337] = f"备注 {numbers.resident_id()}"
    (one,) = detect_column(remarks, "remark")
    assert (one.identifier, one.hits, one.rows_inspected) == ("cn_resident_id", 1, 50_000)


def areas():
    return {"province": ["浙江省"] * ROWS, "city": ["杭州市"] * ROWS, "district": ["西湖区"] * ROWS}


@pytest.mark.parametrize(
    ("column", "values"),
    [("street", ("文三路", "学院路")), ("门牌号", ("100号", "3幢501室")), ("addr_detail", ("翠苑小区", "武林广场"))],
)
def test_an_address_in_several_columns_is_one_address(table, column, values):
    cells = any_of(values)
    judged = table({**areas(), column: cells})
    assert found(judged) == {(column, "address")}
    (why,) = [reason.detail.en for reason in judged.fields[0].why if reason.factor == "parts"]
    assert why == "one address together with province, city, district"
    assert found(table({column: cells})) == set()


def test_codes_of_areas_are_no_parts_of_an_address(table):
    columns = {"city_code": ["0571"] * ROWS, "province_id": ["33"] * ROWS, "address": any_of(("文三路", "学院路"))}
    assert found(table(columns)) == set()


@pytest.mark.parametrize(
    ("family", "given"), [("姓", "名"), ("姓氏", "名字"), ("xing", "ming"), ("family_name", "given_name")]
)
def test_family_and_given_name_in_two_columns_are_both_names(table, family, given):
    whole = names()
    columns = {family: [one[0] for one in whole], given: [one[1:] for one in whole]}
    assert found(table(columns)) == {(family, "person_name"), (given, "person_name")}


def test_a_hint_of_one_character_has_to_be_the_whole_name():
    assert detect_column(any_of(("数学", "语文", "高等")), "课程名") == []


@pytest.mark.parametrize(
    "column",
    [
        "password_update_time",
        "pwd_expire_date",
        "密码修改时间",
        "token_expire",
        "password_policy",
        "otp_expire_time",
        "pin_update_date",
        "验证码类型",
        "mobile_bind_time",
        "手机号绑定日期",
    ],
)
@pytest.mark.parametrize("value", ["20260103", "2026-01-03", "1800", "12/27"])
def test_a_name_that_ends_in_what_is_said_about_a_thing_does_not_hold_it(column, value):
    assert detect_column([value] * 10, column) == []


def test_a_hint_that_ends_the_name_is_the_thing_itself():
    catalogue = load_catalogue()
    assert hint(catalogue["card_expiry"], "card_exp_date") > 0
    assert hint(catalogue["card_expiry"], "信用卡有效期") > 0
    assert hint(catalogue["transaction"], "txn_amount_date") > 0, (
        "of facts about people, what is said about them is part"
    )
