"""Statements: confidence with its reasons, prevalence with its bound, persons, and what stands together."""

from __future__ import annotations

import pytest

from pii_audit.detection import Detector, detect_column, judge
from pii_audit.detection.bounds import upper_bound
from pii_audit.detection.tally import without_rejected
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally
from pii_audit.model.fingerprint import Fingerprinter


def factors(one):
    return [reason.factor for reason in one.why]


def test_every_factor_of_a_confidence_is_kept(numbers):
    (one,) = detect_column(["备注", "卡号" + numbers.card(), *[numbers.card() for _ in range(40)]], "card_no")
    assert factors(one)[0] == "values"
    assert {"values", "density", "name"} <= set(factors(one))


def test_the_weights_of_all_factors_add_up_to_the_confidence(numbers):
    for values, name in (
        ([numbers.card() for _ in range(30)], "c1"),
        ([numbers.card() for _ in range(30)], "order_no"),
        ([*("62" + numbers.digits(17) for _ in range(8)), numbers.card()], "c1"),
        (["张伟", "王芳", "其他"], "cust_name"),
        (["13800138000"] * 9, "mobile"),
        (["138****8000"] * 9, "mobile"),
        (["备注", f"卡号{numbers.card()}"], "remark"),
    ):
        for one in detect_column(values, name):
            assert one.confidence == pytest.approx(sum(reason.weight for reason in one.why), abs=0.03)


def test_accidental_passes_are_named_as_such(numbers):
    cards = [numbers.card() for _ in range(6)]
    refuted = [card[:-1] + str((int(card[-1]) + 1) % 10) for card in cards[2:]]
    (one,) = detect_column([*cards[:2], *refuted], "c1")
    (reason,) = [reason for reason in one.why if reason.factor == "chance"]
    assert reason.weight < 0
    assert "2 of 6" in reason.detail.en


def test_a_context_word_beside_one_value_outweighs_chance(numbers):
    serials = ["62" + numbers.digits(17) for _ in range(200)]
    assert detect_column(serials, "c1") == []
    (one,) = detect_column([*serials, f"卡号{numbers.card()}"], "c1")
    assert one.identifier == "bank_card"
    assert "context" in factors(one)


def test_a_name_that_denies_doubts_few_values_and_not_many(numbers):
    few = detect_column([numbers.card()], "order_no")
    many = detect_column([numbers.card() for _ in range(100)], "order_no")
    assert few == []
    assert [one.identifier for one in many] == ["bank_card"]


def test_what_was_read_in_full_is_its_own_bound(table):
    (one,) = table({"note": ["无"] * 99 + ["13800138000"]}).fields
    assert one.prevalence == one.bound == 0.01


def test_of_a_sample_the_bound_is_what_its_draws_prove(table):
    (one,) = table({"note": ["无"] * 99 + ["13800138000"]}, draws=100).fields
    assert one.bound == upper_bound(1, 100) > one.prevalence
    (blocks,) = table({"note": ["无"] * 99 + ["13800138000"]}, draws=10).fields
    assert blocks.bound == upper_bound(0, 10) > one.bound


def test_one_line_of_many_cards_is_as_sure_as_many_lines(document, numbers):
    cards = [numbers.card() for _ in range(100)]
    (line,) = document(" ".join(cards)).fields
    (lines,) = document("\n".join(cards)).fields
    assert line.identifier == lines.identifier == "bank_card"
    assert line.confidence == pytest.approx(lines.confidence, abs=0.05)
    assert (line.hits, line.persons, lines.hits, lines.persons) == (1, 100, 100, 100)


@pytest.mark.parametrize("between", [" ", "\n", ",", "\n\n"])
def test_a_text_of_order_numbers_holds_no_card(document, numbers, between):
    assert document(between.join("62" + numbers.digits(17) for _ in range(500))).fields == ()


def test_one_resident_id_in_a_long_text_is_found(document, numbers):
    lines = [f"{place} INFO 请求完成" for place in range(20_000)]
    lines[777] = f"777 WARN 客户{numbers.resident_id()}未通过"
    (one,) = document("\n".join(lines)).fields
    assert (one.field, one.identifier, one.hits, one.rows_inspected) == (None, "cn_resident_id", 1, 20_000)


def test_persons_of_an_asset_are_those_of_its_best_key(table, numbers):
    ids = [numbers.resident_id() for _ in range(50)]
    judged = table({"id_card": ids * 2, "mobile": [numbers.mobile() for _ in range(25)] * 4})
    assert len(judged.persons) == len(set(ids))


def test_a_key_that_few_rows_have_does_not_hide_the_people_of_the_others(table, numbers):
    names = [f"{family}{given}" for family in "王李张刘陈杨黄赵吴周" for given in "伟强磊军洋勇杰涛明超"]
    few = [numbers.mobile() for _ in range(10)] + [""] * 90
    assert len(table({"姓名": names, "手机号": few}).persons) == 100
    mails = [f"u{place}@example.com" for place in range(100)]
    assert len(table({"手机号": few, "email": mails}).persons) == 100
    addresses = [f"浙江省杭州市西湖区文三路{place}号2幢301室" for place in range(1, 101)]
    assert len(table({"手机号": few, "家庭住址": addresses}).persons) == 100
    devices = [f"10.2.3.{place}" for place in range(100)]
    assert len(table({"手机号": few, "client_ip": devices}).persons) == 10


def test_customers_are_counted_before_contacts(table, numbers):
    judged = table({"mobile": [numbers.mobile()] * 40, "lxr_mobile": [numbers.mobile() for _ in range(40)]})
    assert {one.subject for one in judged.fields} == {"customer", "contact"}
    assert len(judged.persons) == 1


def test_a_rejected_identifier_stands_together_with_nothing(table, numbers):
    judged = table(
        {"serial": ["62" + numbers.digits(17) for _ in range(300)], "mobile": [numbers.mobile() for _ in range(300)]}
    )
    assert {one.identifier for one in judged.fields} == {"cn_mobile"}
    assert judged.tally.together == {}


def test_kept_identifiers_of_a_combination_stay_together():
    trio = AssetTally(together={frozenset("abc"): 2, frozenset("ab"): 1, frozenset("bc"): 4})
    assert without_rejected(trio, frozenset("ab")).together == {frozenset("ab"): 3}


def test_a_one_time_code_beside_an_account_is_graded_higher(table, numbers):
    codes = [f"{place:06d}" for place in range(123456, 123466)]
    alone = next(one for one in table({"sms_code": codes}).fields if one.identifier == "otp_code")
    beside = table({"sms_code": codes, "card_no": [numbers.card() for _ in codes]}).fields
    raised = next(one for one in beside if one.identifier == "otp_code")
    assert (alone.level.jrt0171, raised.level.jrt0171) == ("C2", "C3")


def test_a_rejected_statement_is_not_made_at_all(table, numbers):
    assert table({"order_no": ["62" + numbers.digits(17) for _ in range(300)]}).fields == ()


def test_an_expiry_date_is_a_card_s_only_where_there_is_a_card():
    dates = ["12/28", "01/29", "07/30"] * 5
    contract = found_in({"有效期": dates})
    cards = found_in({"有效期": dates, "卡号": ["4111111111111111", "5555555555554444", "6222020000000000004"] * 5})
    assert "card_expiry" not in contract
    assert "card_expiry" in cards


def found_in(columns):
    asset = Asset("s", "t", AssetKind.TABLE, tuple(Field(name) for name in columns))
    rows = len(next(iter(columns.values())))
    detector = Detector(load_catalogue(), Fingerprinter(b"k"))
    tally = detector.tally(asset, TableChunk("0", range(rows), columns))
    return {
        one.identifier for one in judge(detector, asset, tally, Coverage("s", "t", CoverageStatus.INSPECTED)).fields
    }


NAMES = [surname + given for surname in "王李张刘陈" for given in ("伟", "建国", "秀英", "敏", "志强", "丽华")]


def test_names_without_a_header_are_found_beside_what_tells_people(table, numbers):
    rows = len(NAMES)
    people = {
        "column 1": [numbers.digits(8) for _ in NAMES],
        "column 2": NAMES,
        "column 3": [numbers.resident_id() for _ in NAMES],
    }
    assert {one.field: one.identifier for one in table(people).fields} == {
        "column 2": "person_name",
        "column 3": "cn_resident_id",
    }
    alone = {name: people[name] for name in ("column 1", "column 2")}
    assert not table(alone).fields
    for labels in (["金卡", "银卡", "普通"], ["高新支行", "江北支行", "文三路"], ["张伟", "王芳", "李娜"]):
        seen = table({"column 1": (labels * rows)[:rows], "column 3": people["column 3"]}).fields
        assert {one.identifier for one in seen} == {"cn_resident_id"}, labels


def test_names_under_a_header_that_says_nothing_are_found_beside_what_tells_people(table, numbers):
    ids = [numbers.resident_id() for _ in NAMES]

    def seen(values, header="内容"):
        return {one.field for one in table({header: values, "证件": ids[: len(values)]}).fields} - {"证件"}

    assert seen(NAMES) == {"内容"}
    assert seen(NAMES, "col_a") == {"col_a"}
    assert not seen(NAMES[:19]), "too few to tell"
    assert not seen(NAMES, "产品名称"), "the header speaks against it"
    assert not seen((NAMES[:15] * 2)[: len(NAMES)]), "too few different ones"
    assert not table({"内容": NAMES}).fields, "nothing else is about people"
    (why,) = (one.why for one in table({"内容": NAMES, "证件": ids}).fields if one.field == "内容")
    assert [one.detail.en for one in why if one.factor == "name"] == ["the column's name says nothing"]


PLACES = "富阳 龙湾 平阳 苍南 文成 乐清 南湖 嘉善 海盐 吴兴 南浔 安吉 越城 柯桥 诸暨 金东 武义 浦江 兰溪 东阳 萧山 余杭 临安 桐庐 淳安 建德 鄞州 慈溪 余姚 奉化".split()  # noqa: SIM905 - a list of words


def test_places_of_which_many_begin_with_a_surname_are_no_names(table, numbers):
    columns = {"内容": PLACES, "证件": [numbers.resident_id() for _ in PLACES]}
    assert {one.field for one in table(columns).fields} == {"证件"}


@pytest.mark.parametrize("header", ["cn_name", "中文名", "cname", "英文名"])
def test_what_language_a_name_is_in_makes_no_place_a_person(table, numbers, header):
    assert not table({"code": [f"{place:04d}" for place in range(len(PLACES))], header: PLACES}).fields
    people = {header: NAMES, "联系": [numbers.mobile() for _ in NAMES]}
    assert {one.identifier for one in table(people).fields} == {"person_name", "cn_mobile"}
    assert {one.identifier for one in table({"no": [*map(str, range(len(NAMES)))], header: NAMES}).fields} == {
        "person_name"
    }
