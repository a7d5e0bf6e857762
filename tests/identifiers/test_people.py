from __future__ import annotations

import pytest

from pii_audit.identifiers.addresses import looks_like_address
from pii_audit.identifiers.classifiers import classifier
from pii_audit.identifiers.people import looks_like_name, looks_like_name_part, spelled, surname_length


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "李小龙",
        "欧阳修",
        "司马相如",
        "陈方安生",
        "王先生",
        "王　伟",
        "高银花",
        "厉厂生",
        "阿凡提·买买提",
        "Zhang San",
        "zhang xiaoming",
        "ZHANG SAN",
        "Luís Gonçalves",
        "Hugh O'Reilly",
        "Johannes Van der Berg",
        "J. R. Smith",
        "Smith, John",
        "Dr. Jane Peacock",
        "Stanisław Wójcik",
    ],
)
def test_whole_names_look_like_names(name):
    assert looks_like_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "张",
        "未知",
        "示例公司",
        "王公司",
        "钱塘支行",
        "上官市场部",
        "慕容营业厅",
        "方式",
        "明文",
        "金卡",
        "程序员",
        "余杭",
        "华为",
        "银行卡",
        "温州",
        "手机号码",
        "张*",
        "张三2",
        "Music",
        "The Best Of",
        "Greatest Hits",
        "General Manager",
        "Sales Support Agent",
        "AC/DC",
        "Classical 101",
        "hello world",
        "Apple Inc.",
        "zhang.san@example.com",
    ],
)
def test_other_short_texts_do_not(text):
    assert not looks_like_name(text)


def test_a_part_of_a_name_counts_only_under_a_column_that_says_so():
    assert not looks_like_name("Köhler")
    assert looks_like_name_part("Köhler")
    assert looks_like_name_part("张")
    assert classifier("person_name", "LastName")("Köhler")
    assert classifier("person_name", "名字")("小龙")
    assert not classifier("person_name", "name")("Köhler")


@pytest.mark.parametrize(
    "address",
    [
        "浙江省杭州市西湖区文三路100号2幢301室",
        "北京市朝阳区建国路88号",
        "文三路100号",
        "广西壮族自治区南宁市青秀区民族大道",
        "Av. Brigadeiro Faria Lima, 2170",
        "Theodor-Heuss-Straße 34",
        "1 Infinite Loop",
        "Rua Dr. Falcão Filho, 155",
        "Klanova 9/506",
        "Qe 7 Bloco G",
        "8210 111 ST NW",
        "302 S 700 E",
        "C/ San Bernardo 85",
        "4, Rue Milton",
        "Lijnbaansgracht 120bg",
        "12,Community Centre",
        "PO Box 1234",
    ],
)
def test_postal_addresses_look_like_addresses(address):
    assert looks_like_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.12",
        "zhang@example.com",
        "https://example.com/street/12",
        "北京时间下午三点约有100号人",
        "请尽快还款,否则将上报。",
        "浙江省",
        "浙江省杭州市西湖区文三路****",
        "Led Zeppelin IV",
        "Vai-Vai 2001",
        "5 kg rice",
        "13800138000",
    ],
)
def test_other_texts_do_not_look_like_addresses(text):
    assert not looks_like_address(text)


def test_a_compound_surname_is_two_characters_long():
    assert surname_length("欧阳修") == 2
    assert surname_length("欧阳") == 1
    assert surname_length("张三丰") == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("li.ming", "ｌｉ．ｍｉｎｇ"),
        ("Li Ming", "LI  MING"),
        ("王伟", "王\u3000伟"),
        ("王伟", " 王 伟\n"),
        ("王伟", "·王伟."),
        ("王伟", "王\u200b伟"),
        ("HZ\\li.ming", "ｈｚ＼Li.Ming "),
        ("José", "Jose\u0301"),
    ],
)
def test_a_person_is_one_however_the_name_is_spelled(one, other):
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("王伟", "王伟伟"), ("HZ\\li", "BJ\\li"), ("HZ\\li", "HZ1\\li"), ("H\\zli", "HZ\\li"), ("li.ming1", "li.ming2")],
)
def test_two_persons_are_two(one, other):
    assert spelled(one) != spelled(other)
