"""Names and addresses: by the words around them in a text, by the evidence of the column in a table."""

from __future__ import annotations

import pytest

from pii_audit.detection import detect_column, detect_text

NAMES = ["张伟", "王芳", "李娜", "刘洋", "欧阳修", "陈静"]
ADDRESSES = ["浙江省杭州市西湖区文三路100号", "上海市浦东新区世纪大道1号", "北京市朝阳区建国路88号院2号楼"]
MOBILES = [f"138001380{number:02d}" for number in range(6)]


def names(text):
    return [text[one.start : one.end] for one in detect_text(text, names=True) if one.identifier == "person_name"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("尊敬的张伟先生,您好", "张伟"),
        ("姓名:王芳,电话", "王芳"),
        ("联系人 李娜 13800138000", "李娜"),
        ("户名是欧阳修。", "欧阳修"),
        ("Dear Mr. John Smith,", "John Smith"),
        ("Cardholder: Jane Peacock", "Jane Peacock"),
    ],
)
def test_a_name_is_found_by_the_words_around_it(text, name):
    assert name in names(text)


@pytest.mark.parametrize("text", ["尊敬的客户先生", "姓名:未知,", "Dear Customer,", "名称:银行卡,", "联系人电话"])
def test_without_a_name_in_the_place_of_one_nothing_is_found(text):
    assert names(text) == []


def test_names_are_looked_for_only_when_asked():
    assert detect_text("尊敬的张伟先生") == []


def test_a_column_named_after_names_holds_names():
    (one,) = detect_column(NAMES, "cust_name")
    assert (one.identifier, one.hits, one.persons) == ("person_name", 6, 6)
    assert detect_column(NAMES, "c7") == []


def test_a_weak_name_needs_neighbours_that_identify_people(table):
    mostly = [*NAMES[:5], "其他"]
    assert table({"name": mostly}).fields == ()
    beside = table({"name": mostly, "phone": MOBILES})
    assert {one.field for one in beside.fields if one.identifier == "person_name"} == {"name"}


def test_names_and_nothing_else_under_a_weak_name_are_said_with_the_least_confidence():
    (one,) = detect_column(NAMES, "name")
    assert one.confidence == pytest.approx(0.5)


def test_a_neighbour_that_is_rejected_identifies_nobody(table):
    orders = ["622202000000123456" + str(digit) for digit in (1, 2, 3, 4, 5, 7)]
    assert table({"name": [*NAMES[:5], "其他"], "order_no": orders}).fields == ()


@pytest.mark.parametrize("column", ["product_name", "file_name", "branch_name"])
def test_a_column_of_other_names_holds_no_persons(column, table):
    assert "person_name" not in {
        one.identifier for one in table({column: NAMES, "phone": MOBILES}).fields if one.field == column
    }


def test_one_name_among_other_words_makes_no_column_of_names():
    assert detect_column(["待处理", "已完成", "张伟", *["进行中"] * 20], "cust_name") == []


def test_first_and_last_names_stand_alone_under_names_that_say_so():
    assert {one.identifier for one in detect_column(["Luís", "Leonie", "François"], "FirstName")} == {"person_name"}
    assert detect_column(["Luís", "Leonie", "François"], "Artist") == []


def test_addresses_are_found_by_column_and_in_text():
    assert {one.identifier for one in detect_column(ADDRESSES, "联系地址")} == {"address"}
    assert "address" in {one.identifier for one in detect_text(f"寄往{ADDRESSES[0]}即可")}
    assert "address" not in {one.identifier for one in detect_column(["http://a.example/1", "10.0.0.1"], "ip地址")}


def test_a_comment_speaks_for_a_column_whose_name_is_silent():
    assert {one.identifier for one in detect_column(NAMES, "f03", "客户姓名")} == {"person_name"}


@pytest.mark.parametrize(
    ("column", "subject"),
    [("mobile", "customer"), ("lxr_mobile", "contact"), ("联系人手机号", "contact"), ("担保人手机号", "guarantor")],
)
def test_the_subject_is_read_off_the_name(column, subject):
    (one,) = detect_column(MOBILES, column)
    assert (one.identifier, one.subject) == ("cn_mobile", subject)


def test_a_label_with_a_full_width_colon_gives_the_name_behind_it():
    text = "姓名：李四\n户名：欧阳娜娜，\nName: LI XIAOMING\n"
    found = [text[match.start : match.end] for match in detect_text(text, names=True)]
    assert found == ["李四", "欧阳娜娜", "LI XIAOMING"]
