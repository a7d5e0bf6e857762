from __future__ import annotations

import pytest

from pii_audit import content
from pii_audit.detection.names.tagger import MODEL, load_tagger


@pytest.fixture(scope="module")
def tag():
    return load_tagger().spans


def test_the_model_is_small_enough_for_the_wheel():
    assert len(content.data(MODEL)) < 8_000_000


def test_letters_forms_chats_and_logs_reach_their_floor(f1, tag):
    assert f1("bank.txt", "person_name", tag) >= 0.92
    assert f1("bank.txt", "address", tag) >= 0.8


def test_text_like_a_newspaper_reaches_its_floor(f1, tag):
    assert f1("news.txt", "person_name", tag) >= 0.85


def test_mixed_text_of_the_web_reaches_its_floor(f1, tag):
    assert f1("mixed.txt", "person_name", tag) >= 0.66


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("客户张伟来电反映转账失败", "张伟"),
        ("转账给欧阳晓晴500元", "欧阳晓晴"),
        ("已联系担保人买买提·艾力,其承诺周五还款", "买买提·艾力"),
        ("請張偉先生攜帶身份證到櫃檯", "張偉"),
    ],
)
def test_a_name_without_a_label_is_found_whole(names, tag, text, name):
    assert names(text, tag) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "应付账款 100 应收账款 200",
        "温州、常熟、金华三地分行",
        "安信证券公告称,公司向高德地图采购服务",
        "查询超时,请稍后重试",
        "订单号A1B2C3D4E5F6 已完成",
        "",
        "\ud800张\x00",
    ],
)
def test_places_firms_and_ledger_words_are_no_persons(names, tag, text):
    assert names(text, tag) == []


def test_a_text_is_tagged_alike_wherever_it_stands(names, tag):
    line = "昨天客户周文雅到柜台办理销户"
    assert names(f"2026-03-01 日志开始\n{'系统正常运行。' * 60}\n{line}\n", tag) == names(line, tag) == ["周文雅"]


def test_an_address_is_found_without_a_label(addresses, tag):
    assert addresses("麻烦把卡寄到苏州市吴中区东吴北路88号3幢1202室,谢谢", tag) == ["苏州市吴中区东吴北路88号3幢1202室"]
