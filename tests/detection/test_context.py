"""Words near a value and labels directly before it: what speaks for an identifier, and what against it."""

from __future__ import annotations

import pytest

from pii_audit.detection import detect_text
from pii_audit.detection.context import BEFORE, JOINTS, NO_LABEL, Words

PHONE = Words(("电话", "phone", "account no"))


def score(text: str) -> float:
    return next((match.score for match in detect_text(text) if match.identifier == "cn_mobile"), 0.0)


@pytest.mark.parametrize(
    "before",
    [
        "phone=",
        "phone: ",
        '"phone":"',
        r"\"phone\":\"",
        "`phone` = '",
        "phone=[",
        "<phone>",
        "<phone><![CDATA[",
        "| phone | ",
        "phone</td><td>",
        "phone</th>\t<td><b>",
        "<key>phone</key><string>",
        'name="phone" value="',
        "custPhone=",
        "phoneNo:",
        "phone_number is ",
        "PHONE#",
        "account_no=",
        "accountNo=",
        "account-no: ",
        "联系电话为",
        "电话号码：",
        "电话(手机)：",
        "电话【",
    ],
)
def test_a_word_and_its_value_are_joined_by_signs_small_words_and_a_note(before):
    text = before.replace("：", ":")
    assert PHONE.label(f"x {text}1", len(text) + 2) > NO_LABEL


@pytest.mark.parametrize(
    "before",
    [
        "phone, ",
        "phone; ",
        "phone\n",
        "phone\0",
        "phone of Ann ",
        "headphone=",
        "phonetype=",
        "电话、",
        "电话归",
        "<phone></phone><ts>",
    ],
)
def test_punctuation_other_words_and_parts_of_words_join_nothing(before):
    assert PHONE.label(f"x {before}1", len(before) + 2) == NO_LABEL


def test_the_last_word_labels_and_of_two_that_end_there_the_longer():
    both = Words(("电话", "联系电话", "phone"))
    assert both.label("phone 联系电话:1", 11) == (10, 4)
    assert both.label("联系电话(phone)1", 11) == (10, 5)


def test_a_label_begins_no_farther_away_than_context_and_has_so_many_joints():
    assert PHONE.label("phone" + "=" * JOINTS + "1", 5 + JOINTS) == (5, 5)
    assert PHONE.label("phone" + "=" * (JOINTS + 1) + "1", 6 + JOINTS) == NO_LABEL
    far = "(一二三四五六七八九十" + ")" + "_num" * 6
    assert PHONE.label(f"phone{far}", 5 + len(far)) == (NO_LABEL if 5 + len(far) > BEFORE else (5, 5))


@pytest.mark.parametrize("text", ["mobileNo=13800138000", "custMobile:13800138000", "MOBILE_NO 13800138000"])
def test_words_of_camel_case_and_snake_case_keys_are_context(text):
    assert score(text) == 0.95


@pytest.mark.parametrize(
    "text", ["immobile 13800138000", "mobilespec 13800138000", "hotel 13800138000", "automobile=13800138000"]
)
def test_a_part_of_another_word_is_no_context(text):
    assert score(text) == 0.6


@pytest.mark.parametrize(
    "text",
    [
        "流水号13800138000",
        "订单号: 13800138000",
        '{"mobile":null,"orderNo":"13800138000"}',
        "<txnId>13800138000</txnId>",
        "`serial_no` = '13800138000'",
        "手机已登记,参考号为13800138000",
        "手机贷款余额13800138000",
        "<tr><td>手机</td><td></td><td>订单号</td><td>13800138000</td></tr>",
    ],
)
def test_the_label_of_another_thing_outweighs_words_farther_away(text):
    assert score(text) == 0.0


@pytest.mark.parametrize(
    "text", ["订单手机13800138000", "流水号对应手机:13800138000", "流水号见附件,13800138000", "订单13800138000"]
)
def test_a_label_speaks_only_against_what_stands_directly_behind_it(text):
    assert score(text) >= 0.6


def test_what_a_check_digit_proves_is_only_doubted():
    (card,) = detect_text("订单号 4111111111111111")
    assert (card.identifier, card.score) == ("bank_card", 0.45)
    (resident,) = detect_text("合同号 11010519491231002X")
    assert resident.score == 0.95


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("护照号 EA1234567", "cn_passport"),
        ("身份证 370110491231015", "cn_resident_id_15"),
        ("账号 4111111111111111", "bank_card"),
        ("电话 13800138000 1234", "cn_mobile"),
    ],
)
def test_of_two_claims_a_label_counts_as_much_as_a_check(text, identifier):
    assert [match.identifier for match in detect_text(text)][:1] == [identifier]


@pytest.mark.parametrize(
    "text", ["账号见附件 33001616783059001234", "电话已停机,批次 20260131", "台胞证无,时间戳:1769817600"]
)
def test_numbers_of_any_shape_need_their_label_directly_before_them(text):
    assert detect_text(text) == []
